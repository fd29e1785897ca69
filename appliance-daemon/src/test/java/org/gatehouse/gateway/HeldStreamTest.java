package org.gatehouse.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.simulated.LedgerEntry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An upstream that has said everything and does not let go: its deadline between chunks is 20 s in this box, which neither
 * the client nor a connection may wait for.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeldStreamTest {
    private static final long SOON_NANOS = 3_000_000_000L;
    private static final String CHAT = "/v1/chat/completions";

    private final TestBox box = new TestBox();
    private final AtomicInteger calls = new AtomicInteger();
    private final String key = box.limitedKey("held", TestBox.projectLimit(Limit.Kind.TOTAL_TOKENS, 1_000_000),
            TestBox.projectLimit(Limit.Kind.CONCURRENT_REQUESTS, 100));

    @AfterAll
    void close() {
        box.assertLedgerEqualsRows();
        box.close();
    }

    private CallRecord call(String path, String body) {
        String id = "held-" + calls.incrementAndGet();
        long begun = System.nanoTime();
        try (RawClient client = new RawClient(box)) {
            RawClient.Reply reply = client.post(key, path, id, body).reply();
            assertThat(System.nanoTime() - begun).as("time until the client had its reply").isLessThan(SOON_NANOS);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.whole()).isTrue();
        }
        CallRecord row = box.row(id);
        assertThat(row.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(row.usage().outputTokens()).isEqualTo(7);
        assertThat(row.usage().source()).isEqualTo(Usage.Source.REPORTED);
        return row;
    }

    private void assertNoConnectionIsHeld(long since) {
        box.assertNothingHeld();
        assertThat(System.nanoTime() - since).as("time until nothing was held any more").isLessThan(SOON_NANOS);
        assertThat(box.engine.ledger().entries()).allMatch(entry -> entry.state() == LedgerEntry.State.FINISHED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
            "/v1/chat/completions;{\"model\":\"local\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"PROMPT\"}]}",
            "/v1/chat/completions;{\"model\":\"cloud\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"PROMPT\"}]}",
            "/v1/completions;{\"model\":\"local\",\"stream\":true,\"prompt\":\"PROMPT\"}",
            "/v1/responses;{\"model\":\"cloud\",\"stream\":true,\"input\":\"PROMPT\"}"})
    void clientHasItsEndAtOnceAndTheConnectionIsGivenUpSoon(String path, String body) {
        long begun = System.nanoTime();

        call(path, body.replace("PROMPT", "[[sim tokens=7 fault=hold-after-end]]"));

        assertNoConnectionIsHeld(begun);
    }

    @Test
    void manyAtOnceLeaveNoConnectionBehind() throws InterruptedException {
        long begun = System.nanoTime();
        List<Thread> clients = new ArrayList<>();
        AtomicInteger good = new AtomicInteger();
        for (int i = 0; i < 40; i++) {
            clients.add(Thread.ofVirtual().start(() -> {
                call(CHAT, TestBox.chat("local", "[[sim tokens=7 fault=hold-after-end]]", ",\"stream\":true"));
                good.incrementAndGet();
            }));
        }
        for (Thread client : clients) {
            client.join();
        }

        assertThat(good).hasValue(40);
        assertNoConnectionIsHeld(begun);
        assertThat(box.client.figures().values()).allMatch(figures -> figures.open() == figures.idle());
    }

    @Test
    void connectionOfAStreamThatEndsItsFramingIsUsedAgain() {
        String body = TestBox.chat("local", "[[sim tokens=7]]", ",\"stream\":true");
        call(CHAT, body);
        box.assertNothingHeld();
        long opened = opened();
        for (int i = 0; i < 5; i++) {
            call(CHAT, body);
            box.assertNothingHeld();
        }

        assertThat(opened()).isEqualTo(opened);
    }

    private long opened() {
        return box.client.figures().values().stream().mapToLong(figures -> figures.openedTotal()).sum();
    }
}
