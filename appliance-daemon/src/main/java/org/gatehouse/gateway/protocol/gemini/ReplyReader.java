package org.gatehouse.gateway.protocol.gemini;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatReply.Choice;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/** Reads Google's whole answer. */
final class ReplyReader {
    private final Supplier<String> callIds;

    ReplyReader(Supplier<String> callIds) {
        this.callIds = callIds;
    }

    ChatReply read(byte[] body) throws BrokenAnswerException {
        ObjectNode reply = JsonTrees.readObject(body);
        if (reply == null) {
            throw new BrokenAnswerException("sent something that is no JSON object");
        }
        if (reply.has("error")) {
            throw new BrokenAnswerException("sent an error with a good status");
        }
        List<Choice> choices = new ArrayList<>();
        for (JsonNode candidate : reply.path("candidates")) {
            choices.add(choice(candidate));
        }
        if (choices.isEmpty()) {
            String blocked = reply.path("promptFeedback").path("blockReason").asText("");
            if (blocked.isEmpty()) {
                throw new BrokenAnswerException("sent an answer without candidates");
            }
            choices.add(new Choice(List.of(), FinishReasons.blocked(blocked)));
        }
        return new ChatReply(reply.path("responseId").asText(""), reply.path("modelVersion").asText(""), choices,
                UsageMetadata.read(reply.path("usageMetadata")));
    }

    private Choice choice(JsonNode candidate) throws BrokenAnswerException {
        List<Block> blocks = new ArrayList<>();
        boolean called = false;
        for (JsonNode part : candidate.path("content").path("parts")) {
            if (!part.isObject()) {
                throw new BrokenAnswerException("sent a part that is no object");
            }
            called |= part.has("functionCall");
            part(part, blocks);
        }
        String reason = candidate.path("finishReason").asText("");
        Stop stop = reason.isEmpty()
                ? Stop.of(called ? StopReason.TOOL_CALLS : StopReason.END)
                : FinishReasons.read(reason, called);
        return new Choice(blocks, stop);
    }

    private void part(JsonNode part, List<Block> blocks) throws BrokenAnswerException {
        String signature = part.path("thoughtSignature").textValue();
        if (part.has("functionCall")) {
            JsonNode call = part.get("functionCall");
            String name = call.path("name").asText("");
            if (name.isEmpty()) {
                throw new BrokenAnswerException("called a tool without a name");
            }
            String id = call.path("id").asText("");
            JsonNode args = call.path("args");
            blocks.add(new Block.ToolCall(id.isEmpty() ? callIds.get() : id, name,
                    args.isObject() ? JsonTrees.text(args) : "{}", signature, null));
        } else if (part.path("thought").asBoolean()) {
            thought(part.path("text").asText(""), signature, blocks);
        } else if (part.has("text")) {
            text(part.path("text").asText(""), blocks);
            if (signature != null) {
                blocks.add(new Block.Thinking("", signature));
            }
        } else if (signature != null && part.size() == 1) {
            blocks.add(new Block.Thinking("", signature));
        } else if (!part.isEmpty()) {
            blocks.add(new Block.Foreign(part.fieldNames().next(), part));
        }
    }

    /** Where Google cuts its words into parts means nothing. */
    private static void text(String text, List<Block> blocks) {
        if (text.isEmpty()) {
            return;
        }
        if (!blocks.isEmpty() && blocks.getLast() instanceof Block.Text before) {
            blocks.set(blocks.size() - 1, new Block.Text(before.text() + text));
        } else {
            blocks.add(new Block.Text(text));
        }
    }

    private static void thought(String text, @Nullable String signature, List<Block> blocks) {
        if (!blocks.isEmpty() && blocks.getLast() instanceof Block.Thinking before && before.signature() == null) {
            blocks.set(blocks.size() - 1, new Block.Thinking(before.text() + text, signature));
        } else if (!text.isEmpty() || signature != null) {
            blocks.add(new Block.Thinking(text, signature));
        }
    }
}
