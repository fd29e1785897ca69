package org.gatehouse.gateway.protocol.openai;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** The grammar of chat's streams, as strictly as a client may take it. */
final class ChatGrammar {

    private ChatGrammar() {}

    /** Checks a stream that ended well, or with an error. */
    static void check(String stream, boolean usageWanted) {
        assertThat(stream).endsWith("\n\n").doesNotContain("\r");
        List<Wire.Sse> events = Wire.events(stream);
        boolean failed = events.getLast().data().startsWith("{\"error\":");
        assertThat(events.getLast().data().equals("[DONE]") || failed).isTrue();
        Set<String> ids = new HashSet<>();
        Map<Integer, Set<Integer>> calls = new HashMap<>();
        Set<Integer> spoken = new HashSet<>();
        Set<Integer> stopped = new HashSet<>();
        int usages = 0;
        for (Wire.Sse event : events.subList(0, events.size() - 1)) {
            JsonNode chunk = Wire.json(event.data());
            assertThat(event.type()).isEmpty();
            assertThat(chunk.path("object").asText()).isEqualTo("chat.completion.chunk");
            assertThat(chunk.path("created").isIntegralNumber()).isTrue();
            ids.add(chunk.path("id").asText());
            assertThat(usages).as("nothing behind the usage").isZero();
            if (chunk.path("choices").isEmpty()) {
                assertThat(usageWanted).isTrue();
                assertThat(chunk.path("usage").isObject()).isTrue();
                assertThat(stopped).as("usage behind the last finish").containsAll(spoken);
                usages++;
                continue;
            }
            assertThat(chunk.path("choices")).hasSize(1);
            choice(chunk.path("choices").get(0), spoken, stopped, calls);
        }
        assertThat(ids).hasSizeLessThanOrEqualTo(1);
        if (!failed) {
            assertThat(stopped).isEqualTo(spoken);
        }
    }

    private static void choice(JsonNode choice, Set<Integer> spoken, Set<Integer> stopped,
            Map<Integer, Set<Integer>> calls) {
        int index = choice.path("index").asInt(-1);
        JsonNode delta = choice.path("delta");
        assertThat(stopped).doesNotContain(index);
        assertThat(delta.isObject()).isTrue();
        assertThat(delta.has("role")).as("the role once, first").isEqualTo(spoken.add(index));
        assertThat(delta.path("reasoning")).isEqualTo(delta.path("reasoning_content"));
        for (JsonNode call : delta.path("tool_calls")) {
            boolean fresh = calls.computeIfAbsent(index, _ -> new HashSet<>()).add(call.path("index").asInt(-1));
            assertThat(call.has("id")).isEqualTo(fresh);
            assertThat(call.path("function").has("name")).isEqualTo(fresh);
            assertThat(call.path("function").path("arguments").isTextual()).isTrue();
        }
        assertThat(choice.has("finish_reason")).isTrue();
        if (!choice.path("finish_reason").isNull()) {
            assertThat(choice.path("finish_reason").asText()).isIn("stop", "length", "tool_calls", "content_filter");
            stopped.add(index);
        }
    }
}
