package org.gatehouse.gateway.protocol.openai;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** The grammar of Responses' streams, as strictly as a client may take it. */
final class ResponsesGrammar {
    private static final Set<String> TERMINAL = Set.of("response.completed", "response.incomplete", "response.failed");

    private final Map<Integer, String> open = new HashMap<>();
    private final Map<Integer, JsonNode> done = new HashMap<>();
    private final Map<String, StringBuilder> parts = new HashMap<>();
    private int items;

    private ResponsesGrammar() {}

    /** Checks a stream and gives its last event's response. */
    static JsonNode check(String stream) {
        assertThat(stream).endsWith("\n\n").doesNotContain("\r");
        List<Wire.Sse> events = Wire.events(stream);
        ResponsesGrammar grammar = new ResponsesGrammar();
        String id = Wire.json(events.getFirst().data()).at("/response/id").asText();
        for (int i = 0; i < events.size(); i++) {
            JsonNode event = Wire.json(events.get(i).data());
            String type = event.path("type").asText();
            assertThat(events.get(i).type()).isEqualTo(type);
            assertThat(event.path("sequence_number").asInt(-1)).isEqualTo(i);
            assertThat(type.equals("response.created")).isEqualTo(i == 0);
            assertThat(type.equals("response.in_progress")).isEqualTo(i == 1);
            assertThat(TERMINAL.contains(type)).as(type).isEqualTo(i == events.size() - 1);
            if (event.has("response")) {
                assertThat(event.at("/response/id").asText()).isEqualTo(id);
            } else if (!type.equals("error")) {
                grammar.take(type, event);
            }
        }
        JsonNode last = Wire.json(events.getLast().data());
        JsonNode response = last.path("response");
        assertThat(last.path("type").asText()).isEqualTo("response." + response.path("status").asText());
        assertThat(response.path("output")).hasSize(grammar.items);
        if (!response.path("status").asText().equals("failed")) {
            assertThat(grammar.open).isEmpty();
            for (int i = 0; i < grammar.items; i++) {
                assertThat(response.path("output").get(i)).isEqualTo(grammar.done.get(i));
            }
        }
        return response;
    }

    private void take(String type, JsonNode event) {
        int index = event.path("output_index").asInt(-1);
        if (type.equals("response.output_item.added")) {
            assertThat(index).isEqualTo(items++);
            open.put(index, event.at("/item/id").asText());
            return;
        }
        assertThat(open).as(type).containsKey(index);
        if (type.equals("response.output_item.done")) {
            assertThat(event.at("/item/id").asText()).isEqualTo(open.remove(index));
            assertThat(parts.keySet()).noneMatch(part -> part.startsWith(index + "/"));
            done.put(index, event.path("item"));
            return;
        }
        assertThat(event.path("item_id").asText()).isEqualTo(open.get(index));
        part(type, event, index);
    }

    private void part(String type, JsonNode event, int index) {
        String part = index + "/" + event.path("content_index").asText(event.path("summary_index").asText("args"));
        switch (type) {
            case "response.content_part.added", "response.reasoning_summary_part.added" -> assertThat(
                    parts.put(part, new StringBuilder())).isNull();
            case "response.output_text.delta", "response.refusal.delta", "response.reasoning_summary_text.delta" ->
                Objects.requireNonNull(parts.get(part), part).append(event.path("delta").asText());
            case "response.function_call_arguments.delta" ->
                parts.computeIfAbsent(part, _ -> new StringBuilder()).append(event.path("delta").asText());
            case "response.output_text.done", "response.reasoning_summary_text.done" ->
                assertThat(parts.get(part)).hasToString(event.path("text").asText());
            case "response.refusal.done" -> assertThat(parts.get(part)).hasToString(event.path("refusal").asText());
            case "response.function_call_arguments.done" ->
                assertThat(parts.remove(part)).hasToString(event.path("arguments").asText());
            case "response.content_part.done", "response.reasoning_summary_part.done" -> {
                JsonNode whole = event.path("part");
                assertThat(parts.remove(part))
                        .hasToString(whole.path("text").asText(whole.path("refusal").asText()));
            }
            default -> throw new AssertionError("unknown type " + type);
        }
    }
}
