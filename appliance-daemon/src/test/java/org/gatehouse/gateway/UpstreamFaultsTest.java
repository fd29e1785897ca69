package org.gatehouse.gateway;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever an upstream does wrong: the right error in the dialect's own shape, one row, exact settlement, no leak. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpstreamFaultsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String STREAM = ",\"stream\":true";

    private final TestBox box = new TestBox(new Upstream.Timeouts(Duration.ofSeconds(2), Duration.ofMillis(400),
            Duration.ofMillis(400), Duration.ofSeconds(20)));
    private final AtomicInteger calls = new AtomicInteger();
    private String key = "";

    @BeforeAll
    void open() {
        // A quota, so that every call holds a reservation.
        key = box.limitedKey("faults", TestBox.projectLimit(Limit.Kind.TOTAL_TOKENS, 100_000_000),
                TestBox.projectLimit(Limit.Kind.CONCURRENT_REQUESTS, 100));
        box.price("local", "1", "2").price("cloud", "3", "4");
        box.model("nowhere", box.upstream("nowhere", Upstream.Kind.OPENAI_COMPATIBLE, "http://127.0.0.1:9/v1", null,
                false), "x", ModelRoute.Tokenizer.UNKNOWN);
    }

    @AfterEach
    void nothingIsHeld() {
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
    }

    @AfterAll
    void close() {
        box.close();
    }

    private record Ended(RawClient.Reply reply, CallRecord row) {}

    private Ended call(String model, String directive, String more) {
        box.everybodyIsWell();
        String id = "fault-" + calls.incrementAndGet();
        try (RawClient client = new RawClient(box)) {
            RawClient.Reply reply = client
                    .post(key, CHAT, id, TestBox.chat(model, "[[sim " + directive + "]] hello", more)).reply();
            return new Ended(reply, box.row(id));
        }
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
            // fault, plain: status and code; before anything of a stream: status and code
            "fault=hang-before-headers,504,upstream_timeout,504,upstream_timeout",
            "fault=hang-after-headers,504,upstream_timeout,504,upstream_timeout",
            "fault=status-500,502,upstream_error,502,upstream_error",
            "fault=status-429,429,rate_limit_exceeded,429,rate_limit_exceeded",
            "fault=html-502,502,upstream_error,502,upstream_error",
            "fault=empty-200,502,upstream_error,502,upstream_error",
            "fault=redirect,502,upstream_error,502,upstream_error",
            "fault=error-event after=0,502,upstream_error,502,upstream_error",
            "fault=cut after=0,502,upstream_error,502,upstream_error",
            "fault=cut reset after=0,502,upstream_error,502,upstream_error",
            "fault=cut-clean after=0,502,upstream_error,502,upstream_error",
            "fault=stall after=0,504,upstream_timeout,504,upstream_timeout",
            "fault=bad-json after=0,502,upstream_error,502,upstream_error",
            "fault=truncated-json after=0,502,upstream_error,502,upstream_error"})
    void failureBeforeAnythingWentOutIsAnOrdinaryError(String fault, int status, String code, int streamStatus,
            String streamCode) {
        for (String model : new String[]{"local", "cloud"}) {
            failedBefore(call(model, fault, ""), status, code);
            failedBefore(call(model, fault, STREAM), streamStatus, streamCode);
        }
    }

    private static void failedBefore(Ended ended, int status, String code) {
        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(status);
        assertThat(ended.reply().whole()).isTrue();
        assertThat(ended.reply().text()).startsWith("{\"error\":{\"message\":\"").contains("\"code\":\"" + code + "\"");
        assertThat(ended.reply().header("content-type")).startsWith("application/json");
        assertThat(ended.row().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(ended.row().status()).isEqualTo(status);
        assertThat(ended.row().errorCode()).isEqualTo(code);
        assertThat(ended.row().usage()).isEqualTo(Usage.NOTHING);
    }

    @Test
    void upstreamThatCannotBeReachedIsAnOrdinaryError() {
        failedBefore(call("nowhere", "", ""), 502, "upstream_error");
        failedBefore(call("nowhere", "", STREAM), 502, "upstream_error");
    }

    @Test
    void rateLimitOfAnUpstreamIsPassedOnWithItsPause() {
        assertThat(call("cloud", "fault=status-429 retry-after=17", "").reply().header("retry-after")).isEqualTo("17");
        assertThat(call("local", "fault=status-429 retry-after=17", STREAM).reply().header("retry-after"))
                .isEqualTo("17");
        assertThat(call("local", "fault=status-429", "").reply().header("retry-after")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", STREAM})
    void requestThatTheUpstreamRefusesIsRefusedInItsOwnWords(String more) {
        Ended ended = call("local", "fault=status-400", more);

        assertThat(ended.reply().status()).isEqualTo(400);
        assertThat(ended.reply().text()).contains("Simulated fault: the request is refused.", "\"param\":\"messages\"");
        assertThat(ended.row().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(ended.row().usage()).isEqualTo(Usage.NOTHING);
    }

    @ParameterizedTest
    @CsvSource({"local,fault=cut after=5,upstream_error", "cloud,fault=cut after=5,upstream_error",
            "local,fault=cut reset after=5,upstream_error", "local,fault=cut-clean after=5,upstream_error",
            "cloud,fault=cut-clean after=5,upstream_error", "local,fault=stall after=5,upstream_timeout",
            "cloud,fault=stall after=5,upstream_timeout", "local,fault=bad-json after=6,upstream_error",
            "cloud,fault=bad-json after=6,upstream_error", "local,fault=truncated-json after=6,upstream_error"})
    void failureInTheMiddleOfAStreamIsSaidAndTheTransportIsBroken(String model, String fault, String code) {
        Ended ended = call(model, "tokens=20 " + fault, STREAM);

        assertThat(ended.reply().status()).isEqualTo(200);
        assertThat(ended.reply().whole()).as("a broken stream must not look whole").isFalse();
        String[] events = ended.reply().text().split("\n\n");
        assertThat(events[events.length - 1]).startsWith("data: {\"error\":{\"message\":\"")
                .contains("\"code\":\"" + code + "\"");
        assertThat(ended.reply().text()).doesNotContain("[DONE]");
        assertThat(ended.row().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(ended.row().status()).isEqualTo(200);
        assertThat(ended.row().errorCode()).isEqualTo(code);
        if (model.equals("local")) {
            assertThat(ended.row().usage().outputTokens()).isEqualTo(5);
            assertThat(ended.row().usage().source()).isEqualTo(Usage.Source.COUNTED);
        } else {
            assertThat(ended.row().usage().outputTokens()).isBetween(5L, 15L);
            assertThat(ended.row().usage().source()).isEqualTo(Usage.Source.ESTIMATED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "cloud"})
    void errorEventInTheMiddleIsPassedOnAndNotBilledAsAnswer(String model) {
        Ended ended = call(model, "tokens=20 fault=error-event after=5", STREAM);

        assertThat(ended.reply().whole()).isFalse();
        assertThat(ended.reply().text()).contains("Simulated fault: EngineCore").doesNotContain("[DONE]");
        assertThat(ended.row().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(ended.row().usage().outputTokens()).isBetween(5L, model.equals("local") ? 5L : 15L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "cloud"})
    void plainReplyThatBreaksInTheMiddleIsACleanError(String model) {
        for (String fault : new String[]{"cut", "cut reset", "cut-clean", "truncated-json", "bad-json", "stall"}) {
            Ended ended = call(model, "tokens=20 fault=" + fault, "");
            assertThat(ended.reply().status()).as(fault).isIn(502, 504);
            assertThat(ended.reply().whole()).isTrue();
            assertThat(ended.row().usage()).isEqualTo(Usage.NOTHING);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "close-delimited", "no-done", "gzip", "dribble", "big-event", "crlf", "comments",
            "multi-data", "split-utf8", "close-keepalive", "usage-before-finish"})
    void oddButSoundRepliesArePassedOnWholeAndMeteredExactly(String fault) {
        for (String model : new String[]{"local", "cloud"}) {
            for (String more : new String[]{"", STREAM, STREAM + ",\"stream_options\":{\"include_usage\":true}"}) {
                Ended ended = call(model, "tokens=9 fault=" + fault, more);
                String seen = fault + " " + model + more;
                assertThat(ended.reply().status()).as(seen).isEqualTo(200);
                assertThat(ended.reply().whole()).as(seen).isTrue();
                assertThat(ended.row().outcome()).as(seen).isEqualTo(Outcome.COMPLETED);
                assertThat(ended.row().usage().outputTokens()).as(seen).isEqualTo(9);
                assertThat(ended.row().usage().source()).as(seen).isEqualTo(Usage.Source.REPORTED);
                assertThat(ended.row().usage().inputTokens()).as(seen).isEqualTo(promptTokensOf(model));
                if (!more.isEmpty()) {
                    assertThat(ended.reply().text()).as(seen).contains("\"finish_reason\":\"stop\"", "data: [DONE]");
                    if (more.contains("include_usage")) {
                        assertThat(ended.reply().text()).as(seen).containsOnlyOnce("\"completion_tokens\":9");
                    } else {
                        assertThat(ended.reply().text()).as(seen).doesNotContain("usage");
                    }
                }
            }
        }
    }

    private long promptTokensOf(String model) {
        return (model.equals("local") ? box.engine : box.cloud).ledger().entries().getLast().promptTokens();
    }

    @ParameterizedTest
    @ValueSource(strings = {"wrong-usage", "wrong-usage usage=huge", "wrong-usage usage=string", "no-usage"})
    void usageThatIsMissingOrCannotBeIsCountedInstead(String fault) {
        for (String model : new String[]{"local", "cloud"}) {
            for (String more : new String[]{"", STREAM}) {
                Ended ended = call(model, "tokens=12 fault=" + fault, more);
                String seen = fault + " " + model + more;
                assertThat(ended.reply().status()).as(seen).isEqualTo(200);
                assertThat(ended.row().outcome()).as(seen).isEqualTo(Outcome.COMPLETED);
                assertThat(ended.row().usage().source()).as(seen).isNotEqualTo(Usage.Source.REPORTED);
                assertThat(ended.row().usage().outputTokens()).as(seen).isBetween(6L, 36L);
                assertThat(ended.row().usage().inputTokens()).as(seen).isBetween(1L, 100L);
            }
        }
    }

    @Test
    void upstreamThatIgnoresTheCapIsBilledForWhatItSaidAndHeldToTheGrantWhereItStreams() {
        Ended plain = call("local", "tokens=50 fault=ignore-max-tokens", ",\"max_tokens\":5");
        assertThat(plain.row().usage().outputTokens()).isEqualTo(50);

        Ended stream = call("local", "tokens=50 fault=ignore-max-tokens", STREAM + ",\"max_tokens\":5");
        assertThat(stream.row().usage().outputTokens()).isEqualTo(50);
    }

    @Test
    void deadConnectionsOfThePoolAreReplacedWithoutTheCallerNoticing() {
        for (int i = 0; i < 5; i++) {
            assertThat(call("cloud", "tokens=2 fault=close-keepalive", "").reply().status()).isEqualTo(200);
            assertThat(call("cloud", "tokens=2", STREAM).reply().status()).isEqualTo(200);
        }
    }

    @Test
    void responsesStreamThatFailsSaysSoInItsOwnGrammar() {
        String id = "responses-cut";
        try (RawClient client = new RawClient(box)) {
            RawClient.Reply reply = client.post(key, "/v1/responses", id,
                    "{\"model\":\"cloud\",\"input\":\"[[sim tokens=20 fault=cut after=5]]\",\"stream\":true}").reply();
            assertThat(reply.whole()).isFalse();
            String[] events = reply.text().split("\n\n");
            assertThat(events[events.length - 1])
                    .startsWith("event: error\ndata: {\"type\":\"error\",\"code\":\"upstream_error\"");
            assertThat(box.row(id).outcome()).isEqualTo(Outcome.FAILED);
        }
    }

    @Test
    void responsesStreamThatEndsAsFailedIsRecordedAsFailedWithWhatItUsed() {
        String id = "responses-failed";
        try (RawClient client = new RawClient(box)) {
            RawClient.Reply reply = client.post(key, "/v1/responses", id,
                    "{\"model\":\"local\",\"input\":\"[[sim tokens=20 fault=error-event after=5]]\",\"stream\":true}")
                    .reply();
            CallRecord row = box.row(id);
            assertThat(row.outcome()).as(reply.text()).isEqualTo(Outcome.FAILED);
            assertThat(reply.text()).contains("response.failed");
        }
    }

}
