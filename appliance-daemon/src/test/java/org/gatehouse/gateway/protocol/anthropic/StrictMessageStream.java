package org.gatehouse.gateway.protocol.anthropic;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Holds a stream against the documented grammar of Anthropic's events, as strictly as its client libraries do. */
final class StrictMessageStream {
    private static final Set<String> STOP_REASONS = Set.of("end_turn", "max_tokens", "stop_sequence", "tool_use",
            "pause_turn", "refusal", "model_context_window_exceeded");
    private static final Set<String> ERRORS = Set.of("invalid_request_error", "authentication_error", "billing_error",
            "permission_error", "not_found_error", "request_too_large", "rate_limit_error", "timeout_error",
            "overloaded_error", "api_error");

    private final List<String> types = new ArrayList<>();
    private boolean started;
    private boolean summed;
    private boolean over;
    private int next;
    private int open = -1;
    private String kind = "";
    private final StringBuilder input = new StringBuilder();

    private StrictMessageStream() {}

    /** Checks a whole stream and gives the types of its events. */
    static List<String> check(byte[] stream) {
        StrictMessageStream grammar = new StrictMessageStream();
        String text = new String(stream, StandardCharsets.UTF_8);
        assertThat(text.isEmpty() || text.endsWith("\n\n")).as("ends with a whole event").isTrue();
        for (String event : text.split("\n\n")) {
            String[] lines = event.split("\n", -1);
            assertThat(lines).as(event).hasSize(2);
            assertThat(lines[0]).startsWith("event: ");
            assertThat(lines[1]).startsWith("data: ");
            JsonNode data = AChat.json(lines[1].substring(6));
            assertThat(data.path("type").asText()).isEqualTo(lines[0].substring(7));
            grammar.take(data);
        }
        assertThat(grammar.over).as("the stream ends: %s", text).isTrue();
        return grammar.types;
    }

    private void take(JsonNode event) {
        String type = event.path("type").asText();
        assertThat(over).as("nothing behind the end, but %s", event).isFalse();
        types.add(type);
        switch (type) {
            case "ping" -> assertThat(event).hasSize(1);
            case "message_start" -> {
                assertThat(started).isFalse();
                started = true;
                JsonNode message = event.path("message");
                assertThat(message.path("type").asText()).isEqualTo("message");
                assertThat(message.path("role").asText()).isEqualTo("assistant");
                assertThat(message.path("id").asText()).isNotEmpty();
                assertThat(message.path("content")).isEmpty();
                assertThat(message.path("usage").path("input_tokens").isIntegralNumber()).isTrue();
                assertThat(message.path("usage").path("output_tokens").isIntegralNumber()).isTrue();
            }
            case "content_block_start" -> {
                assertThat(started && !summed).isTrue();
                assertThat(open).as("blocks do not overlap").isEqualTo(-1);
                open = event.path("index").asInt(-1);
                assertThat(open).as("indexes count up").isEqualTo(next++);
                kind = event.path("content_block").path("type").asText();
                assertThat(kind).isIn("text", "thinking", "redacted_thinking", "tool_use");
                if (kind.equals("tool_use")) {
                    assertThat(event.path("content_block").path("input")).isEqualTo(Trees.object());
                    assertThat(event.path("content_block").path("id").asText()).matches("[a-zA-Z0-9_-]+");
                }
                input.setLength(0);
            }
            case "content_block_delta" -> {
                assertThat(event.path("index").asInt(-1)).isEqualTo(open);
                String delta = event.path("delta").path("type").asText();
                switch (kind) {
                    case "text" -> assertThat(delta).isEqualTo("text_delta");
                    case "thinking" -> assertThat(delta).isIn("thinking_delta", "signature_delta");
                    case "tool_use" -> {
                        assertThat(delta).isEqualTo("input_json_delta");
                        input.append(event.path("delta").path("partial_json").asText());
                    }
                    default -> throw new AssertionError("a delta for " + kind);
                }
            }
            case "content_block_stop" -> {
                assertThat(event.path("index").asInt(-1)).isEqualTo(open);
                open = -1;
                if (kind.equals("tool_use")) {
                    assertThat(Trees.objectIn(input.toString())).as("arguments %s", input).isNotNull();
                }
            }
            case "message_delta" -> {
                assertThat(started && !summed && open == -1).isTrue();
                summed = true;
                assertThat(event.path("delta").path("stop_reason").asText()).isIn(STOP_REASONS);
                assertThat(event.path("delta").path("stop_sequence").isNull())
                        .isEqualTo(!event.path("delta").path("stop_reason").asText().equals("stop_sequence"));
                assertThat(event.path("usage").path("output_tokens").isIntegralNumber()).isTrue();
            }
            case "message_stop" -> {
                assertThat(summed).isTrue();
                over = true;
            }
            case "error" -> {
                assertThat(event.path("error").path("type").asText()).isIn(ERRORS);
                assertThat(event.path("error").path("message").asText()).isNotEmpty();
                over = true;
            }
            default -> throw new AssertionError("unknown event " + type);
        }
    }
}
