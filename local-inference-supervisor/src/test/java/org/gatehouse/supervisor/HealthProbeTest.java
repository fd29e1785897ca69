package org.gatehouse.supervisor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.supervisor.HealthProbe.Answer;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(20)
class HealthProbeTest {
    private static final Duration AMPLE = Duration.ofSeconds(10);

    /** What a server does with one caller. */
    private interface Manner {
        void serve(SocketChannel caller) throws Exception;
    }

    private final HealthProbe probe = new HealthProbe();
    private final AtomicReference<String> asked = new AtomicReference<>("");
    private ServerSocketChannel server;

    @BeforeEach
    void bind() throws IOException {
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private Listen served(Manner manner) throws IOException {
        ServerSocketChannel listening = server;
        Thread.startVirtualThread(() -> {
            try (SocketChannel caller = listening.accept()) {
                // First read, then answer: a server that hangs up earlier is no answer, which is another test.
                ByteBuffer request = ByteBuffer.allocate(1024);
                caller.read(request);
                asked.set(new String(request.array(), 0, request.position(), StandardCharsets.US_ASCII));
                manner.serve(caller);
            } catch (Exception _) {
                // The probe hung up, or the test is over.
            }
        });
        return listening.getLocalAddress() instanceof InetSocketAddress tcp
                ? new Listen.LoopbackPort(tcp.getPort())
                : new Listen.UnixSocket(((UnixDomainSocketAddress) listening.getLocalAddress()).getPath());
    }

    private static void say(SocketChannel caller, String text) throws IOException {
        caller.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void askedPathAndStatusTravelOverTcp() throws Exception {
        Listen listen = served(
                caller -> say(caller, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"));

        Answer answer = probe.get(listen, "/health", AMPLE);

        assertThat(answer).isEqualTo(new Answer.Status(503));
        assertThat(answer.isWell()).isFalse();
        assertThat(asked.get()).startsWith("GET /health HTTP/1.1\r\nHost: ").endsWith("\r\n\r\n");
    }

    @Test
    void answerInSingleBytesOverAUnixSocketIsRead(@TempDir Path directory) throws Exception {
        server.close();
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(directory.resolve("e.sock")));
        Listen listen = served(caller -> {
            for (char c : "HTTP/1.1 200 OK\r\n\r\n".toCharArray()) {
                say(caller, String.valueOf(c));
            }
        });

        assertThat(probe.get(listen, "/health", AMPLE).isWell()).isTrue();
    }

    @Test
    void silenceEndsAtTheDeadline() throws Exception {
        Listen listen = served(_ -> Thread.sleep(AMPLE));
        long at = System.nanoTime();

        assertThat(probe.get(listen, "/health", Duration.ofMillis(150)))
                .isEqualTo(new Answer.None("no answer in time"));
        assertThat(Duration.ofNanos(System.nanoTime() - at)).isBetween(Duration.ofMillis(140), Duration.ofSeconds(5));
    }

    @Test
    void dripThatNeverEndsIsEndedByTheSameDeadline() throws Exception {
        Listen listen = served(caller -> {
            while (true) {
                say(caller, "H");
                Thread.sleep(20);
            }
        });

        assertThat(probe.get(listen, "/health", Duration.ofMillis(200)))
                .isEqualTo(new Answer.None("no answer in time"));
    }

    @Test
    void whatIsNotHttpIsNoAnswer() throws Exception {
        assertThat(probe.get(served(caller -> say(caller, "SSH-2.0-x\r\n\r\n")), "/health", AMPLE))
                .isInstanceOf(Answer.None.class);
        assertThat(probe.get(served(caller -> say(caller, "HTTP/1.1 abc\r\n\r\n")), "/health", AMPLE))
                .isInstanceOf(Answer.None.class);
        assertThat(probe.get(served(caller -> say(caller, "x".repeat(20_000))), "/health", AMPLE))
                .isInstanceOf(Answer.None.class);
        assertThat(probe.get(served(_ -> {}), "/health", AMPLE)).isInstanceOf(Answer.None.class);
    }

    @Test
    void boundAddressThatNobodyListensAtIsNoAnswerAndAcceptsNobody() throws Exception {
        try (SocketChannel bound = SocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            Listen listen = new Listen.LoopbackPort(((InetSocketAddress) bound.getLocalAddress()).getPort());

            assertThat(probe.get(listen, "/health", AMPLE)).isInstanceOf(Answer.None.class);
            assertThat(probe.accepts(listen, AMPLE)).isFalse();
        }
        assertThat(probe.accepts(served(_ -> {}), AMPLE)).isTrue();
    }

    @Test
    void missingSocketIsNoAnswer(@TempDir Path directory) {
        assertThat(probe.get(new Listen.UnixSocket(directory.resolve("none")), "/health", AMPLE))
                .isInstanceOf(Answer.None.class);
    }
}
