package org.gatehouse.gateway.protocol.converse;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/** Reads Bedrock's whole answer, and what streams share with it. */
final class ConverseReplyReader {

    private ConverseReplyReader() {}

    static ChatReply read(byte[] body) throws BrokenAnswerException {
        ObjectNode reply = JsonTrees.readObject(body);
        if (reply == null) {
            throw new BrokenAnswerException("sent something that is no JSON object");
        }
        JsonNode content = reply.at("/output/message/content");
        String reason = reply.path("stopReason").asText("");
        if (!content.isArray() || reason.isEmpty()) {
            throw new BrokenAnswerException("sent an answer without a message");
        }
        List<Block> blocks = new ArrayList<>();
        for (JsonNode block : content) {
            block(block, blocks);
        }
        return new ChatReply("", "", List.of(new ChatReply.Choice(blocks, stop(reason))), usage(reply.path("usage")));
    }

    private static void block(JsonNode block, List<Block> blocks) throws BrokenAnswerException {
        if (block.has("text")) {
            String text = block.path("text").asText();
            if (!text.isEmpty()) {
                blocks.add(new Block.Text(text));
            }
        } else if (block.has("toolUse")) {
            JsonNode use = block.get("toolUse");
            String name = use.path("name").asText("");
            String id = use.path("toolUseId").asText("");
            if (name.isEmpty() || id.isEmpty()) {
                throw new BrokenAnswerException("called a tool without a name or an id");
            }
            JsonNode input = use.path("input");
            blocks.add(new Block.ToolCall(id, name, input.isObject() ? JsonTrees.text(input) : "{}", null, null));
        } else if (block.has("reasoningContent")) {
            JsonNode reasoning = block.get("reasoningContent");
            blocks.add(reasoning.has("redactedContent")
                    ? new Block.RedactedThinking(reasoning.path("redactedContent").asText())
                    : new Block.Thinking(reasoning.at("/reasoningText/text").asText(""),
                            reasoning.at("/reasoningText/signature").textValue()));
        } else if (!block.isEmpty()) {
            blocks.add(new Block.Foreign(block.fieldNames().next(), block));
        }
    }

    static Stop stop(String reason) {
        return new Stop(switch (reason) {
            case "end_turn" -> StopReason.END;
            case "stop_sequence" -> StopReason.STOP_SEQUENCE;
            case "max_tokens" -> StopReason.LENGTH;
            case "model_context_window_exceeded" -> StopReason.CONTEXT_FULL;
            case "tool_use" -> StopReason.TOOL_CALLS;
            case "guardrail_intervened", "content_filtered", "refusal" -> StopReason.CONTENT_FILTER;
            case "pause_turn" -> StopReason.PAUSE;
            case "malformed_tool_use" -> StopReason.MALFORMED_TOOL_CALL;
            default -> StopReason.OTHER;
        }, null, reason);
    }

    /** Bedrock leaves what the cache had or took out of the input. */
    static @Nullable TokenCount usage(JsonNode usage) {
        if (!usage.isObject()) {
            return null;
        }
        long read = count(usage, "cacheReadInputTokens");
        long written = count(usage, "cacheWriteInputTokens");
        long hour = 0;
        for (JsonNode detail : usage.path("cacheDetails")) {
            hour += detail.path("ttl").asText("").equals("1h") ? count(detail, "inputTokens") : 0;
        }
        return new TokenCount(count(usage, "inputTokens") + read + written, read, written, Math.min(hour, written),
                count(usage, "outputTokens"), 0);
    }

    private static long count(JsonNode usage, String name) {
        JsonNode value = usage.path(name);
        return value.isIntegralNumber() && value.canConvertToInt() ? Math.max(0, value.intValue()) : 0;
    }
}
