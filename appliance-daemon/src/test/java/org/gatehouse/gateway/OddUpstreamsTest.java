package org.gatehouse.gateway;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;

import static org.assertj.core.api.Assertions.assertThat;

/** Manners of real servers that differ from the book. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OddUpstreamsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String CHUNK = "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"}}]}\n\n";
    private static final String FINISH = "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    private static final String USAGE = "\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7,\"total_tokens\":18}";

    private final TestBox box = new TestBox(new Upstream.Timeouts(Duration.ofSeconds(2), Duration.ofMillis(500),
            Duration.ofMillis(500), Duration.ofSeconds(20)));
    private final ScriptedUpstream upstream = new ScriptedUpstream();
    private final AtomicInteger calls = new AtomicInteger();
    private String key = "";

    @BeforeAll
    void open() {
        key = box.limitedKey("odd", TestBox.projectLimit(Limit.Kind.TOTAL_TOKENS, 10_000_000));
        box.model("odd", box.upstream("odd", Upstream.Kind.OPENAI_COMPATIBLE, upstream.url(), null, false), "odd",
                ModelRoute.Tokenizer.UNKNOWN);
        box.model("engine", box.upstream("odd-engine", Upstream.Kind.VLLM, upstream.url(), null, true), "odd",
                ModelRoute.Tokenizer.UNKNOWN);
    }

    @AfterEach
    void nothingIsHeld() {
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
    }

    @AfterAll
    void close() {
        box.close();
        upstream.close();
    }

    private record Ended(RawClient.Reply reply, CallRecord row) {}

    private Ended call(String path, String body) {
        return call(key, path, body);
    }

    private Ended call(String someKey, String path, String body) {
        String id = "odd-" + calls.incrementAndGet();
        try (RawClient client = new RawClient(box)) {
            RawClient.Reply reply = client.post(someKey, path, id, body).reply();
            return new Ended(reply, box.row(id));
        }
    }

    private Ended stream() {
        return call(CHAT, TestBox.chat("odd", "hello", ",\"stream\":true"));
    }

    @Test
    void errorWithAGoodStatusIsAnErrorAndCostsNothing() {
        upstream.answers("application/json", "{\"error\":{\"message\":\"overloaded\",\"code\":529}}");

        Ended ended = call(CHAT, TestBox.chat("odd", "hello", ""));

        assertThat(ended.reply().status()).isEqualTo(502);
        assertThat(ended.row().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(ended.row().usage()).isEqualTo(Usage.NOTHING);
    }

    @Test
    void responseThatFailedIsPassedOnAsFailedWithWhatItUsed() {
        upstream.answers("application/json",
                "{\"id\":\"r\",\"object\":\"response\",\"status\":\"failed\",\"error\":{\"code\":\"server_error\"},"
                        + "\"usage\":{\"input_tokens\":5,\"output_tokens\":3,\"total_tokens\":8}}");

        Ended ended = call("/v1/responses", "{\"model\":\"odd\",\"input\":\"hello\"}");

        assertThat(ended.reply().status()).isEqualTo(200);
        assertThat(ended.reply().text()).contains("\"status\":\"failed\"");
        assertThat(ended.row().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(ended.row().usage().outputTokens()).isEqualTo(3);
    }

    @Test
    void nullErrorIsNoError() {
        upstream.answers("application/json", "{\"error\":null,\"choices\":[]," + USAGE + "}");

        assertThat(call(CHAT, TestBox.chat("odd", "hello", "")).row().outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void plainReplyWithoutUsageIsCountedFromItsText() {
        upstream.answers("application/json",
                "{\"choices\":[{\"message\":{\"content\":\"twelve bytes\",\"reasoning_content\":\"four\"}}]}");

        Usage usage = call(CHAT, TestBox.chat("odd", "hello", "")).row().usage();

        assertThat(usage.source()).isEqualTo(Usage.Source.ESTIMATED);
        assertThat(usage.outputTokens()).isEqualTo(4);
        assertThat(usage.inputTokens()).isPositive();
    }

    @Test
    void endMarkWithoutItsEmptyLineIsMadeWhole() {
        upstream.streams(CHUNK + FINISH + "data: [DONE]", true);

        Ended ended = stream();

        assertThat(ended.reply().text()).endsWith("data: [DONE]\n\n");
        assertThat(ended.row().outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void streamThatEndsInTheMiddleOfALineIsNotWhole() {
        upstream.streams(CHUNK + "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"h", true);

        Ended ended = stream();

        assertThat(ended.reply().whole()).isFalse();
        assertThat(ended.row().outcome()).isEqualTo(Outcome.FAILED);
    }

    @Test
    void usageInTheLastChunkWithChoicesIsTakenAndHidden() {
        upstream.streams(CHUNK + FINISH.replace("}]}\n", "}]," + USAGE + "}\n") + "data: [DONE]\n\n", true);

        Ended ended = stream();

        assertThat(ended.reply().text()).doesNotContain("usage").contains("\"finish_reason\":\"stop\"");
        assertThat(ended.row().usage()).isEqualTo(Usage.tokens(11, 7, Usage.Source.REPORTED));
    }

    @Test
    void usageThatGrowsFromChunkToChunkIsTakenFromTheLast() {
        upstream.streams(CHUNK.replace("}]}\n", "}],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":1}}\n")
                + FINISH.replace("}]}\n", "}]," + USAGE + "}\n") + "data: [DONE]\n\n", true);

        assertThat(stream().row().usage()).isEqualTo(Usage.tokens(11, 7, Usage.Source.REPORTED));
    }

    @Test
    void errorBehindACommentIsAnOrdinaryErrorSinceNothingOfAnAnswerWasSeen() {
        upstream.streams(": thinking\n\ndata: {\"error\":{\"message\":\"no\"}}\n\n", true);

        Ended ended = stream();

        assertThat(ended.row().status()).isEqualTo(502);
        assertThat(ended.reply().text()).contains("upstream_error").doesNotContain("thinking");
        assertThat(ended.row().usage().outputTokens()).isZero();
    }

    @Test
    void endMarkIsNotHeldUpByAnUpstreamThatKeepsItsStreamOpen() {
        upstream.streams(CHUNK + FINISH + "data: [DONE]\n\n", false);
        long start = System.nanoTime();

        Ended ended = stream();

        assertThat(ended.reply().whole()).isTrue();
        assertThat((System.nanoTime() - start) / 1e6).isLessThan(400);
        assertThat(ended.row().outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void connectionOfAStreamThatEndedWellIsUsedAgain() {
        upstream.streams(CHUNK + FINISH + "data: [DONE]\n\n", true);
        stream();
        box.assertNothingHeld();
        int before = upstream.connections();
        for (int i = 0; i < 5; i++) {
            stream();
            box.assertNothingHeld();
        }

        assertThat(upstream.connections()).isEqualTo(before);
    }

    @Test
    void eventOfSeveralTokensThatAQuotaCannotHoldIsNotPassedOn() {
        String small = box.limitedKey("small",
                new Limit(UUID.randomUUID(), TestBox.keyScope("small"), Limit.Kind.TOTAL_OUTPUT_TOKENS, 5));
        StringBuilder events = new StringBuilder();
        for (int tokens = 2; tokens <= 8; tokens += 3) {
            events.append(CHUNK.replace("}]}\n",
                    "}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":" + tokens + "}}\n"));
        }
        upstream.streams(events + FINISH + "data: [DONE]\n\n", true);

        Ended ended = call(small, CHAT, TestBox.chat("engine", "hello", ",\"stream\":true"));

        assertThat(ended.row().outcome()).isEqualTo(Outcome.CUT_BY_QUOTA);
        assertThat(ended.row().usage()).isEqualTo(Usage.tokens(9, 5, Usage.Source.COUNTED));
        assertThat(ended.reply().text().split("\"content\":\"hi\"", -1)).hasSize(3);
        assertThat(ended.reply().text()).contains("\"finish_reason\":\"length\"").endsWith("[DONE]\n\n");
    }
}
