package org.gatehouse.gateway;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.providers.Failure;
import org.gatehouse.simulated.providers.LedgerEntry;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

import static org.assertj.core.api.Assertions.assertThat;

/** Google Cloud's Vertex AI behind the gateway, with the tokens of a service account. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VertexTest {
    private static final String FLASH = "gemini-2.5-flash";

    private final SimulatedProvider vertex = SimulatedProvider.start(ProviderKind.VERTEX, ProviderOptions.usual());
    private final TestBox box = new TestBox();
    private final String key = box.key("vertex");
    private final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void nothingIsHeld() {
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
    }

    @AfterAll
    void close() {
        box.close();
        vertex.close();
    }

    /** A model at an upstream that no other test has troubled. */
    private String model(String secret) {
        return model(secret, FLASH, Map.of("project", "simulated-project", "location", "us-central1"));
    }

    private String model(String secret, String upstreamModel, Map<String, String> options) {
        String name = "vertex-" + calls.incrementAndGet();
        box.model(name, new Upstream(UUID.randomUUID(), name, Upstream.Kind.VERTEX, vertex.uri() + "/v1",
                List.of(new Upstream.ProviderKey("main", secret)), false, true, true, Upstream.Timeouts.DEFAULT,
                64 << 20, false, null, options), upstreamModel, ModelRoute.Tokenizer.UNKNOWN);
        return name;
    }

    private record Ended(RawClient.Reply reply, CallRecord row) {}

    private Ended call(ChatClient client, String model, String prompt, boolean streamed, boolean tool) {
        return post(client.path(model, streamed), client.body(model, prompt, streamed, tool));
    }

    private Ended post(String path, String body) {
        String id = "vertex-call-" + calls.incrementAndGet();
        try (RawClient raw = new RawClient(box)) {
            return new Ended(raw.post(key, path, id, body).reply(), box.row(id));
        }
    }

    private long tokenRequests() {
        return vertex.ledger().entries().stream().filter(entry -> entry.target().equals("/token")).count();
    }

    @ParameterizedTest
    @CsvSource({"OPENAI,false", "OPENAI,true", "ANTHROPIC,false", "ANTHROPIC,true", "GEMINI,false", "GEMINI,true"})
    void callWithAServiceAccountIsAnsweredInTheClientsDialect(ChatClient client, boolean streamed) {
        Ended ended = call(client, model(vertex.serviceAccountJson()), "hello [[sim tokens=9]]", streamed, false);

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(ended.reply().whole()).isTrue();
        LedgerEntry billed = vertex.ledger().last();
        assertThat(billed.headers().get("authorization")).startsWith("Bearer ya29.simulated-");
        assertThat(ended.row().outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(ended.row().usage().source()).isEqualTo(Usage.Source.REPORTED);
        assertThat(ended.row().usage().inputTokens()).isEqualTo(billed.inputTokens()).isPositive();
        assertThat(ended.row().usage().outputTokens()).isEqualTo(billed.outputTokens()).isEqualTo(9);
        assertThat(ended.reply().text()).contains("simu");
    }

    @ParameterizedTest
    @CsvSource({"OPENAI,false", "OPENAI,true", "ANTHROPIC,false", "ANTHROPIC,true", "GEMINI,false", "GEMINI,true"})
    void toolIsCalledInTheClientsDialect(ChatClient client, boolean streamed) {
        Ended ended = call(client, model("simulated-key"), "weather? [[sim tool=weather]]", streamed, true);

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(ended.reply().text()).contains("city").containsPattern(switch (client) {
            case OPENAI -> "\"finish_reason\":\"tool_calls\"";
            case ANTHROPIC -> "\"stop_reason\":\"tool_use\"";
            case GEMINI -> "\"functionCall\"";
        });
        assertThat(ended.row().usage().outputTokens()).isEqualTo(vertex.ledger().last().outputTokens()).isPositive();
    }

    @Test
    void oneTokenServesManyCalls() {
        String model = model(vertex.serviceAccountJson());
        long before = tokenRequests();
        for (int i = 0; i < 5; i++) {
            assertThat(call(ChatClient.OPENAI, model, "hello", i % 2 == 0, false).reply().status()).isEqualTo(200);
        }
        assertThat(tokenRequests() - before).isEqualTo(1);
    }

    @Test
    void tokenThatVertexDoesNotTakeAnyMoreIsNotShownAgain() {
        String model = model(vertex.serviceAccountJson());
        assertThat(call(ChatClient.OPENAI, model, "hello", false, false).reply().status()).isEqualTo(200);
        long before = tokenRequests();
        String first = vertex.ledger().last().headers().get("authorization");
        vertex.failNext(Failure.UNAUTHORIZED, 1);
        call(ChatClient.OPENAI, model, "hello", false, false);
        call(ChatClient.OPENAI, model, "hello", false, false);

        assertThat(tokenRequests() - before).isEqualTo(1);
        assertThat(vertex.ledger().last().headers().get("authorization")).isNotEqualTo(first);
    }

    @Test
    void accountThatGoogleDoesNotKnowIsTheBoxesTroubleAndItsKeyIsNeverShown() {
        String stranger;
        try (SimulatedProvider other = SimulatedProvider.start(ProviderKind.VERTEX, ProviderOptions.usual())) {
            stranger = other.serviceAccountJson().replace(other.uri().toString(), vertex.uri().toString());
        }
        try (LogLines log = LogLines.record()) {
            Ended ended = call(ChatClient.ANTHROPIC, model(stranger), "hello", true, false);

            assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(502);
            assertThat(ended.reply().text()).contains("refused the service account's key (status 400, invalid_grant)");
            assertThat(ended.row().usage()).isEqualTo(Usage.NOTHING);
            String secret = stranger.replaceAll("(?s).*BEGIN PRIVATE KEY-----\\\\n(.{60}).*", "$1");
            assertThat(secret).hasSize(60);
            assertThat(ended.reply().text() + ended.row() + log.text()).doesNotContain(secret)
                    .doesNotContain("PRIVATE KEY");
        }
    }

    @Test
    void tokenServerThatIsAwayIsNoFaultOfTheKey() {
        String lost = vertex.serviceAccountJson().replace(vertex.uri() + "/token", "http://127.0.0.1:9/token");
        Ended ended = call(ChatClient.OPENAI, model(lost), "hello", false, false);

        assertThat(ended.reply().status()).isEqualTo(502);
        assertThat(ended.reply().text()).contains("its token server did not answer");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{}|not the JSON of a service account",
            "{\"client_email\":\"a@b\",\"private_key\":\"nonsense\"}|cannot be read",
            "another-key|refused the box's own"})
    void keyThatIsNoneIsToldWithoutShowingIt(String secret, String words) {
        Ended ended = call(ChatClient.OPENAI, model(secret), "hello", false, false);

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(502);
        assertThat(ended.reply().text()).contains(words).doesNotContain("nonsense").doesNotContain("another-key");
    }

    @Test
    void callWithoutAProjectIsRefusedWithTheOptionsName() {
        Ended ended = call(ChatClient.OPENAI, model("simulated-key", FLASH, Map.of("location", "global")), "hello",
                false, false);

        assertThat(ended.reply().status()).isEqualTo(502);
        assertThat(ended.reply().text()).contains("its option 'project' is missing");
    }

    @ParameterizedTest
    @EnumSource(ChatClient.class)
    void throttlingIsToldAsThatInTheClientsDialect(ChatClient client) {
        String model = model("simulated-key");
        vertex.failNext(Failure.RATE_LIMITED, 1);
        Ended ended = call(client, model, "hello", true, false);

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(429);
        assertThat(ended.reply().header("retry-after")).isEqualTo("20");
    }

    @ParameterizedTest
    @CsvSource({"OPENAI,CUT", "ANTHROPIC,CUT", "GEMINI,CUT", "OPENAI,TRUNCATED", "OPENAI,BAD_CHUNK",
            "OPENAI,ERROR_EVENT", "ANTHROPIC,ERROR_EVENT", "GEMINI,ERROR_EVENT"})
    void streamThatBreaksInTheMiddleEndsWithABrokenTransport(ChatClient client, Failure failure) {
        String model = model("simulated-key");
        vertex.failNext(failure, 1, 4, -1);
        Ended ended = call(client, model, "hello [[sim tokens=20]]", true, false);

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(ended.reply().whole()).as(ended.reply().text()).isFalse();
        assertThat(ended.reply().text()).contains("simu").contains("error");
        assertThat(ended.row().outcome()).isEqualTo(Outcome.FAILED);
    }
}
