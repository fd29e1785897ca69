package org.gatehouse.gateway;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.gateway.realtime.RealtimeTerms;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;

import static org.assertj.core.api.Assertions.assertThat;

/** What governs Realtime sessions while they last. */
class RealtimeGovernanceTest {
    private RealtimeBox talks = new RealtimeBox();

    @AfterEach
    void nothingIsLeft() {
        talks.close();
    }

    private void boxWith(RealtimeTerms terms) {
        talks.close();
        talks = new RealtimeBox(terms);
    }

    private static Limit of(String key, Limit.Kind kind, long amount) {
        return new Limit(UUID.randomUUID(), TestBox.keyScope(key), kind, amount);
    }

    @Test
    void budgetThatIsUsedUpEndsTheSessionBeforeTheNextAnswer() {
        // An answer of 32 tokens costs 0.000512 and the prompt.
        String key = talks.box.budgetedKey("a", new Budget(UUID.randomUUID(), TestBox.keyScope("a"),
                Budget.Period.MONTH, new BigDecimal("0.0008"), "USD", true));
        try (RealtimeClient client = talks.open(key)) {
            client.ask("One.");
            client.next("response.done");
            client.ask("Two.");
            client.next("response.done");
            client.ask("Three.");
            JsonNode error = client.next("error");
            assertThat(error.at("/error/code").asText()).isEqualTo("insufficient_quota");
            assertThat(error.at("/error/event_id").asText()).isEqualTo("ask-1");
            assertThat(client.closed()).isEqualTo("1008 insufficient_quota");
            assertThat(talks.session().outcome()).isEqualTo(Outcome.CUT_BY_QUOTA);
            assertThat(talks.answers().getLast().outcome()).isEqualTo(Outcome.REFUSED);
            BigDecimal spent = talks.answers().stream().map(CallRecord::cost).filter(java.util.Objects::nonNull)
                    .map(cost -> cost.amount()).reduce(BigDecimal.ZERO, BigDecimal::add);
            BigDecimal dearest = talks.answers().stream().map(CallRecord::cost).filter(java.util.Objects::nonNull)
                    .map(cost -> cost.amount()).max(BigDecimal::compareTo).orElseThrow();
            assertThat(spent).isLessThanOrEqualTo(new BigDecimal("0.0008").add(dearest));
        }
        assertThat(talks.openai.ledger().modelCalls()).hasSize(2);
    }

    @Test
    void sessionIsNotEvenOpenedWithoutBudget() {
        String key = talks.box.limitedKey("a", of("a", Limit.Kind.TOTAL_TOKENS, 0));
        RawClient.Reply reply = RealtimeHandshakeTest.handshake(talks.box, "model=talk",
                "authorization: Bearer " + key);
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.text()).contains("insufficient_quota");
        assertThat(talks.openai.ledger().entries()).isEmpty();
    }

    @Test
    void rateOfRequestsIsTakenByTheSessionAndByEachAnswer() {
        String key = talks.box.limitedKey("a", of("a", Limit.Kind.REQUESTS_PER_MINUTE, 2));
        try (RealtimeClient client = talks.open(key)) {
            client.ask("[[sim tokens=3]] One.");
            client.next("response.done");
            client.ask("[[sim tokens=3]] Two.");
            JsonNode error = client.next("error");
            assertThat(error.at("/error/code").asText()).isEqualTo("rate_limit_exceeded");
            assertThat(client.closed.isDone()).isFalse();
            client.send("{\"type\":\"input_audio_buffer.clear\"}");
            client.next("input_audio_buffer.cleared");
            client.leave(1000);
        }
        assertThat(talks.openai.ledger().modelCalls()).hasSize(1);
    }

    @Test
    void answerThatNobodyAskedForIsCancelledWhereTheRateIsUsedUp() {
        String key = talks.box.limitedKey("a", of("a", Limit.Kind.REQUESTS_PER_MINUTE, 1));
        try (RealtimeClient client = talks.open(key)) {
            client.send("{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\",\"role\":\"user\","
                    + "\"content\":[{\"type\":\"input_text\",\"text\":\"[[sim tokens=100000 token-ms=2]] On.\"}]}}");
            client.send("{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\",\"audio\":{\"input\":"
                    + "{\"turn_detection\":{\"type\":\"server_vad\"}}}}}");
            client.send("{\"type\":\"input_audio_buffer.append\",\"audio\":\""
                    + java.util.Base64.getEncoder().encodeToString(new byte[48_000]) + "\"}");
            assertThat(client.next("error").at("/error/code").asText()).isEqualTo("rate_limit_exceeded");
            JsonNode done = client.next("response.done");
            assertThat(done.at("/response/status").asText()).isEqualTo("cancelled");
            CallRecord row = talks.answers().getLast();
            assertThat(row.outcome()).isEqualTo(Outcome.CUT_BY_QUOTA);
            assertThat(row.usage().inputTokens()).isPositive();
            assertThat(row.usage().outputTokens()).isEqualTo(done.at("/response/usage/output_tokens").asLong());
        }
    }

    @Test
    void sessionHoldsItsPlaceAmongTheCallsAtTheSameTime() {
        String key = talks.box.limitedKey("a", of("a", Limit.Kind.CONCURRENT_REQUESTS, 1));
        try (RealtimeClient client = talks.open(key)) {
            client.ask("[[sim tokens=3]] One.");
            client.next("response.done");
            assertThat(
                    RealtimeHandshakeTest.handshake(talks.box, "model=talk", "authorization: Bearer " + key).status())
                    .isEqualTo(429);
            client.leave(1000);
        }
        talks.session();
        try (RealtimeClient client = talks.open(key)) {
            client.next("session.created");
        }
    }

    @Test
    void keyThatIsRevokedEndsItsSessionWithinSeconds() {
        String key = talks.box.key("a");
        try (RealtimeClient client = talks.open(key)) {
            client.next("session.created");
            long before = System.nanoTime();
            talks.box.boundKey("a", KeyRecord.State.REVOKED, null, Grant.all(), Grant.all(), List.of());
            JsonNode error = client.next("error");
            assertThat(error.at("/error/code").asText()).isEqualTo("invalid_api_key");
            assertThat(client.closed()).isEqualTo("1008 invalid_api_key");
            assertThat(System.nanoTime() - before).isLessThan(Duration.ofSeconds(3).toNanos());
            assertThat(talks.session().errorCode()).isEqualTo("invalid_api_key");
        }
    }

    @Test
    void modelThatIsTakenFromAKeyEndsItsSessionInTheMiddleOfAnAnswer() {
        String key = talks.box.key("a");
        try (RealtimeClient client = talks.open(key)) {
            client.ask("[[sim tokens=100000 token-ms=2]] On.");
            client.next("response.output_text.delta");
            talks.box.boundKey("a", KeyRecord.State.ACTIVE, null, TestBox.only("local"), Grant.all(), List.of());
            assertThat(client.closed()).isEqualTo("1008 model_not_allowed");
            talks.session();
            CallRecord row = talks.answers().getFirst();
            assertThat(row.outcome()).isEqualTo(Outcome.FAILED);
            // The upstream was told to stop, and said what it had used by then.
            assertThat(row.usage().outputTokens())
                    .isEqualTo(talks.openai.ledger().modelCalls().getFirst().outputTokens());
        }
    }

    @Test
    void sessionThatLastsTooLongIsEnded() {
        boxWith(new RealtimeTerms(20, 1 << 20, 64 << 20, 4, Duration.ofMillis(500), Duration.ofMinutes(5),
                Duration.ofMillis(300),
                Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofSeconds(20), Duration.ofSeconds(1),
                Duration.ofMillis(20)));
        try (RealtimeClient client = talks.open(talks.box.key("a"))) {
            assertThat(client.next("error").at("/error/code").asText()).isEqualTo("session_expired");
            assertThat(client.closed()).isEqualTo("1001 session_expired");
            assertThat(talks.session().outcome()).isEqualTo(Outcome.COMPLETED);
        }
    }

    @Test
    void sessionInWhichNothingIsSaidIsEnded() {
        boxWith(new RealtimeTerms(20, 1 << 20, 64 << 20, 4, Duration.ofMillis(500), Duration.ofMillis(300),
                Duration.ofMinutes(5),
                Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofSeconds(20), Duration.ofSeconds(1),
                Duration.ofMillis(20)));
        try (RealtimeClient client = talks.open(talks.box.key("a"))) {
            assertThat(client.next("error").at("/error/code").asText()).isEqualTo("session_idle");
            assertThat(client.closed()).isEqualTo("1001 session_idle");
        }
    }

    @Test
    void answerWhoseRowCannotBeWrittenEndsTheSession() {
        try (RealtimeClient client = talks.open(talks.box.key("a"))) {
            client.next("session.created");
            talks.box.writable = false;
            client.ask("[[sim tokens=3]] One.");
            assertThat(client.next("error").at("/error/code").asText()).isEqualTo("service_unavailable");
            assertThat(client.closed()).isEqualTo("1011 service_unavailable");
            // Never a whole answer that the box does not know of.
            assertThat(client.events).noneMatch(event -> event.path("type").asText().equals("response.done"));
        } finally {
            talks.box.writable = true;
            talks.everyTokenHasItsRow = false;
        }
    }

    @Test
    void boxThatStopsLetsTheAnswerEndAndThenTheSession() {
        try (RealtimeClient client = talks.open(talks.box.key("a"))) {
            client.ask("[[sim tokens=10 token-ms=10]] Slowly.");
            client.next("response.output_text.delta");
            talks.box.sessions.close();
            client.next("response.done");
            assertThat(client.closed()).startsWith("1001");
            assertThat(talks.session().outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(RealtimeHandshakeTest.handshake(talks.box, "model=talk", "authorization: Bearer "
                    + talks.box.key("a")).status()).isEqualTo(503);
        }
    }
}
