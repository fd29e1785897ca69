package org.gatehouse.gateway.protocol.openai;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;

/**
 * The thoughts in a message of the assistant's, under the names that servers gave them: {@code thinking_blocks} (LiteLLM)
 * and {@code reasoning_details} (OpenRouter) bear seals, {@code reasoning_content} (DeepSeek, Qwen, SGLang, llama.cpp) and
 * {@code reasoning} (vLLM, OpenRouter) the bare text. Several of them say the same, so the richest is taken. Stateless.
 */
final class PastThoughts {

    private PastThoughts() {}

    static List<Block> read(JsonNode message) {
        List<Block> blocks = new ArrayList<>();
        for (JsonNode block : message.path("thinking_blocks")) {
            switch (block.path("type").asText("")) {
                case "thinking" -> add(blocks, block.path("thinking").asText(""), text(block.path("signature")));
                case "redacted_thinking" -> blocks.add(new Block.RedactedThinking(block.path("data").asText("")));
                default -> {
                }
            }
        }
        if (!blocks.isEmpty()) {
            return blocks;
        }
        for (JsonNode detail : message.path("reasoning_details")) {
            switch (detail.path("type").asText("")) {
                case "reasoning.text" -> add(blocks, detail.path("text").asText(""), text(detail.path("signature")));
                case "reasoning.summary" -> add(blocks, detail.path("summary").asText(""), null);
                case "reasoning.encrypted" -> blocks.add(new Block.RedactedThinking(detail.path("data").asText("")));
                default -> {
                }
            }
        }
        if (!blocks.isEmpty()) {
            return blocks;
        }
        String bare = message.path("reasoning_content").asText("");
        add(blocks, bare.isEmpty() ? message.path("reasoning").asText("") : bare, null);
        return blocks;
    }

    private static void add(List<Block> blocks, String text, @Nullable String signature) {
        if (!text.isEmpty() || signature != null) {
            blocks.add(new Block.Thinking(text, signature));
        }
    }

    private static @Nullable String text(JsonNode node) {
        return node.isTextual() && !node.textValue().isEmpty() ? node.textValue() : null;
    }
}
