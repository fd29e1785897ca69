package org.gatehouse.gateway;

import java.time.Duration;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.governance.snapshot.Limit;

import static org.assertj.core.api.Assertions.assertThat;

/** Nothing whole goes out that is not recorded, and a bug on the way leaves a row and holds nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrailTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String STREAM = ",\"stream\":true";

    private final TestBox box = new TestBox();
    private final String key = box.limitedKey("trail", TestBox.projectLimit(Limit.Kind.TOTAL_TOKENS, 1_000_000),
            TestBox.projectLimit(Limit.Kind.CONCURRENT_REQUESTS, 3));

    @AfterEach
    void everythingIsGivenBack() {
        box.writable = true;
        box.closedBecause = null;
        box.writeFails = false;
        box.assertNothingHeld();
        for (int i = 0; i < 4; i++) {
            assertThat(call("after", "local", "tokens=1", "").status()).as("the box works again").isEqualTo(200);
        }
    }

    /** The bugs are meant; their stack traces would only startle. */
    @BeforeAll
    void quiet() {
        gatewayLog().setLevel(Level.OFF);
    }

    @AfterAll
    void close() {
        gatewayLog().setLevel(null);
        box.close();
    }

    private static Logger gatewayLog() {
        return (Logger) LoggerFactory.getLogger("org.gatehouse.gateway");
    }

    private RawClient.Reply call(String id, String model, String directive, String more) {
        try (RawClient client = new RawClient(box)) {
            return client.post(key, CHAT, id, TestBox.chat(model, "[[sim " + directive + "]]", more)).reply();
        }
    }

    @Test
    void plainReplyThatCannotBeRecordedIsNotSent() {
        box.writable = false;

        RawClient.Reply reply = call("unrecorded", "local", "tokens=5", "");

        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.header("retry-after")).isNotNull();
        assertThat(reply.text()).contains("service_unavailable").doesNotContain("choices");
        assertThat(box.rows).noneMatch(row -> row.requestId().equals("unrecorded"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "cloud"})
    void streamThatCannotBeRecordedDoesNotEndWell(String model) {
        box.writable = false;

        RawClient.Reply reply = call("unrecorded", model, "tokens=5", STREAM);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.whole()).isFalse();
        assertThat(reply.text()).doesNotContain("[DONE]").contains("service_unavailable");
    }

    @Test
    void refusalAndFailureThatCannotBeRecordedAreAnsweredAsSuch() {
        box.writable = false;

        assertThat(call("refused", "nothing", "tokens=5", "").status()).isEqualTo(503);
        assertThat(call("failed", "local", "fault=status-500", "").status()).isEqualTo(503);
        assertThat(box.get(key, "/v1/models").statusCode()).isEqualTo(503);
    }

    @Test
    void boxThatCannotRecordTakesNoCallAndAsksNoUpstream() {
        int asked = box.engine.ledger().entries().size();
        box.closedBecause = Refusal.retry(Reason.UNAVAILABLE, "The disk is full.", Duration.ofSeconds(3));

        RawClient.Reply reply = call("closed", "local", "tokens=5", STREAM);

        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.header("retry-after")).isEqualTo("3");
        assertThat(box.engine.ledger().entries()).hasSize(asked);
    }

    @Test
    void lastBytesOfAReplyFollowItsRow() {
        for (String more : new String[]{"", STREAM}) {
            int rows = box.rows.size();
            RawClient.Reply reply = call("ordered", "local", "tokens=5", more);
            // Not waited for: the row must stand before the client has the end.
            assertThat(box.rows.size()).isEqualTo(rows + 1);
            assertThat(reply.whole()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", STREAM})
    void bugInTheBookLeavesNothingHeldAndNoReplyThatLooksWhole(String more) {
        box.writeFails = true;

        RawClient.Reply reply = call("bug", "local", "tokens=5", more);

        assertThat(reply.status() == 503 || !reply.whole()).as(reply.text()).isTrue();
        assertThat(reply.text()).doesNotContain("[DONE]", "\"object\":\"chat.completion\"");
    }

    @Test
    void bugBeforeTheUpstreamIsAskedLeavesOneRowAndAnError() {
        box.takeOffFails = true;
        RawClient.Reply reply;
        try {
            reply = call("bug-early", "local", "tokens=5", "");
        } finally {
            box.takeOffFails = false;
        }
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.text()).contains("service_unavailable");
        CallRecord row = box.row("bug-early");
        assertThat(row.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(row.usage()).isEqualTo(Usage.NOTHING);
    }
}
