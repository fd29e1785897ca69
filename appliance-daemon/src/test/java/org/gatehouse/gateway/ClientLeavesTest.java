package org.gatehouse.gateway;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

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
import org.gatehouse.simulated.LedgerEntry;

import static org.assertj.core.api.Assertions.assertThat;

/** A client that leaves costs no more than what was made for it: the upstream stops at once, the books are right. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientLeavesTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String FIRST_TEXT = "\"delta\":{\"content\":\"";
    /** The promise; a loaded test machine gets some slack on top. */
    private static final long PROMISED_MILLIS = 300;
    private static final long SLACK_MILLIS = 700;

    private final TestBox box = new TestBox();
    private final AtomicInteger calls = new AtomicInteger();
    private final List<Double> cancelMillis = Collections.synchronizedList(new ArrayList<>());
    private String key = "";

    @BeforeAll
    void open() {
        key = box.limitedKey("leaving", TestBox.projectLimit(Limit.Kind.TOTAL_TOKENS, 1_000_000_000),
                TestBox.projectLimit(Limit.Kind.CONCURRENT_REQUESTS, 1000));
        box.price("local", "1", "2");
    }

    @AfterEach
    void nothingIsHeld() {
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
    }

    @AfterAll
    void close() {
        Collections.sort(cancelMillis);
        System.out.printf("cancelled upstream calls after the client left: %d, median %.1f ms, slowest %.1f ms%n",
                cancelMillis.size(), cancelMillis.get(cancelMillis.size() / 2), cancelMillis.getLast());
        box.close();
    }

    private enum Goodbye {
        FIN, RST, HALF_CLOSE
    }

    @ParameterizedTest
    @CsvSource({"local,FIN", "local,RST", "local,HALF_CLOSE", "cloud,FIN", "cloud,RST"})
    void streamThatIsLeftWhileItWaitsForATokenStopsAtOnceAndIsBilledToTheToken(String model, Goodbye goodbye) {
        String id = nextId();
        try (RawClient client = new RawClient(box)) {
            // Three tokens at once, then silence for a minute.
            client.post(key, CHAT, id, chat(model, "tokens=50 fault=stall after=3", ",\"stream\":true"));
            client.readUntil(FIRST_TEXT);
            TestBox.await(() -> entry(model, id).outputTokens() == 3, "the upstream did not get to its third token");
            client.readUntil("\n\n");
            leave(client, goodbye, model, id);
        }
        CallRecord row = box.row(id);
        assertThat(row.outcome()).isEqualTo(Outcome.CLIENT_GONE);
        assertThat(row.usage().outputTokens()).isBetween(model.equals("local") ? 3L : 1L,
                model.equals("local") ? 3L : 12L);
        assertThat(row.usage().source())
                .isEqualTo(model.equals("local") ? Usage.Source.COUNTED : Usage.Source.ESTIMATED);
        if (model.equals("local")) {
            assertThat(row.usage().inputTokens()).isEqualTo(entry(model, id).promptTokens());
        }
    }

    @ParameterizedTest
    @CsvSource({"local,FIN", "local,RST", "cloud,FIN", "cloud,RST"})
    void streamThatIsLeftWhileTokensFlowIsBilledForWhatTheEngineHadReported(String model, Goodbye goodbye) {
        String id = nextId();
        try (RawClient client = new RawClient(box)) {
            client.post(key, CHAT, id, chat(model, "tokens=2000 token-ms=5", ",\"stream\":true"));
            client.readUntil(FIRST_TEXT);
            for (int events = 0; events < 20; events++) {
                client.readUntil("\n\n");
            }
            leave(client, goodbye, model, id);
        }
        CallRecord row = box.row(id);
        assertThat(row.outcome()).isEqualTo(Outcome.CLIENT_GONE);
        if (model.equals("local")) {
            assertThat(row.usage().outputTokens()).isGreaterThanOrEqualTo(20L)
                    .isEqualTo(entry(model, id).outputTokens());
        }
    }

    @ParameterizedTest
    @CsvSource({"local,FIN", "local,RST", "cloud,FIN", "cloud,RST"})
    void streamThatIsLeftBeforeItsFirstTokenStopsAtOnceAndCostsItsPromptAlone(String model, Goodbye goodbye) {
        String id = nextId();
        try (RawClient client = new RawClient(box)) {
            client.post(key, CHAT, id, chat(model, "tokens=50 first-token-ms=60000", ",\"stream\":true"));
            TestBox.await(() -> isAt(model, id), "the call did not reach its upstream");
            leave(client, goodbye, model, id);
        }
        CallRecord row = box.row(id);
        assertThat(row.outcome()).isEqualTo(Outcome.CLIENT_GONE);
        assertThat(row.usage().outputTokens()).isZero();
        if (model.equals("local")) {
            assertThat(row.usage().inputTokens()).isEqualTo(entry(model, id).promptTokens());
        }
        assertThat(row.firstByteMicros()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"local,FIN", "local,RST", "cloud,FIN", "cloud,RST"})
    void plainCallThatIsLeftStopsAtOnceAndSaysThatItsOutputIsNotKnown(String model, Goodbye goodbye) {
        String id = nextId();
        try (RawClient client = new RawClient(box)) {
            client.post(key, CHAT, id, chat(model, "tokens=50 first-token-ms=20 token-ms=60000", ""));
            TestBox.await(() -> isAt(model, id) && entry(model, id).outputTokens() > 0,
                    "the call did not reach its upstream");
            leave(client, goodbye, model, id);
        }
        CallRecord row = box.row(id);
        assertThat(row.outcome()).isEqualTo(Outcome.CLIENT_GONE);
        assertThat(row.status()).isEqualTo(499);
        assertThat(row.usage().source()).isEqualTo(Usage.Source.ESTIMATED);
        // A quota binds the key: what was granted is taken for used.
        assertThat(row.usage().outputTokens()).isEqualTo(1024);
    }

    @Test
    void plainCallThatIsLeftCountsForNoOutputWhereNoQuotaBindsIt() {
        String id = nextId();
        try (RawClient client = new RawClient(box)) {
            client.post(box.key("unlimited"), CHAT, id, chat("local", "tokens=50 first-token-ms=60000", ""));
            TestBox.await(() -> isAt("local", id), "the call did not reach its upstream");
            leave(client, Goodbye.FIN, "local", id);
        }
        assertThat(box.row(id).usage().outputTokens()).isZero();
        assertThat(box.row(id).usage().source()).isEqualTo(Usage.Source.ESTIMATED);
    }

    @Test
    void clientThatLeavesBeforeItsCallIsSentPaysNothingAndCostsTheUpstreamNothing() {
        String id = nextId();
        box.takeOffsAreHeld.acquireUninterruptibly();
        try (RawClient client = new RawClient(box)) {
            client.post(key, CHAT, id, chat("local", "tokens=50", ",\"stream\":true"));
            TestBox.await(() -> box.flights.get() > 0, "the call was not admitted");
        }
        LockSupport.parkNanos(200_000_000);
        box.takeOffsAreHeld.release();
        CallRecord row = box.row(id);

        assertThat(row.outcome()).isEqualTo(Outcome.CLIENT_GONE);
        assertThat(row.usage()).isEqualTo(Usage.NOTHING);
        assertThat(entries("local")).noneMatch(entry -> entry.id().equals(idAt("local", id)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"responses", "completions"})
    void otherSurfacesStopToo(String surface) {
        String id = nextId();
        String prompt = "[[sim tokens=500 token-ms=5]]";
        try (RawClient client = new RawClient(box)) {
            client.post(key, "/v1/" + surface, id, "{\"model\":\"local\",\"stream\":true,\"max_tokens\":500,\""
                    + (surface.equals("responses") ? "input" : "prompt") + "\":\"" + prompt + "\"}");
            client.readUntil(surface.equals("responses") ? "output_text.delta" : "\"text\":\"");
            leave(client, Goodbye.FIN, "local", id);
        }
        assertThat(box.row(id).outcome()).isEqualTo(Outcome.CLIENT_GONE);
    }

    @Test
    void manyClientsThatLeaveAtOnceLeaveNothingBehind() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> {
                String id = nextId();
                try (RawClient client = new RawClient(box)) {
                    boolean stream = number % 3 != 0;
                    client.post(key, CHAT, id, chat(number % 2 == 0 ? "local" : "cloud",
                            "tokens=300 token-ms=5", stream ? ",\"stream\":true" : ""));
                    if (stream && number % 4 != 0) {
                        client.readUntil(FIRST_TEXT);
                    }
                    if (number % 5 == 0) {
                        client.reset();
                    }
                }
                assertThat(box.row(id).outcome()).isIn(Outcome.CLIENT_GONE, Outcome.REFUSED);
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void leave(RawClient client, Goodbye goodbye, String model, String id) {
        long left = System.nanoTime();
        switch (goodbye) {
            case FIN -> client.close();
            case RST -> client.reset();
            case HALF_CLOSE -> client.finish();
        }
        TestBox.await(() -> entry(model, id).state() == LedgerEntry.State.ABORTED, "the upstream was not cancelled");
        double millis = (System.nanoTime() - left) / 1e6;
        cancelMillis.add(millis);
        assertThat(millis).as("milliseconds until the upstream was cancelled")
                .isLessThan(PROMISED_MILLIS + SLACK_MILLIS);
    }

    private boolean isAt(String model, String id) {
        return entries(model).stream()
                .anyMatch(entry -> entry.id().equals(idAt(model, id)) && entry.promptTokens() > 0);
    }

    private LedgerEntry entry(String model, String id) {
        return entries(model).stream().filter(entry -> entry.id().equals(idAt(model, id))).findFirst().orElseThrow();
    }

    private String idAt(String model, String id) {
        return model.equals("local") ? box.idAtEngine(id) : id;
    }

    private List<LedgerEntry> entries(String model) {
        return (model.equals("local") ? box.engine : box.cloud).ledger().entries();
    }

    private static String chat(String model, String directive, String more) {
        return TestBox.chat(model, "[[sim " + directive + "]] hello", more);
    }

    private String nextId() {
        return "leaving-" + calls.incrementAndGet();
    }
}
