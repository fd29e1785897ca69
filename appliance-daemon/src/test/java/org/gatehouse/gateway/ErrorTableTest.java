package org.gatehouse.gateway;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.governance.snapshot.AddressRange;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** The contract's error table, as the official client library sees it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ErrorTableTest {
    private final TestBox box = new TestBox(new Upstream.Timeouts(Duration.ofSeconds(2), Duration.ofMillis(400),
            Duration.ofMillis(400), Duration.ofSeconds(20)));
    private final AtomicInteger calls = new AtomicInteger();
    private final Map<String, OpenAIClient> clients = new ConcurrentHashMap<>();

    @AfterEach
    void nothingIsHeld() {
        box.closedBecause = null;
        box.assertNothingHeld();
    }

    @AfterAll
    void close() {
        clients.values().forEach(OpenAIClient::close);
        box.close();
    }

    private OpenAIClient client(String key) {
        return clients.computeIfAbsent(key, this::newClient);
    }

    private OpenAIClient newClient(String key) {
        return OpenAIOkHttpClient.builder().baseUrl(box.uri("/v1").toString()).apiKey(key).maxRetries(0)
                .timeout(Duration.ofSeconds(20)).build();
    }

    private static ChatCompletionCreateParams.Builder chat(String model, String prompt) {
        return ChatCompletionCreateParams.builder().model(model).addUserMessage(prompt);
    }

    /** Calls and fails; holds the error, its headers and the row against what the table says. */
    private <E extends OpenAIServiceException> E fails(Class<E> type, String key,
            ChatCompletionCreateParams.Builder request, Reason reason) {
        String id = "error-" + calls.incrementAndGet();
        OpenAIClient client = client(key);
        E error = catchThrowableOfType(type, () -> client.chat().completions()
                .create(request.putAdditionalHeader("x-request-id", id).build()));
        assertThat(error).isNotNull();
        assertThat(error.statusCode()).isEqualTo(reason.status());
        assertThat(error.code()).contains(reason.code());
        assertThat(error.type()).isPresent();
        assertThat(error.getMessage()).isNotBlank();
        assertThat(header(error, "x-request-id")).isEqualTo(id);
        assertThat(header(error, "traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]");
        CallRecord row = box.row(id);
        assertThat(row.status()).isEqualTo(reason.status());
        assertThat(row.errorCode()).isEqualTo(reason.code());
        assertThat(row.outcome()).isEqualTo(reason.upstreamFailed() ? Outcome.FAILED : Outcome.REFUSED);
        assertThat(row.usage()).isEqualTo(Usage.NOTHING);
        assertThat(header(error, "traceparent")).contains(row.traceId());
        return error;
    }

    private static @Nullable String header(OpenAIServiceException error, String name) {
        List<String> values = error.headers().values(name);
        return values.isEmpty() ? null : values.getFirst();
    }

    private String bound(String name, KeyRecord.State state, @Nullable Instant expiresAt) {
        return box.boundKey(name, state, expiresAt, Grant.all(), Grant.all(), List.of());
    }

    @Test
    void keyThatIsUnknownDisabledRevokedExpiredOrRotatedOutIs401() {
        String rotated = box.key("rotated");
        box.retire(rotated, Instant.now().minusSeconds(1));
        List<String> keys = List.of("ghk_00000000_" + "0".repeat(43), "sk-not-ours", "' OR '1'='1",
                bound("disabled", KeyRecord.State.DISABLED, null), bound("revoked", KeyRecord.State.REVOKED, null),
                bound("expired", KeyRecord.State.ACTIVE, Instant.now().minusSeconds(1)), rotated);
        for (String key : keys) {
            fails(UnauthorizedException.class, key, chat("local", "hi"), Reason.INVALID_API_KEY);
        }
        assertThat(box.lastRow().caller()).as("whose key it was").isNotNull();
    }

    @Test
    void keyIsGoodUntilTheMomentItEnds() {
        String rotating = box.key("rotating");
        box.retire(rotating, Instant.now().plusSeconds(60));
        for (String key : List.of(rotating, bound("expiring", KeyRecord.State.ACTIVE, Instant.now().plusSeconds(60)))) {
            OpenAIClient client = client(key);
            assertThat(client.chat().completions().create(chat("local", "hi").build()).choices()).hasSize(1);
        }
    }

    @Test
    void modelThatIsNotForThisKeyIs403AndOneThatIsNotThereIs404() {
        String key = box.boundKey("cloud-only", KeyRecord.State.ACTIVE, null, TestBox.only("cloud"), Grant.all(),
                List.of());

        assertThat(fails(PermissionDeniedException.class, key, chat("local", "hi"), Reason.MODEL_NOT_ALLOWED).param())
                .contains("model");
        assertThat(fails(NotFoundException.class, key, chat("nothing/like-it", "hi"), Reason.MODEL_NOT_FOUND).param())
                .contains("model");
    }

    @Test
    void keyFromElsewhereOrForAnotherSurfaceIs403() {
        String elsewhere = box.boundKey("elsewhere", KeyRecord.State.ACTIVE, null, Grant.all(), Grant.all(),
                List.of(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("::1")));
        String embeddings = box.boundKey("embeddings", KeyRecord.State.ACTIVE, null, Grant.all(),
                Grant.only(Set.of(Surface.EMBEDDINGS)), List.of());

        fails(PermissionDeniedException.class, elsewhere, chat("local", "hi"), Reason.ADDRESS_NOT_ALLOWED);
        fails(PermissionDeniedException.class, embeddings, chat("local", "hi"), Reason.ENDPOINT_NOT_ALLOWED);
        String here = box.boundKey("here", KeyRecord.State.ACTIVE, null, Grant.all(), Grant.all(),
                List.of(AddressRange.parse("127.0.0.0/8")));
        OpenAIClient client = client(here);
        assertThat(client.chat().completions().create(chat("local", "hi").build()).choices()).hasSize(1);
    }

    @Test
    void wrongFieldIs400AndNamed() {
        String key = box.key("wrong");

        assertThat(fails(BadRequestException.class, key,
                chat("local", "hi").putAdditionalBodyProperty("stream", JsonValue.from("perhaps")),
                Reason.INVALID_REQUEST).param()).contains("stream");
        assertThat(fails(BadRequestException.class, key, chat("local", "hi").maxTokens(-3), Reason.INVALID_REQUEST)
                .param()).contains("max_tokens");
        assertThat(fails(BadRequestException.class, key, chat("local", "hi").n(0), Reason.INVALID_REQUEST).param())
                .contains("n");
    }

    @Test
    void bodyThatIsTooLargeIs413() {
        fails(UnexpectedStatusCodeException.class, box.key("large"), chat("local", "x".repeat(TestBox.MAX_BODY_BYTES)),
                Reason.REQUEST_TOO_LARGE);
    }

    @Test
    void rateThatIsUsedUpIs429WithATrueRetryAfter() {
        Limit requests = TestBox.projectLimit(Limit.Kind.REQUESTS_PER_MINUTE, 1);
        String key = box.limitedKey("rpm", requests);
        OpenAIClient client = client(key);
        client.chat().completions().create(chat("local", "hi").build());

        RateLimitException error = fails(RateLimitException.class, key, chat("local", "hi"), Reason.RATE_LIMITED);

        assertThat(Integer.parseInt(String.valueOf(header(error, "retry-after")))).isBetween(58, 60);
        assertThat(header(error, "x-should-retry")).isNull();
        assertThat(header(error, "x-ratelimit-limit-requests")).isEqualTo("1");
        assertThat(header(error, "x-ratelimit-remaining-requests")).isEqualTo("0");
        assertThat(header(error, "x-ratelimit-reset-requests")).matches("1m0s|59(\\.[0-9]+)?s");
        assertThat(error.type()).contains("rate_limit_error");
    }

    @Test
    void anthropicsClientsAreToldOfRatesByAnthropicsNames() throws Exception {
        String key = box.limitedKey("rpm-anthropic", TestBox.projectLimit(Limit.Kind.REQUESTS_PER_MINUTE, 4));
        String body = "{\"model\":\"local\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        Instant before = Instant.now();

        HttpHeaders headers = box.post(key, "/v1/messages", body).headers();

        assertThat(headers.firstValue("anthropic-ratelimit-requests-limit")).contains("4");
        assertThat(headers.firstValue("anthropic-ratelimit-requests-remaining")).contains("3");
        assertThat(Instant.parse(headers.firstValue("anthropic-ratelimit-requests-reset").orElseThrow()))
                .isBetween(before.plusSeconds(10), before.plusSeconds(70));
        assertThat(headers.firstValue("x-ratelimit-limit-requests")).isEmpty();
    }

    @Test
    void tokensPerMinuteThatAreUsedUpAre429WithARetryAfter() {
        String key = box.limitedKey("tpm", TestBox.projectLimit(Limit.Kind.TOKENS_PER_MINUTE, 1000));
        String long1 = "[[sim tokens=900]] hi";
        OpenAIClient client = client(key);
        client.chat().completions().create(chat("local", long1).maxTokens(900).build());

        RateLimitException error = fails(RateLimitException.class, key, chat("local", long1).maxTokens(900),
                Reason.RATE_LIMITED);

        assertThat(Integer.parseInt(String.valueOf(header(error, "retry-after")))).isBetween(30, 60);
        assertThat(header(error, "x-ratelimit-limit-tokens")).isEqualTo("1000");
    }

    @Test
    void concurrencyThatIsUsedUpIs429WithARetryAfter() throws InterruptedException {
        String key = box.limitedKey("concurrency", TestBox.projectLimit(Limit.Kind.CONCURRENT_REQUESTS, 1));
        int before = box.engine.ledger().entries().size();
        Thread first = Thread.ofVirtual().start(() -> {
            OpenAIClient client = client(key);
            client.chat().completions().create(chat("local", "[[sim first-token-ms=350]]").build());
        });
        TestBox.await(() -> box.engine.ledger().entries().size() > before, "the first call did not start");

        RateLimitException error = fails(RateLimitException.class, key, chat("local", "hi"), Reason.RATE_LIMITED);

        assertThat(header(error, "retry-after")).isEqualTo("1");
        first.join();
        OpenAIClient client = client(key);
        client.chat().completions().create(chat("local", "hi").build());
    }

    @Test
    void quotaThatIsUsedUpIs429ThatMustNotBeRetried() {
        String key = box.limitedKey("quota", TestBox.projectLimit(Limit.Kind.TOTAL_TOKENS, 0));

        RateLimitException error = fails(RateLimitException.class, key, chat("local", "hi"), Reason.QUOTA_USED_UP);

        assertThat(header(error, "retry-after")).isNull();
        assertThat(header(error, "x-should-retry")).isEqualTo("false");
        assertThat(error.type()).contains("insufficient_quota");
    }

    @Test
    void clientLibraryWithItsUsualRetriesAsksOnceWhenTheQuotaIsUsedUp() {
        String key = box.limitedKey("quota-retries", TestBox.projectLimit(Limit.Kind.TOTAL_TOKENS, 0));
        int rows = box.rows.size();
        OpenAIClient client = OpenAIOkHttpClient.builder().baseUrl(box.uri("/v1").toString()).apiKey(key).build();
        clients.put("with usual retries", client);
        RateLimitException refused = catchThrowableOfType(RateLimitException.class,
                () -> client.chat().completions().create(chat("local", "hi").build()));

        assertThat(refused).isNotNull();
        assertThat(box.rows.size() - rows).isOne();
    }

    @Test
    void upstreamThatFailsIs502AndOneThatIsSilentIs504() {
        String key = box.key("upstream");

        fails(InternalServerException.class, key, chat("cloud", "[[sim fault=status-500]]"), Reason.UPSTREAM_ERROR);
        fails(InternalServerException.class, key, chat("cloud", "[[sim fault=hang-before-headers]]"),
                Reason.UPSTREAM_TIMEOUT);
    }

    @Test
    void modelWithoutAnyUpstreamToUseIs503() {
        Upstream upstream = box.upstream("off", Upstream.Kind.VLLM, "http://127.0.0.1:9/v1", null, true);
        box.model("off", upstream, "off", ModelRoute.Tokenizer.UNKNOWN, 0);

        InternalServerException error = fails(InternalServerException.class, box.key("off"), chat("off", "hi"),
                Reason.NO_HEALTHY_UPSTREAM);
        assertThat(header(error, "retry-after")).isEqualTo("5");
    }

    @Test
    void boxThatRefusesWorkIs503AndLeavesNoRow() {
        String key = box.key("closed");
        box.closedBecause = Refusal.retry(Reason.UNAVAILABLE, "The disk is full.", Duration.ofSeconds(7));
        int rows = box.rows.size();
        OpenAIClient client = client(key);
        InternalServerException error = catchThrowableOfType(InternalServerException.class,
                () -> client.chat().completions().create(chat("local", "hi").build()));
        assertThat(error.statusCode()).isEqualTo(503);
        assertThat(error.code()).contains("service_unavailable");
        assertThat(header(error, "retry-after")).isEqualTo("7");
        assertThat(box.rows).hasSize(rows);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/embeddings", "/v1/rerank",
            "/v1/moderations", "/v1/audio/speech", "/v1/images/generations", "/v1/audio/transcriptions",
            "/v1/audio/translations", "/v1/images/edits"})
    void everySurfaceAsksForAKeyAndRefusesAnEmptyBody(String path) {
        assertThat(box.post("wrong", path, "{}").statusCode()).isEqualTo(401);
        assertThat(box.post(box.key("empty"), path, "").statusCode()).isEqualTo(400);
        assertThat(box.lastRow().outcome()).isEqualTo(Outcome.REFUSED);
    }
}
