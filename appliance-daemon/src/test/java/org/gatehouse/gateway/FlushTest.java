package org.gatehouse.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.Outcome;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;

import static org.assertj.core.api.Assertions.assertThat;

/** Events go through when they come: the first at once, each by itself, many streams side by side. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlushTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String TEXT = "\"delta\":{\"content\":\"";

    private final TestBox box = new TestBox();
    private final ScriptedUpstream upstream = new ScriptedUpstream();
    private final String key = box.key("flush");

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

    @ParameterizedTest
    @EnumSource(value = Upstream.Kind.class, mode = EnumSource.Mode.EXCLUDE, names = {"AZURE_OPENAI", "ANTHROPIC",
            "GEMINI", "VERTEX", "BEDROCK", "COHERE"})
    void eachEventArrivesBeforeTheNextIsSent(Upstream.Kind kind) {
        String name = "stepwise-" + kind.name().toLowerCase(Locale.ROOT);
        BlockingQueue<String> pieces = new LinkedBlockingQueue<>();
        upstream.streams(pieces);
        box.model(name, box.upstream(name, kind, upstream.url(), null, true), "m", ModelRoute.Tokenizer.UNKNOWN);
        try (RawClient client = new RawClient(box)) {
            client.post(key, CHAT, name, TestBox.chat(name, "hello", ",\"stream\":true"));
            for (int i = 0; i < 8; i++) {
                pieces.add("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + i + "\"}}]}\n\n");
                // The first piece has a role beside it where the provider is translated to.
                client.readUntil("\"content\":\"" + i);
            }
            pieces.add("data: [DONE]\n\n");
            pieces.add("");
            client.readUntil("[DONE]");
        }
        assertThat(box.row(name).outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void firstEventDoesNotWaitForTheSecond() {
        long start = System.nanoTime();
        try (RawClient client = new RawClient(box)) {
            client.post(key, CHAT, "first",
                    TestBox.chat("local", "[[sim tokens=2 token-ms=60000]]", ",\"stream\":true"));
            client.readUntil(TEXT);
        }
        assertThat((System.nanoTime() - start) / 1e6).isLessThan(2_000);
        assertThat(box.row("first").firstByteMicros()).isLessThan(2_000_000L);
        assertThat(box.row("first").usage().outputTokens()).isOne();
    }

    @Test
    void lastEventsBeforeTheEndDoNotWaitForTheRecord() {
        try (RawClient client = new RawClient(box)) {
            client.post(key, CHAT, "last", TestBox.chat("local", "[[sim tokens=3]]", ",\"stream\":true"));
            box.writesAreHeld.acquireUninterruptibly();
            try {
                client.readUntil("\"finish_reason\":\"stop\"");
            } finally {
                box.writesAreHeld.release();
            }
            client.readUntil("[DONE]");
        }
    }

    @Test
    void headersThatDripAndBytesThatDribbleAreWaitedFor() {
        try (RawClient client = new RawClient(box)) {
            assertThat(client.post(key, CHAT, "drip", TestBox.chat("local", "[[sim tokens=3 fault=slow-headers]]", ""))
                    .reply().status()).isEqualTo(200);
            assertThat(client.post(key, CHAT, "dribble", TestBox.chat("local", "[[sim tokens=3 fault=dribble]]",
                    ",\"stream\":true")).reply().text()).endsWith("[DONE]\n\n");
        }
    }

    @Test
    void aHundredStreamsFlowSideBySide() throws InterruptedException {
        AtomicInteger whole = new AtomicInteger();
        List<Thread> clients = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            String id = "parallel-" + i;
            clients.add(Thread.ofVirtual().start(() -> {
                try (RawClient client = new RawClient(box)) {
                    RawClient.Reply reply = client.post(key, CHAT, id,
                            TestBox.chat("local", "[[sim tokens=20 token-ms=50]]", ",\"stream\":true")).reply();
                    if (reply.whole() && reply.text().endsWith("data: [DONE]\n\n")
                            && reply.text().lines().filter(line -> line.contains(TEXT)).count() == 20) {
                        whole.incrementAndGet();
                    }
                }
            }));
        }
        for (Thread client : clients) {
            client.join();
        }

        assertThat(whole.get()).isEqualTo(100);
        assertThat((System.nanoTime() - start) / 1e9).as("seconds for streams of one second").isLessThan(8);
        assertThat(box.rows.stream().filter(row -> row.requestId().startsWith("parallel-")))
                .hasSize(100).allMatch(row -> row.usage().outputTokens() == 20);
    }
}
