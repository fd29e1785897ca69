package org.gatehouse.gateway;

import java.net.http.HttpResponse;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;

import static org.assertj.core.api.Assertions.assertThat;

/** A client that asked for JSON can parse what it gets, although the model of another provider wrote a fence around it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FencedAnswersTest {
    private static final String JSON_ASKED = ",\"response_format\":{\"type\":\"json_object\"}";

    private final ScriptedUpstream provider = new ScriptedUpstream();
    private final TestBox box = new TestBox();
    private final String key = box.key("fences");

    {
        box.model("fencing", box.outside("fencing", Upstream.Kind.GEMINI, provider.url(), "scripted", Map.of()),
                "gemini-2.5-flash", ModelRoute.Tokenizer.UNKNOWN);
    }

    @AfterAll
    void close() {
        box.close();
        provider.close();
    }

    private String ask(String more) {
        HttpResponse<String> reply = box.post(key, "/v1/chat/completions", TestBox.chat("fencing", "hello", more));
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return reply.body();
    }

    private static String candidate(String text, String more) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"" + text + "\"}]},\"index\":0"
                + more + "}],\"usageMetadata\":{\"promptTokenCount\":3,\"candidatesTokenCount\":7}}";
    }

    private String wholeAnswer(String more) throws Exception {
        provider.answers("application/json",
                candidate("```json\\n{\\\"a\\\":1}\\n```", ",\"finishReason\":\"STOP\""));
        return new ObjectMapper().readTree(ask(more)).path("choices").path(0).path("message").path("content").asText();
    }

    @Test
    void wholeAnswerThatMustBeJsonLosesItsFence() throws Exception {
        assertThat(wholeAnswer(JSON_ASKED)).isEqualTo("{\"a\":1}");
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(7);
    }

    @Test
    void answerThatMayBeAnythingKeepsIt() throws Exception {
        assertThat(wholeAnswer("")).isEqualTo("```json\n{\"a\":1}\n```");
    }

    @Test
    void streamedAnswerThatMustBeJsonLosesItsFence() throws Exception {
        StringBuilder events = new StringBuilder();
        for (String piece : new String[]{"``", "`js", "on\\n{\\\"a\\\"", ":1}", "\\n`", "``"}) {
            events.append("data: ").append(candidate(piece, "")).append("\n\n");
        }
        events.append("data: ").append(candidate("\\n", ",\"finishReason\":\"STOP\"")).append("\n\n");
        provider.streams(events.toString(), true);
        StringBuilder text = new StringBuilder();
        for (String line : ask(JSON_ASKED + ",\"stream\":true").split("\n", -1)) {
            if (line.startsWith("data: {")) {
                JsonNode delta = new ObjectMapper().readTree(line.substring(6)).path("choices").path(0).path("delta");
                text.append(delta.path("content").asText(""));
            }
        }

        assertThat(text.toString()).isEqualTo("{\"a\":1}");
    }
}
