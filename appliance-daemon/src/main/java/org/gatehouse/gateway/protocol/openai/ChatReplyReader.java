package org.gatehouse.gateway.protocol.openai;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.protocol.BrokenAnswerException;

/**
 * Reads a {@code chat.completion}.
 *
 * @param callIds makes ids for tool calls of servers that give none
 */
record ChatReplyReader(Supplier<String> callIds) {

    ChatReply read(byte[] body) throws BrokenAnswerException {
        JsonNode root = tree(body);
        JsonNode choices = root.path("choices");
        if (!choices.isArray() || choices.isEmpty()) {
            throw new BrokenAnswerException(
                    root.hasNonNull("error") ? "answered with an error inside a good status" : "sent no choices");
        }
        List<ChatReply.Choice> read = new ArrayList<>();
        for (JsonNode choice : choices) {
            read.add(choice(choice));
        }
        return new ChatReply(root.path("id").asText(""), root.path("model").asText(""), read,
                UsageFields.read(root.path("usage")));
    }

    static JsonNode tree(byte[] body) throws BrokenAnswerException {
        try {
            JsonNode root = JsonText.tree(body);
            if (!root.isObject()) {
                throw new BrokenAnswerException("sent something that is no object of JSON");
            }
            return root;
        } catch (IOException e) {
            throw new BrokenAnswerException("sent broken JSON", e);
        }
    }

    private ChatReply.Choice choice(JsonNode choice) throws BrokenAnswerException {
        String reason = text(choice.path("finish_reason"));
        if (FinishReasons.isFailure(reason)) {
            throw new BrokenAnswerException("broke off with finish_reason " + reason);
        }
        JsonNode message = choice.path("message");
        List<Block> blocks = new ArrayList<>(PastThoughts.read(message));
        content(message.path("content"), blocks);
        String refusal = message.path("refusal").asText("");
        if (!refusal.isEmpty()) {
            blocks.add(new Block.Declined(refusal));
        }
        for (JsonNode image : message.path("images")) {
            image(image.path("image_url").path("url").asText(""), blocks);
        }
        int before = blocks.size();
        boolean answered = false;
        for (JsonNode call : message.path("tool_calls")) {
            answered |= call(call, call.path("function"), blocks);
        }
        JsonNode older = message.path("function_call");
        if (older.isObject() && blocks.size() == before) {
            answered |= call(older, older, blocks);
        }
        boolean calls = blocks.stream().anyMatch(Block.ToolCall.class::isInstance);
        Stop stop = FinishReasons.read(reason, text(choice.path("stop_reason")),
                text(choice.path("native_finish_reason")), calls);
        if (answered && !calls && stop.reason() == StopReason.TOOL_CALLS) {
            stop = new Stop(StopReason.END, null, stop.nativeReason());
        }
        return new ChatReply.Choice(blocks, stop);
    }

    /** Text alone, or Mistral's array with thoughts among it. */
    private static void content(JsonNode content, List<Block> blocks) {
        if (content.isTextual() && !content.textValue().isEmpty()) {
            blocks.add(new Block.Text(content.textValue()));
        }
        if (content.isArray()) {
            for (JsonNode part : content) {
                String thoughts = thoughts(part);
                String text = part.path("text").asText("");
                if (!thoughts.isEmpty()) {
                    blocks.add(new Block.Thinking(thoughts, null));
                } else if (!text.isEmpty()) {
                    blocks.add(new Block.Text(text));
                }
            }
        }
    }

    /** The thoughts in one of Mistral's {@code thinking} parts, which hold parts of text themselves. */
    static String thoughts(JsonNode part) {
        JsonNode thinking = part.path("thinking");
        if (thinking.isTextual()) {
            return thinking.textValue();
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode inner : thinking) {
            text.append(inner.path("text").asText(""));
        }
        return text.toString();
    }

    private static void image(String url, List<Block> blocks) {
        int comma = url.indexOf(";base64,");
        if (url.startsWith("data:") && comma > 0) {
            blocks.add(
                    new Block.Image(new Media.Inline(url.substring(5, comma), url.substring(comma + 8)), null, null));
        } else if (!url.isEmpty()) {
            blocks.add(new Block.Image(new Media.Remote(url), null, null));
        }
    }

    /** True when it was the answer by a schema in the shape of a call. */
    private boolean call(JsonNode call, JsonNode function, List<Block> blocks) {
        String name = function.path("name").asText("");
        if (name.isEmpty()) {
            return false;
        }
        String arguments = Arguments.of(function.path("arguments"));
        if (name.equals(ChatRequestWriter.ANSWER_TOOL)) {
            blocks.add(new Block.Text(arguments));
            return true;
        }
        String id = call.path("id").asText("");
        blocks.add(new Block.ToolCall(id.isEmpty() ? callIds.get() : id, name, arguments, ChatMessages.sealOf(call),
                null));
        return false;
    }

    private static @Nullable String text(JsonNode node) {
        return node.isTextual() && !node.textValue().isEmpty() ? node.textValue() : null;
    }
}
