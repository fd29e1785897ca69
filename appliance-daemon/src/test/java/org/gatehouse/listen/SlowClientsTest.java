package org.gatehouse.listen;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

final class SlowClientsTest {
    /** Header timeout 500 ms, one look of the reaper 100 ms, the rest for a busy machine. */
    private static final Duration SOON = Duration.ofMillis(2500);

    @TempDir
    private Path directory;

    @Test
    void connectionThatSaysNothingIsClosed() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            assertThat(client.closedWithin(SOON)).isTrue();
            Eventually.holds(() -> server.counts().open() == 0);
            Eventually.holds(() -> server.counts().lateHeaders() == 1);
        }
    }

    @Test
    void requestLineThatStopsIsClosed() throws Exception {
        try (TestServer server = TestServer.plain();
                RawClient client = RawClient.plain(server.port()).send("GET /hel")) {
            assertThat(client.closedWithin(SOON)).isTrue();
        }
    }

    @Test
    void headersThatDripAreClosedAlthoughEachByteComesSoon() throws Exception {
        try (TestServer server = TestServer.plain();
                RawClient client = RawClient.plain(server.port())
                        .send("GET /hello HTTP/1.1\r\nHost: box\r\nX-Slow: ")) {
            long start = System.nanoTime();
            assertThat(sendUntilRefused(client, "a", 50)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
        }
    }

    @Test
    void tlsConnectionThatNeverShakesHandsIsClosed() throws Exception {
        try (TestServer server = impatientTls();
                RawClient client = RawClient.plain(server.port()).send("\u0016\u0003\u0001")) {
            assertThat(client.closedWithin(SOON)).isTrue();
        }
    }

    @Test
    void tlsConnectionThatSaysNothingAfterTheHandshakeIsClosed() throws Exception {
        try (TestServer server = impatientTls(); RawClient client = RawClient.tls(server.port())) {
            assertThat(client.closedWithin(SOON)).isTrue();
        }
    }

    @Test
    void bodyThatStallsIsAnswered408AndTheConnectionClosed() throws Exception {
        try (TestServer server = TestServer.plain();
                RawClient client = RawClient.plain(server.port())
                        .send("POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: 100\r\n\r\nabc")) {
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.body()).isEqualTo("got 3");
            assertThat(client.closedWithin(SOON)).isTrue();
            assertThat(server.bodies.poll(1, SECONDS)).isEqualTo(new BodyResult.TooSlow(3));
            Eventually.holds(() -> server.counts().slowBodies() == 1);
            assertThat(server.counts().clientsLeft()).as("our own end of reading is not the client's departure")
                    .isZero();
        }
    }

    @Test
    void bodyThatStallsOverTlsIsAnswered408() throws Exception {
        try (TestServer server = TestServer.tls(directory);
                RawClient client = RawClient.tls(server.port())
                        .send("POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: 100\r\n\r\nabc")) {
            assertThat(client.answer().status()).isEqualTo(408);
            assertThat(client.closedWithin(SOON)).isTrue();
        }
    }

    @Test
    void bodyThatDripsBelowTheMinimumRateIsAnswered408() throws Exception {
        try (TestServer server = TestServer.plain();
                RawClient client = RawClient.plain(server.port())
                        .send("POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: 1000\r\n\r\n")) {
            assertThat(sendUntilRefused(client, "x", 50)).isTrue();
            assertThat(client.answer().status()).as("still readable although the client went on").isEqualTo(408);
        }
    }

    @Test
    void bodyThatIsSlowButSteadyIsTaken() throws Exception {
        try (TestServer server = TestServer.plain();
                RawClient client = RawClient.plain(server.port())
                        .send("POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: 2000\r\n\r\n")) {
            for (int i = 0; i < 10; i++) {
                client.send("x".repeat(200));
                Thread.sleep(80);
            }
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void idleConnectionIsClosedAfterItsTimeAndNotBefore() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            assertThat(client.send("GET /hello HTTP/1.1\r\nHost: box\r\n\r\n").answer().status()).isEqualTo(200);
            Thread.sleep(800);
            assertThat(client.send("GET /hello HTTP/1.1\r\nHost: box\r\n\r\n").answer().status()).isEqualTo(200);
            assertThat(client.closedWithin(Duration.ofSeconds(4))).isTrue();
            Eventually.holds(() -> server.counts().idle() == 1);
        }
    }

    @Test
    void callThatTakesLongerThanEveryTimeoutIsNotCut() throws Exception {
        try (TestServer server = TestServer.plain(); RawClient client = RawClient.plain(server.port())) {
            client.send("GET /wait HTTP/1.1\r\nHost: box\r\n\r\n");
            assertThat(server.begun.poll(5, SECONDS)).isNotNull();
            Thread.sleep(2000);
            server.go.countDown();
            assertThat(client.answer().body()).isEqualTo("waited");
        }
    }

    @Test
    void clientThatDoesNotTakeItsAnswerIsCut() throws Exception {
        try (TestServer server = TestServer.plain();
                RawClient client = RawClient.plain(server.port()).send("GET /flood HTTP/1.1\r\nHost: box\r\n\r\n")) {
            Eventually.holds(() -> server.counts().stalledWrites() == 1);
            Eventually.holds(() -> server.counts().open() == 0);
            assertThat(client.closedWithin(SOON)).isTrue();
        }
    }

    @Test
    void clientThatTakesItsAnswerSlowlyGetsAllOfIt() throws Exception {
        try (TestServer server = TestServer.plain();
                RawClient client = RawClient.plain(server.port()).send("GET /flood HTTP/1.1\r\nHost: box\r\n\r\n")) {
            // Stops for a little less than the write timeout, twice.
            for (int i = 0; i < 2; i++) {
                Thread.sleep(600);
                client.socket().getInputStream().skipNBytes(30_000_000);
            }
            assertThat(client.closedWithin(Duration.ofSeconds(5))).as("ends by being idle").isTrue();
            assertThat(server.counts().stalledWrites()).isZero();
            Eventually.holds(() -> server.counts().idle() == 1);
        }
    }

    @Test
    void http2ConnectionThatOnlyPingsIsClosed() throws Exception {
        try (TestServer server = impatientTls(); RawClient client = RawClient.http2(server.port())) {
            client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").send(new byte[]{0, 0, 0, 4, 0, 0, 0, 0, 0});
            String ping = "\0\0\u0008\u0006\0\0\0\0\0pingpong";
            long start = System.nanoTime();
            assertThat(sendUntilRefused(client, ping, 50)).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
        }
    }

    @Test
    void thousandSlowConnectionsDoNotKeepOthersFromBeingServed() throws Exception {
        List<RawClient> loris = new ArrayList<>();
        ListenerSettings.Timeouts patient = new ListenerSettings.Timeouts(Duration.ofSeconds(20),
                Duration.ofSeconds(20), 0, Duration.ofSeconds(20),
                Duration.ofSeconds(20), Duration.ofMillis(100));
        try (TestServer server = TestServer.with(ListenerSettings.onLoopback(0).with(patient))) {
            for (int i = 0; i < 1000; i++) {
                loris.add(RawClient.plain(server.port()).send("GET /hello HTTP/1.1\r\nHost: b"));
            }
            Eventually.holds(() -> server.counts().open() == 1000);
            long start = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                try (RawClient client = RawClient.plain(server.port())) {
                    assertThat(client.send("GET /hello HTTP/1.1\r\nHost: box\r\n\r\n").answer().body())
                            .isEqualTo("hello");
                }
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).as("twenty requests beside them")
                    .isLessThan(Duration.ofSeconds(2));
        } finally {
            for (RawClient client : loris) {
                client.close();
            }
        }
    }

    private TestServer impatientTls() throws IOException {
        return TestServer.with(
                ListenerSettings.onLoopback(0).with(TestServer.shortTimeouts())
                        .with(new ListenerSettings.Tls.SelfSigned(directory)));
    }

    private static boolean sendUntilRefused(RawClient client, String text, int everyMillis)
            throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            try {
                client.send(text);
            } catch (IOException e) {
                return true;
            }
            Thread.sleep(everyMillis);
        }
        return false;
    }
}
