package org.gatehouse.gateway;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
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
import org.gatehouse.gateway.admission.Ledger;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.Limit;

import static org.assertj.core.api.Assertions.assertThat;

/** Limits that hold: to the token, to the last decimal, whoever races. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuotaTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String STREAM = ",\"stream\":true";

    private final TestBox box = new TestBox();
    private final AtomicInteger names = new AtomicInteger();

    @BeforeAll
    void open() {
        box.price("local", "1", "2").price("cloud", "1", "2");
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

    /** A key of its own with limits of its own, so that tests do not share them. */
    private String keyWith(Limit.Kind kind, long amount) {
        String name = "quota-" + names.incrementAndGet();
        return box.limitedKey(name, new Limit(UUID.randomUUID(), TestBox.keyScope(name), kind, amount));
    }

    private Ledger.Balance lastBalance() {
        return box.ledger.balanceOf(TestBox.keyScope("quota-" + names.get()));
    }

    private RawClient.Reply call(String key, String model, String directive, String more) {
        try (RawClient client = new RawClient(box)) {
            return client.post(key, CHAT, "q-" + UUID.randomUUID(),
                    TestBox.chat(model, "[[sim " + directive + "]]", more)).reply();
        }
    }

    private static long tokensIn(RawClient.Reply stream) {
        return stream.text().lines().filter(line -> line.contains("\"delta\":{\"content\":\"")).count();
    }

    @ParameterizedTest
    @CsvSource({"1,''", "17,''", "300,''", "1,ignore-max-tokens", "2,ignore-max-tokens", "17,ignore-max-tokens",
            "256,ignore-max-tokens", "257,ignore-max-tokens", "300,ignore-max-tokens"})
    void streamThatRunsOutOfQuotaEndsWithLengthAtTheVeryToken(int quota, String fault) {
        RawClient.Reply reply = call(keyWith(Limit.Kind.TOTAL_OUTPUT_TOKENS, quota), "local",
                "tokens=600" + (fault.isEmpty() ? "" : " fault=" + fault), STREAM);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.whole()).isTrue();
        assertThat(reply.text()).contains("\"finish_reason\":\"length\"").endsWith("data: [DONE]\n\n")
                .doesNotContain("usage", "\"finish_reason\":\"stop\"");
        assertThat(tokensIn(reply)).isEqualTo(quota);
        CallRecord row = box.lastRow();
        assertThat(row.outcome()).isEqualTo(Outcome.CUT_BY_QUOTA);
        assertThat(row.errorCode()).isEqualTo("insufficient_quota");
        assertThat(row.usage().outputTokens()).isEqualTo(quota);
        assertThat(lastBalance().outputUsed()).isEqualTo(quota);
    }

    @Test
    void streamThatIsCutTellsTheUsageThatIsBilledWhenItWasAskedFor() {
        RawClient.Reply reply = call(keyWith(Limit.Kind.TOTAL_OUTPUT_TOKENS, 9), "local",
                "tokens=600 fault=ignore-max-tokens", STREAM + ",\"stream_options\":{\"include_usage\":true}");

        long input = box.lastRow().usage().inputTokens();
        assertThat(reply.text()).containsOnlyOnce("\"usage\"").contains("\"usage\":{\"prompt_tokens\":" + input
                + ",\"completion_tokens\":9,\"total_tokens\":" + (input + 9) + "}");
    }

    @Test
    void streamOfAnUpstreamThatDoesNotReportIsToldItsCap() {
        RawClient.Reply reply = call(keyWith(Limit.Kind.TOTAL_OUTPUT_TOKENS, 9), "cloud", "tokens=600", STREAM);

        assertThat(reply.text()).contains("\"finish_reason\":\"length\"");
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(9);
        assertThat(tokensIn(reply)).isEqualTo(9);
    }

    @Test
    void upstreamThatIgnoresItsCapIsCutToo() {
        RawClient.Reply reply = call(keyWith(Limit.Kind.TOTAL_OUTPUT_TOKENS, 9), "cloud",
                "tokens=600 fault=ignore-max-tokens", STREAM);

        assertThat(reply.text()).contains("\"finish_reason\":\"length\"").endsWith("[DONE]\n\n");
        assertThat(tokensIn(reply)).isEqualTo(9);
        assertThat(box.lastRow().usage().outputTokens()).isLessThanOrEqualTo(9);
        assertThat(lastBalance().outputUsed()).isLessThanOrEqualTo(9);
    }

    @Test
    void responsesStreamThatIsCutSaysSoWithAnError() {
        String key = keyWith(Limit.Kind.TOTAL_OUTPUT_TOKENS, 9);
        try (RawClient client = new RawClient(box)) {
            RawClient.Reply reply = client.post(key, "/v1/responses", "q-responses",
                    "{\"model\":\"cloud\",\"input\":\"[[sim tokens=600 fault=ignore-max-tokens]]\",\"stream\":true}")
                    .reply();
            assertThat(reply.whole()).isFalse();
            assertThat(reply.text())
                    .contains("event: error\ndata: {\"type\":\"error\",\"code\":\"insufficient_quota\"");
        }
        assertThat(box.row("q-responses").outcome()).isEqualTo(Outcome.CUT_BY_QUOTA);
        assertThat(lastBalance().outputUsed()).isLessThanOrEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "cloud"})
    void plainCallIsClampedToWhatIsLeft(String model) {
        RawClient.Reply reply = call(keyWith(Limit.Kind.TOTAL_OUTPUT_TOKENS, 23), model, "tokens=600", "");

        assertThat(reply.text()).contains("\"finish_reason\":\"length\"");
        assertThat(lastBalance().outputUsed()).isEqualTo(23);
        assertThat(box.lastRow().outcome()).isEqualTo(Outcome.CUT_BY_QUOTA);
    }

    @Test
    void leaseGrowsWithAStreamThatFits() {
        RawClient.Reply reply = call(keyWith(Limit.Kind.TOTAL_OUTPUT_TOKENS, 5_000), "local", "tokens=1500", STREAM);

        assertThat(tokensIn(reply)).isEqualTo(1500);
        assertThat(reply.text()).contains("\"finish_reason\":\"stop\"");
        assertThat(lastBalance().outputUsed()).isEqualTo(1500);
    }

    @Test
    void streamIsPacedByItsTokensPerMinuteAndComesToItsEnd() {
        // 12,000 a minute are 200 a second; the bucket is emptied first.
        String key = keyWith(Limit.Kind.OUTPUT_TOKENS_PER_MINUTE, 12_000);
        String limitOwner = "quota-" + names.get();
        for (int i = 0; i < 6; i++) {
            call(key, "local", "tokens=2000", STREAM);
        }
        long start = System.nanoTime();
        RawClient.Reply reply = call(key, "local", "tokens=400", STREAM);
        double seconds = (System.nanoTime() - start) / 1e9;

        assertThat(tokensIn(reply)).as(limitOwner).isEqualTo(400);
        assertThat(reply.text()).contains("\"finish_reason\":\"stop\"");
        assertThat(seconds).isBetween(0.5, 6.0);
        assertThat(box.lastRow().outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void clientThatLeavesAPacedStreamIsNoticedWhileItWaits() {
        String key = keyWith(Limit.Kind.OUTPUT_TOKENS_PER_MINUTE, 60);
        try (RawClient client = new RawClient(box)) {
            client.post(key, CHAT, "q-paced", TestBox.chat("local", "[[sim tokens=600]]", STREAM));
            client.readUntil("\"delta\":{\"content\":\"");
            for (int i = 0; i < 50; i++) {
                client.readUntil("\n\n");
            }
        }
        CallRecord row = box.row("q-paced");
        assertThat(row.outcome()).isEqualTo(Outcome.CLIENT_GONE);
        assertThat(row.usage().outputTokens()).isBetween(50L, 62L);
        assertThat(row.totalMicros()).isLessThan(Duration.ofSeconds(8).toNanos() / 1000);
    }

    @Test
    void budgetIsSpentToTheLastDecimalAndNotBeyond() {
        String name = "quota-" + names.incrementAndGet();
        Budget budget = new Budget(UUID.randomUUID(), TestBox.keyScope(name), Budget.Period.DAY,
                new BigDecimal("0.0003"), "USD",
                true);
        String key = box.budgetedKey(name, budget);

        RawClient.Reply stream = call(key, "local", "tokens=600", STREAM);

        CallRecord row = box.lastRow();
        assertThat(row.outcome()).isEqualTo(Outcome.CUT_BY_QUOTA);
        assertThat(tokensIn(stream)).isEqualTo(row.usage().outputTokens());
        BigDecimal spent = lastBalance().spentToday();
        assertThat(spent).isLessThanOrEqualTo(budget.amount());
        assertThat(spent)
                .isEqualByComparingTo(new BigDecimal(row.usage().inputTokens() + 2 * row.usage().outputTokens())
                        .movePointLeft(6));
        assertThat(call(key, "local", "tokens=600", "").status()).isIn(200, 429);
        while (call(key, "local", "tokens=1", ",\"max_tokens\":1").status() == 200) {
            assertThat(lastBalance().spentToday()).isLessThanOrEqualTo(budget.amount());
        }
        assertThat(lastBalance().spentToday()).isLessThanOrEqualTo(budget.amount());
    }

    @Test
    void quotaIsRacedForByTwoHundredClientsAndHoldsToTheToken() throws InterruptedException {
        for (int round = 0; round < 4; round++) {
            String key = keyWith(Limit.Kind.TOTAL_OUTPUT_TOKENS, 10_000);
            int before = box.rows.size();
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int number = i;
                clients.add(Thread.ofVirtual().start(() -> race(key, number)));
            }
            for (Thread client : clients) {
                client.join();
            }
            box.assertNothingHeld();
            long used = lastBalance().outputUsed();
            assertThat(used).isLessThanOrEqualTo(10_000);
            assertThat(sumOfRows(before)).isEqualTo(used);
            // What is left can be used to the last token: nothing has leaked.
            while (lastBalance().outputUsed() < 10_000) {
                assertThat(call(key, "local", "tokens=1000", "").status()).isEqualTo(200);
            }
            assertThat(lastBalance().outputUsed()).isEqualTo(10_000);
            assertThat(call(key, "local", "tokens=1", "").status()).isEqualTo(429);
            assertThat(sumOfRows(before)).isEqualTo(10_000);
        }
    }

    private long sumOfRows(int from) {
        return box.rows.subList(from, box.rows.size()).stream().mapToLong(row -> row.usage().outputTokens()).sum();
    }

    /** Half of them stream, a third hang up on the way, some want more than there is. */
    private void race(String key, int number) {
        boolean stream = number % 2 == 0;
        String model = number % 5 == 0 ? "cloud" : "local";
        String body = TestBox.chat(model, "[[sim tokens=" + (30 + number % 70) + (number % 4 == 0 ? " token-ms=1" : "")
                + "]]", (stream ? STREAM : "") + (number % 7 == 0 ? "" : ",\"max_tokens\":100"));
        String id = "race-" + UUID.randomUUID();
        try (RawClient client = new RawClient(box)) {
            client.post(key, CHAT, id, body);
            if (number % 3 != 0) {
                RawClient.Reply reply = client.reply();
                assertThat(reply.status()).isIn(200, 429);
            } else if (stream && number % 6 == 0) {
                client.readUntil("\r\n\r\n");
            }
            if (number % 9 == 0) {
                client.reset();
            }
        }
        box.row(id);
    }

    @Test
    void requestsOfAMinuteAreExactUnderARace() throws InterruptedException {
        String key = keyWith(Limit.Kind.REQUESTS_PER_MINUTE, 25);
        AtomicInteger good = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            clients.add(Thread.ofVirtual().start(() -> {
                int status = call(key, "local", "tokens=1", "").status();
                (status == 200 ? good : refused).incrementAndGet();
            }));
        }
        for (Thread client : clients) {
            client.join();
        }

        // One more for each 2.4 s that the race may take on a slow machine.
        assertThat(good.get()).isBetween(25, 27);
        assertThat(good.get() + refused.get()).isEqualTo(80);
    }

    @Test
    void callsAtTheSameTimeAreExactUnderARaceAndEachPlaceIsGivenBack() throws InterruptedException {
        String key = keyWith(Limit.Kind.CONCURRENT_REQUESTS, 5);
        AtomicInteger good = new AtomicInteger();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            clients.add(Thread.ofVirtual().start(() -> {
                if (call(key, "local", "tokens=1 first-token-ms=400", "").status() == 200) {
                    good.incrementAndGet();
                }
                assertThat(box.engine.running()).isLessThanOrEqualTo(5);
            }));
        }
        for (Thread client : clients) {
            client.join();
        }

        assertThat(good.get()).isBetween(5, 15);
        for (int i = 0; i < 10; i++) {
            assertThat(call(key, "local", "tokens=1", "").status()).isEqualTo(200);
        }
    }
}
