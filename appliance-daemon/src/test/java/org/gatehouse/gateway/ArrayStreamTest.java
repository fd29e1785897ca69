package org.gatehouse.gateway;

import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.audit.Outcome;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

import static org.assertj.core.api.Assertions.assertThat;

/** Streams to clients of Google's that do not say {@code alt=sse}: one JSON array, from whatever target. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArrayStreamTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SimulatedProvider gemini = SimulatedProvider.start(ProviderKind.GEMINI, ProviderOptions.usual());
    private final TestBox box = new TestBox();
    private final String key = box.key("array");
    private final AtomicInteger calls = new AtomicInteger();

    {
        box.model("gemini", box.upstream("gemini", Upstream.Kind.GEMINI, gemini.uri() + "/v1beta", "simulated-key",
                false), "gemini-2.5-flash", ModelRoute.Tokenizer.UNKNOWN);
    }

    @AfterEach
    void nothingIsHeld() {
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
    }

    @AfterAll
    void close() {
        box.close();
        gemini.close();
    }

    private RawClient.Reply post(String who, String model, String said) {
        String id = "array-" + calls.incrementAndGet();
        try (RawClient raw = new RawClient(box)) {
            RawClient.Reply reply = raw.post(who, "/v1beta/models/" + model + ":streamGenerateContent", id,
                    ChatClient.GEMINI.body(model, said, true, false)).reply();
            box.row(id);
            return reply;
        }
    }

    private static JsonNode json(RawClient.Reply reply) throws Exception {
        return JSON.readTree(reply.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini", "local"})
    void streamIsAnArrayOfAnswers(String model) throws Exception {
        RawClient.Reply reply = post(key, model, "hello [[sim tokens=9]]");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("content-type")).isEqualTo("application/json");
        assertThat(reply.whole()).isTrue();
        JsonNode items = json(reply);
        assertThat(items.isArray()).isTrue();
        assertThat(items).hasSizeGreaterThan(1);
        JsonNode last = items.path(items.size() - 1);
        assertThat(last.at("/candidates/0/finishReason").asText()).isEqualTo("STOP");
        assertThat(last.at("/usageMetadata/candidatesTokenCount").asInt()).isEqualTo(9);
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "error-event", "bad-chunk"})
    void failureInTheMiddleIsTheLastItemOfABrokenTransport(String failure) throws Exception {
        RawClient.Reply reply = post(key, "gemini", "hello [[sim tokens=60 failure=" + failure + " after=40]]");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.whole()).isFalse();
        JsonNode items = json(reply);
        assertThat(items.path(0).at("/candidates/0/content/parts/0/text").asText()).isNotEmpty();
        assertThat(items.path(items.size() - 1).at("/error/code").asInt()).isGreaterThanOrEqualTo(500);
        assertThat(box.lastRow().outcome()).isEqualTo(Outcome.FAILED);
    }

    @Test
    void failureBeforeTheFirstOutputIsAnOrdinaryErrorInAnArray() throws Exception {
        RawClient.Reply reply = post(key, "gemini", "hello [[sim failure=overloaded]]");

        assertThat(reply.status()).isEqualTo(503);
        assertThat(json(reply).path(0).at("/error/status").asText()).isEqualTo("UNAVAILABLE");
    }

    @Test
    void quotaThatRunsOutEndsTheArrayInGoodForm() throws Exception {
        String limited = box.limitedKey("array-limited",
                new Limit(java.util.UUID.randomUUID(), TestBox.keyScope("array-limited"),
                        Limit.Kind.TOTAL_OUTPUT_TOKENS, 5));
        RawClient.Reply reply = post(limited, "local", "hello [[sim tokens=60]]");

        assertThat(reply.status()).isEqualTo(200);
        JsonNode items = json(reply);
        assertThat(items.path(items.size() - 1).at("/candidates/0/finishReason").asText()).isEqualTo("MAX_TOKENS");
    }
}
