package org.gatehouse.gateway;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.providers.CloudAccount;
import org.gatehouse.simulated.providers.Failure;
import org.gatehouse.simulated.providers.LedgerEntry;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

import static org.assertj.core.api.Assertions.assertThat;

/** Amazon Bedrock behind the gateway: signed, framed in its own way, and as every dialect wants it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BedrockTest {
    private static final String CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    private static final String SIGNS = "SIMULATEDKEYID:simulated-secret-key";
    private static final String ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";

    private final SimulatedProvider bedrock = SimulatedProvider.start(ProviderKind.BEDROCK,
            ProviderOptions.usual().withModels(CLAUDE, ARN));
    private final SimulatedProvider withSessions = SimulatedProvider.start(ProviderKind.BEDROCK,
            ProviderOptions.usual().withAccount(new CloudAccount("SIMULATEDKEYID", "simulated-secret-key",
                    "session-token/1+2==", "eu-central-1", "", "")));
    private final TestBox box = new TestBox();
    private final String key = box.key("bedrock");
    private final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void nothingIsHeld() {
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
    }

    @AfterAll
    void close() {
        box.close();
        bedrock.close();
        withSessions.close();
    }

    /** A model at an upstream that no other test has troubled. */
    private String model(SimulatedProvider provider, String secret, @Nullable String region, String upstreamModel) {
        String name = "bedrock-" + calls.incrementAndGet();
        box.model(name, new Upstream(UUID.randomUUID(), name, Upstream.Kind.BEDROCK, provider.uri().toString(),
                List.of(new Upstream.ProviderKey("main", secret)), false, true, true, Upstream.Timeouts.DEFAULT,
                64 << 20, false, null, region == null ? Map.of() : Map.of("region", region)), upstreamModel,
                ModelRoute.Tokenizer.UNKNOWN);
        return name;
    }

    private String claude() {
        return model(bedrock, SIGNS, "us-east-1", CLAUDE);
    }

    private record Ended(RawClient.Reply reply, CallRecord row) {}

    private Ended call(ChatClient client, String model, String prompt, boolean streamed, boolean tool) {
        String id = "bedrock-call-" + calls.incrementAndGet();
        try (RawClient raw = new RawClient(box)) {
            RawClient.Reply reply = raw
                    .post(key, client.path(model, streamed), id, client.body(model, prompt, streamed, tool)).reply();
            return new Ended(reply, box.row(id));
        }
    }

    @ParameterizedTest
    @CsvSource({"OPENAI,false", "OPENAI,true", "ANTHROPIC,false", "ANTHROPIC,true", "GEMINI,false", "GEMINI,true"})
    void signedCallIsAnsweredInTheClientsDialectWithTheUsageThatIsBilled(ChatClient client, boolean streamed) {
        Ended ended = call(client, claude(), "hello [[sim tokens=9]]", streamed, false);

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(ended.reply().whole()).isTrue();
        LedgerEntry billed = bedrock.ledger().last();
        assertThat(billed.streamed()).isEqualTo(streamed);
        assertThat(billed.headers().get("authorization")).startsWith("AWS4-HMAC-SHA256 Credential=SIMULATEDKEYID/");
        assertThat(ended.row().outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(ended.row().usage().source()).isEqualTo(Usage.Source.REPORTED);
        assertThat(ended.row().usage().inputTokens()).isEqualTo(billed.inputTokens()).isPositive();
        assertThat(ended.row().usage().outputTokens()).isEqualTo(billed.outputTokens()).isEqualTo(9);
        assertThat(ended.reply().text()).contains("simu")
                .contains(client.usage(billed.inputTokens(), billed.outputTokens()));
        if (streamed) {
            assertThat(ended.reply().header("content-type")).startsWith("text/event-stream");
            assertThat(ended.reply().text()).endsWith(client.end());
        }
    }

    @ParameterizedTest
    @CsvSource({"OPENAI,false", "OPENAI,true", "ANTHROPIC,false", "ANTHROPIC,true", "GEMINI,false", "GEMINI,true"})
    void toolIsCalledInTheClientsDialect(ChatClient client, boolean streamed) {
        Ended ended = call(client, claude(), "weather? [[sim tool=weather]]", streamed, true);

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(ended.reply().text()).contains("\"name\":\"weather\"").contains("city").contains(switch (client) {
            case OPENAI -> "\"finish_reason\":\"tool_calls\"";
            case ANTHROPIC -> "\"stop_reason\":\"tool_use\"";
            case GEMINI -> "\"functionCall\"";
        });
        assertThat(ended.row().usage().outputTokens()).isEqualTo(bedrock.ledger().last().outputTokens()).isPositive();
    }

    @Test
    void thoughtsComeFromAModelThatWasToldToThink() {
        try (RawClient raw = new RawClient(box)) {
            String model = claude();
            RawClient.Reply reply = raw.post(key, "/v1/chat/completions", "bedrock-thinks",
                    "{\"model\":\"" + model + "\",\"reasoning_effort\":\"low\",\"max_tokens\":4000,\"stream\":true,"
                            + "\"messages\":[{\"role\":\"user\",\"content\":\"why? [[sim thinking=6 tokens=5]]\"}]}")
                    .reply();

            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.text()).contains("\"reasoning_content\":\"").endsWith("data: [DONE]\n\n");
            assertThat(bedrock.ledger().last().body()).contains("\"budget_tokens\":1024");
        }
    }

    @Test
    void apiKeyIsSentAsBearerAndWantsNoRegion() {
        Ended ended = call(ChatClient.OPENAI, model(bedrock, "simulated-key", null, CLAUDE), "hello", true, false);

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(bedrock.ledger().last().headers().get("authorization")).isEqualTo("Bearer simulated-key");
    }

    @Test
    void temporaryKeySignsItsSessionTokenToo() {
        Ended ended = call(ChatClient.ANTHROPIC,
                model(withSessions, SIGNS + ":session-token/1+2==", "eu-central-1", CLAUDE), "hello", false, false);

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(withSessions.ledger().last().headers().get("authorization")).contains("x-amz-security-token");
    }

    @Test
    void modelIsOneSegmentOfThePathThoughItIsAnArn() {
        Ended ended = call(ChatClient.OPENAI, model(bedrock, SIGNS, "us-east-1", ARN), "hello", false, false);

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(bedrock.ledger().last().target()).contains("application-inference-profile%2Fabc/converse");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SIMULATEDKEYID:another-secret-key", "ANOTHERKEYID:simulated-secret-key",
            "SIMULATEDKEYID:simulated-secret-key:expired-session-token", "another-api-key", "SIMULATEDKEYID:",
            "SIMULATEDKEYID:a:b:c"})
    void keyThatIsRefusedIsTheBoxesTroubleAndIsNeverShown(String secret) {
        String model = model(secret.contains("expired") ? withSessions : bedrock, secret,
                secret.contains("expired") ? "eu-central-1" : "us-east-1", CLAUDE);
        try (LogLines log = LogLines.record()) {
            Ended ended = call(ChatClient.OPENAI, model, "hello", true, false);

            assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(502);
            assertThat(ended.reply().text()).contains("\"code\":\"upstream_error\"").contains("Tell the box's admin");
            assertThat(ended.row().usage()).isEqualTo(Usage.NOTHING);
            for (String part : secret.split(":")) {
                if (part.length() > 1) {
                    assertThat(ended.reply().text()).doesNotContain(part);
                    assertThat(ended.row().toString()).doesNotContain(part);
                    assertThat(log.text()).doesNotContain(part);
                }
            }
        }
    }

    @Test
    void signingWithoutARegionIsRefusedWithItsName() {
        Ended ended = call(ChatClient.OPENAI, model(bedrock, SIGNS, null, CLAUDE), "hello", false, false);

        assertThat(ended.reply().status()).isEqualTo(502);
        assertThat(ended.reply().text()).contains("its option 'region' is missing");
    }

    @ParameterizedTest
    @EnumSource(ChatClient.class)
    void throttlingIsToldAsThatInTheClientsDialect(ChatClient client) {
        String model = claude();
        bedrock.failNext(Failure.RATE_LIMITED, 1);
        Ended ended = call(client, model, "hello", true, false);

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(429);
        assertThat(ended.reply().header("retry-after")).isNotNull();
        assertThat(ended.row().errorCode()).isEqualTo("rate_limit_exceeded");
    }

    @ParameterizedTest
    @CsvSource({"OPENAI,CUT", "ANTHROPIC,CUT", "GEMINI,CUT", "OPENAI,RESET", "OPENAI,TRUNCATED", "OPENAI,BAD_CHUNK",
            "ANTHROPIC,BAD_CHUNK", "OPENAI,ERROR_EVENT", "ANTHROPIC,ERROR_EVENT", "GEMINI,ERROR_EVENT"})
    void streamThatBreaksInTheMiddleEndsWithAnErrorAndABrokenTransport(ChatClient client, Failure failure) {
        String model = claude();
        bedrock.failNext(failure, 1, 4, -1);
        Ended ended = call(client, model, "hello [[sim tokens=20]]", true, false);

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(ended.reply().whole()).as(ended.reply().text()).isFalse();
        assertThat(ended.reply().text()).contains("simu").contains("error");
        assertThat(client.end().isEmpty() || !ended.reply().text().endsWith(client.end())).isTrue();
        assertThat(ended.row().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(ended.row().usage().outputTokens()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(value = Failure.class, names = {"CUT_BEFORE_HEADERS", "EMPTY", "OTHER_DIALECT", "HTML_PAGE", "INTERNAL",
            "REDIRECT"})
    void streamThatNeverBeginsIsAnOrdinaryError(Failure failure) {
        String model = claude();
        // With one target the gateway may ask it once more: it fails as long as it is asked.
        bedrock.failNext(failure, 3);
        try {
            Ended ended = call(ChatClient.OPENAI, model, "hello", true, false);

            assertThat(ended.reply().status()).as(ended.reply().text()).isGreaterThanOrEqualTo(500);
            assertThat(ended.reply().whole()).isTrue();
            assertThat(ended.reply().header("content-type")).startsWith("application/json");
        } finally {
            bedrock.heal();
        }
    }

    @Test
    void dripOfSingleBytesMakesTheSameStream() {
        String model = claude();
        bedrock.failNext(Failure.DRIP, 1);
        Ended ended = call(ChatClient.OPENAI, model, "hello [[sim tokens=6]]", true, false);

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(ended.reply().text()).endsWith("data: [DONE]\n\n");
        assertThat(ended.row().usage().outputTokens()).isEqualTo(6);
    }
}
