package org.gatehouse.gateway.protocol.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.protocol.BrokenAnswerException;

/**
 * Reads a {@code response} object.
 *
 * @param callIds makes ids for tool calls of servers that give none
 */
record ResponsesReplyReader(Supplier<String> callIds) {

    ChatReply read(byte[] body) throws BrokenAnswerException {
        JsonNode root = ChatReplyReader.tree(body);
        String status = root.path("status").asText("completed");
        if (root.hasNonNull("error") || status.equals("failed") || status.equals("cancelled")) {
            throw new BrokenAnswerException("answered with an error inside a good status");
        }
        if (!root.path("output").isArray()) {
            throw new BrokenAnswerException("sent no output");
        }
        List<Block> blocks = blocks(root.path("output"));
        return new ChatReply(root.path("id").asText(""), root.path("model").asText(""),
                List.of(new ChatReply.Choice(blocks, stop(root, blocks))), UsageFields.read(root.path("usage")));
    }

    /** The items of an output as blocks. */
    List<Block> blocks(JsonNode output) {
        List<Block> blocks = new ArrayList<>();
        for (JsonNode item : output) {
            switch (item.path("type").asText("")) {
                case "message" -> message(item, blocks);
                case "reasoning" -> {
                    JsonNode sealed = item.path("encrypted_content");
                    Block block = ResponsesItems.sealedThoughts(ResponsesItems.thoughts(item),
                            sealed.isTextual() && !sealed.textValue().isEmpty() ? sealed.textValue() : null);
                    if (block != null) {
                        blocks.add(block);
                    }
                }
                case "function_call" -> blocks.add(call(item));
                default -> blocks.add(new Block.Foreign(item.path("type").asText(""), item));
            }
        }
        return blocks;
    }

    private static void message(JsonNode item, List<Block> blocks) {
        for (JsonNode part : item.path("content")) {
            String text = part.path("text").asText("");
            String refusal = part.path("refusal").asText("");
            if (!text.isEmpty()) {
                blocks.add(new Block.Text(text));
            } else if (!refusal.isEmpty()) {
                blocks.add(new Block.Declined(refusal));
            }
        }
    }

    private Block call(JsonNode item) {
        String name = item.path("name").asText("");
        String arguments = Arguments.of(item.path("arguments"));
        if (name.equals(ChatRequestWriter.ANSWER_TOOL)) {
            return new Block.Text(arguments);
        }
        String id = item.path("call_id").asText(item.path("id").asText(""));
        return new Block.ToolCall(id.isEmpty() ? callIds.get() : id, name, arguments, ChatMessages.sealOf(item), null);
    }

    private static Stop stop(JsonNode root, List<Block> blocks) {
        return stop(root, blocks.stream().anyMatch(Block.ToolCall.class::isInstance));
    }

    /** Why a response ended: the protocol says only whether it is whole, and if not, why. */
    static Stop stop(JsonNode root, boolean calls) {
        if (root.path("status").asText("").equals("incomplete")) {
            String reason = root.path("incomplete_details").path("reason").asText("");
            return new Stop(switch (reason) {
                case "content_filter" -> StopReason.CONTENT_FILTER;
                case "max_output_tokens", "max_tokens", "" -> StopReason.LENGTH;
                default -> StopReason.OTHER;
            }, null, reason.isEmpty() ? "incomplete" : reason);
        }
        return new Stop(calls ? StopReason.TOOL_CALLS : StopReason.END, null, "completed");
    }
}
