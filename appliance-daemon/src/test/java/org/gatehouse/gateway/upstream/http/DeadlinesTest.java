package org.gatehouse.gateway.upstream.http;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatehouse.gateway.upstream.http.Calls.failure;
import static org.gatehouse.gateway.upstream.http.Calls.get;
import static org.gatehouse.gateway.upstream.http.ConnectionPoolTest.eventually;

/** Each deadline under a clock that moves only when the test says so. */
class DeadlinesTest {
    private static final Deadlines DEADLINES = new Deadlines(Duration.ofSeconds(1), Duration.ofSeconds(3),
            Duration.ofSeconds(2),
            Duration.ofSeconds(10));
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final ManualClock clock = new ManualClock();
    private final UpstreamClient client = new UpstreamClient(clock, InetAddress::getAllByName, Duration.ofMillis(2));

    @AfterEach
    void nothingIsLeftInUse() throws InterruptedException {
        Calls.assertNothingInUse(client);
        client.close();
    }

    @Test
    void nameServerThatDoesNotAnswerIsAConnectTimeout() throws Exception {
        StuckNames stuck = new StuckNames();
        try (UpstreamClient lost = new UpstreamClient(clock, stuck, Duration.ofMillis(2))) {
            Endpoint endpoint = Endpoint.parse("http://stuck.example");
            CompletableFuture<UpstreamFailure> failure = Calls
                    .inBackground(() -> failure(lost.newCall(endpoint, get("/"), DEADLINES)));
            stuck.awaitAsked();
            clock.advance(Duration.ofMillis(999));
            assertStillRuns(failure);
            clock.advance(Duration.ofMillis(1));
            assertThat(failure.get(10, TimeUnit.SECONDS))
                    .isEqualTo(new UpstreamFailure.ConnectTimeout(endpoint.toString(), Duration.ofSeconds(1)));
            Calls.assertNothingInUse(lost);
        }
    }

    @Test
    void addressThatSwallowsPacketsIsAConnectTimeout() throws Exception {
        try (FullListener full = new FullListener()) {
            Endpoint endpoint = Endpoint.parse("http://127.0.0.1:" + full.port()).withAddressPolicy(AddressPolicy.ANY);
            CompletableFuture<UpstreamFailure> failure = Calls
                    .inBackground(() -> failure(client.newCall(endpoint, get("/"), DEADLINES)));
            eventually(() -> client.figures(endpoint).inUse() == 1);
            assertStillRuns(failure);
            clock.advance(Duration.ofSeconds(1));
            assertThat(failure.get(10, TimeUnit.SECONDS))
                    .isEqualTo(new UpstreamFailure.ConnectTimeout(endpoint.toString(), Duration.ofSeconds(1)));
        }
    }

    @Test
    void addressThatSwallowsPacketsLeavesTheNextOneItsShare() throws Exception {
        try (FullListener full = new FullListener();
                ScriptedServer server = ScriptedServer.repeating("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) {
            // Same port, two addresses: the scripted server listens on 127.0.0.1 only, the full one on 127.0.0.2.
            full.bind("127.0.0.2", server.port());
            NameLookup two = host -> new InetAddress[]{InetAddress.ofLiteral("127.0.0.2"),
                    InetAddress.ofLiteral("127.0.0.1")};
            try (UpstreamClient other = new UpstreamClient(clock, two, Duration.ofMillis(2))) {
                Endpoint endpoint = Endpoint.parse("http://two.example:" + server.port())
                        .withAddressPolicy(AddressPolicy.ANY);
                CompletableFuture<String> text = Calls
                        .inBackground(() -> Calls.text(other.newCall(endpoint, get("/"), DEADLINES)));
                eventually(() -> other.figures(endpoint).inUse() == 1);
                assertStillRuns(text);
                clock.advance(Duration.ofMillis(500));
                assertThat(text.get(10, TimeUnit.SECONDS)).isEqualTo("ok");
            }
        }
    }

    @Test
    void headThatDoesNotComeIsAFirstByteTimeout() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.awaitClose();
        })) {
            CompletableFuture<UpstreamFailure> failure = Calls
                    .inBackground(() -> failure(client.newCall(server.endpoint(), get("/"), DEADLINES)));
            eventually(() -> server.requests() == 1);
            clock.advance(Duration.ofMillis(2_999));
            assertStillRuns(failure);
            clock.advance(Duration.ofMillis(1));
            assertThat(failure.get(10, TimeUnit.SECONDS)).isEqualTo(
                    new UpstreamFailure.FirstByteTimeout(server.endpoint().toString(), Duration.ofSeconds(3),
                            Progress.REQUEST_SENT));
            assertThat(server.requests()).as("a timed-out request is not sent again").isEqualTo(1);
        }
    }

    @Test
    void upstreamThatDoesNotReadTheRequestIsAFirstByteTimeout() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.running(peer -> end.await())) {
            CompletableFuture<UpstreamFailure> failure = Calls.inBackground(
                    () -> failure(client.newCall(server.endpoint(), Calls.post("/", "x".repeat(16 << 20)), DEADLINES)));
            eventually(() -> server.connections() == 1);
            assertStillRuns(failure);
            clock.advance(Duration.ofSeconds(3));
            assertThat(failure.get(10, TimeUnit.SECONDS)).isInstanceOf(UpstreamFailure.FirstByteTimeout.class);
            end.countDown();
        }
    }

    @Test
    void drippedHeadDoesNotExtendTheFirstByteDeadline() throws Exception {
        CountDownLatch half = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ");
            half.countDown();
            peer.awaitClose();
        })) {
            CompletableFuture<UpstreamFailure> failure = Calls
                    .inBackground(() -> failure(client.newCall(server.endpoint(), get("/"), DEADLINES)));
            half.await();
            Thread.sleep(50);
            clock.advance(Duration.ofSeconds(3));
            assertThat(failure.get(10, TimeUnit.SECONDS)).isEqualTo(
                    new UpstreamFailure.FirstByteTimeout(server.endpoint().toString(), Duration.ofSeconds(3),
                            Progress.REPLY_BEGUN));
        }
    }

    @Test
    void silenceInTheBodyIsAnIdleTimeoutAndEachChunkBeginsItAnew() throws Exception {
        Turns turns = new Turns();
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send(CHUNKED + "1\r\na\r\n");
            turns.take();
            peer.send("1\r\nb\r\n");
            peer.awaitClose();
        })) {
            UpstreamCall call = client.newCall(server.endpoint(), get("/"), DEADLINES);
            Reading reading = new Reading(call);
            reading.awaitBytes(1);
            clock.advance(Duration.ofMillis(1_999));
            assertStillRuns(reading.end);
            turns.give();
            reading.awaitBytes(2);
            clock.advance(Duration.ofMillis(1_999));
            assertStillRuns(reading.end);
            clock.advance(Duration.ofMillis(1));
            assertThat(reading.end.get(10, TimeUnit.SECONDS))
                    .isEqualTo(new UpstreamFailure.IdleTimeout(server.endpoint().toString(), Duration.ofSeconds(2), 2));
        }
    }

    @Test
    void firstBodyByteMayTakeAsLongAsTheFirstByteDeadline() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send(CHUNKED);
            peer.awaitClose();
        })) {
            CountDownLatch head = new CountDownLatch(1);
            CompletableFuture<UpstreamFailure> failure = Calls.inBackground(() -> {
                UpstreamReply reply = client.newCall(server.endpoint(), get("/"), DEADLINES).execute();
                head.countDown();
                try {
                    throw new AssertionError("read " + reply.read(new byte[1], 0, 1));
                } catch (UpstreamFailureException failed) {
                    return failed.failure();
                }
            });
            head.await();
            Thread.sleep(50);
            clock.advance(Duration.ofMillis(2_999));
            assertStillRuns(failure);
            clock.advance(Duration.ofMillis(1));
            assertThat(failure.get(10, TimeUnit.SECONDS)).isInstanceOf(UpstreamFailure.IdleTimeout.class);
        }
    }

    @Test
    void slowReaderOnOurSideIsNoSilenceOfTheUpstream() throws Exception {
        try (ScriptedServer server = ScriptedServer.repeating(CHUNKED + "5\r\nhello\r\n0\r\n\r\n")) {
            Calls.onVirtualThread(() -> {
                try (UpstreamCall call = client.newCall(server.endpoint(), get("/"), DEADLINES)) {
                    UpstreamReply reply = call.execute();
                    assertThat(reply.read(new byte[3], 0, 3)).isEqualTo(3);
                    clock.advance(Duration.ofSeconds(9));
                    Thread.sleep(30);
                    assertThat(reply.readAll(10)).hasSize(2);
                }
                return true;
            });
        }
    }

    @Test
    void totalDeadlineEndsAReplyThatNeverFallsSilent() throws Exception {
        Turns turns = new Turns();
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send(CHUNKED);
            while (true) {
                peer.send("1\r\na\r\n");
                turns.take();
            }
        })) {
            Reading reading = new Reading(client.newCall(server.endpoint(), get("/"), DEADLINES));
            for (int chunk = 1; chunk <= 9; chunk++) {
                reading.awaitBytes(chunk);
                clock.advance(Duration.ofSeconds(1));
                turns.give();
            }
            reading.awaitBytes(10);
            assertStillRuns(reading.end);
            clock.advance(Duration.ofSeconds(1));
            assertThat(reading.end.get(10, TimeUnit.SECONDS)).isEqualTo(
                    new UpstreamFailure.TotalTimeout(server.endpoint().toString(), Duration.ofSeconds(10),
                            Progress.REPLY_BEGUN));
        }
    }

    @Test
    void totalDeadlineAlsoEndsACallThatNobodyReadsAnyMore() throws Exception {
        try (ScriptedServer server = ScriptedServer.repeating(CHUNKED + "5\r\nhello\r\n")) {
            Calls.onVirtualThread(() -> {
                UpstreamReply reply = client.newCall(server.endpoint(), get("/"), DEADLINES).execute();
                clock.advance(Duration.ofSeconds(10));
                eventually(() -> client.figures(server.endpoint()).open() == 0);
                assertThatThrownBy(() -> reply.read(new byte[1], 0, 1)).isInstanceOfSatisfying(
                        UpstreamFailureException.class,
                        failed -> assertThat(failed.failure()).isInstanceOf(UpstreamFailure.TotalTimeout.class));
                return true;
            });
        }
    }

    @Test
    void deadlinesMustBePositive() {
        Duration second = Duration.ofSeconds(1);
        for (Duration wrong : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(8))) {
            assertThatThrownBy(() -> new Deadlines(second, wrong, second, second))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("firstByte");
        }
    }

    /** Gives the sweeper time to do what it must not do. */
    private static void assertStillRuns(CompletableFuture<?> call) throws InterruptedException {
        Thread.sleep(40);
        assertThat(call).isNotDone();
    }

    /** Reads a reply in the background and counts its bytes. */
    private static final class Reading {
        private final CompletableFuture<UpstreamFailure> end;
        private final AtomicInteger bytes = new AtomicInteger();

        Reading(UpstreamCall call) {
            end = Calls.inBackground(() -> {
                try {
                    UpstreamReply reply = call.execute();
                    byte[] buffer = new byte[100];
                    while (true) {
                        bytes.addAndGet(reply.read(buffer, 0, 100));
                    }
                } catch (UpstreamFailureException failed) {
                    return failed.failure();
                }
            });
        }

        void awaitBytes(int count) throws InterruptedException {
            eventually(() -> bytes.get() == count);
            // until the next read has begun and with it the next silence
            Thread.sleep(30);
        }
    }

    /** Lets a script go on one step at a time. */
    private static final class Turns {
        private final Semaphore turns = new Semaphore(0);

        void give() {
            turns.release();
        }

        void take() throws InterruptedException {
            turns.acquire();
        }
    }

    /** Listens, accepts nothing, and has its queue full: on Linux further SYNs are dropped. */
    static final class FullListener implements AutoCloseable {
        private final List<Closeable> sockets = new ArrayList<>();
        private final int port;

        FullListener() throws IOException {
            port = bind("127.0.0.1", 0);
        }

        int port() {
            return port;
        }

        int bind(String address, int wanted) throws IOException {
            ServerSocket listener = new ServerSocket(wanted, 1, InetAddress.ofLiteral(address));
            sockets.add(listener);
            for (int filler = 0; filler < 4; filler++) {
                Socket socket = new Socket();
                sockets.add(socket);
                try {
                    socket.connect(new InetSocketAddress(address, listener.getLocalPort()), 100);
                } catch (SocketTimeoutException full) {
                    break;
                }
            }
            return listener.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            for (Closeable socket : sockets) {
                socket.close();
            }
        }
    }
}
