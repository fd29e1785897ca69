package org.gatehouse.listen;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
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
            assertThat(server.counts().lateHeaders()).isEqualTo(1);
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
            assertThat(server.counts().slowBodies()).isEqualTo(1);
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
            assertThat(server.counts().idle()).isEqualTo(1);
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
        try (TestServer server = TestServer.plain()) {
            Socket socket = new Socket();
            try (socket) {
                socket.setReceiveBufferSize(4096);
                socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
                OutputStream out = socket.getOutputStream();
                out.write(("POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: " + TestServer.ECHO_LIMIT + "\r\n\r\n")
                        .getBytes("US-ASCII"));
                out.write(new byte[TestServer.ECHO_LIMIT]);
                // Answers wait in the kernel's buffers too: ask until they are full.
                for (int i = 0; i < 20 && server.counts().stalledWrites() == 0; i++) {
                    try {
                        socket.setSoTimeout(1);
                        out.write(
                                ("POST /echo HTTP/1.1\r\nHost: box\r\nContent-Length: 1000\r\n\r\n" + "x".repeat(1000))
                                        .getBytes("US-ASCII"));
                    } catch (IOException e) {
                        break;
                    }
                    Thread.sleep(20);
                }
                Eventually.holds(() -> server.counts().stalledWrites() > 0 || server.counts().open() == 0);
            }
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
