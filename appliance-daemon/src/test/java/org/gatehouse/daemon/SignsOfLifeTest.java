package org.gatehouse.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What the service manager hears of a daemon, and when it hears nothing. */
final class SignsOfLifeTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void watchdogIsToldOnlyWhatWasSeen() {
        try (NotifyReader reader = new NotifyReader(directory.resolve("notify"))) {
            ServiceManager manager = ServiceManager
                    .of(Map.of("NOTIFY_SOCKET", reader.address(), "WATCHDOG_USEC", "80000"));
            AtomicBoolean answers = new AtomicBoolean(true);
            AtomicInteger looks = new AtomicInteger();
            try (SignsOfLife _ = SignsOfLife.begin(manager, within -> {
                assertThat(within).isEqualTo(Duration.ofMillis(20));
                looks.incrementAndGet();
                return answers.get();
            })) {
                reader.await("WATCHDOG=1", LONG);
                answers.set(false);
                int then = looks.get();
                TestDaemon.await(() -> looks.get() > then + 3, "nobody looked again");
                while (!reader.next(0).isEmpty()) {
                    // What was said before.
                }
                TestDaemon.await(() -> looks.get() > then + 6, "nobody looked again");
                assertThat(reader.next(0)).isEmpty();
                answers.set(true);
                reader.await("WATCHDOG=1", LONG);
            }
        }
    }

    @Test
    void watchdogOfAnotherProcessIsNotOurs() {
        try (NotifyReader reader = new NotifyReader(directory.resolve("notify"))) {
            assertThat(ServiceManager.of(Map.of("NOTIFY_SOCKET", reader.address(), "WATCHDOG_USEC", "80000",
                    "WATCHDOG_PID", "1")).patience()).isEmpty();
            assertThat(ServiceManager.of(Map.of("NOTIFY_SOCKET", reader.address(), "WATCHDOG_USEC", "80000",
                    "WATCHDOG_PID", Long.toString(ProcessHandle.current().pid()))).patience())
                    .contains(Duration.ofMillis(80));
        }
    }

    @Test
    void managerThatIsNotThereStopsNobody() {
        ServiceManager.of(Map.of()).ready("Serving");
        ServiceManager.of(Map.of("NOTIFY_SOCKET", directory.resolve("nobody").toString())).ready("Serving");
        ServiceManager.of(Map.of("NOTIFY_SOCKET", "no address")).stopping();
    }

    @Test
    void callIsAnsweredOrTurnedAwayOrMetWithSilence() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            // The kernel takes the connection, but nobody does.
            assertThat(call(server, Duration.ofMillis(50)).make()).isEqualTo(OwnCall.Outcome.SILENCE);
            server.accept().close();
            Thread.ofVirtual().start(() -> take(server, ""));
            assertThat(call(server, LONG).make()).isEqualTo(OwnCall.Outcome.TURNED_AWAY);
            Thread.ofVirtual().start(() -> take(server, "HTTP/1.1 200 OK\r\n\r\n"));
            assertThat(call(server, LONG).make()).isEqualTo(OwnCall.Outcome.ANSWERED);
            server.close();
            assertThat(call(server, LONG).make()).isEqualTo(OwnCall.Outcome.SILENCE);
        }
    }

    private static OwnCall call(ServerSocket server, Duration within) {
        return new OwnCall("127.0.0.1", server.getLocalPort(), false, within);
    }

    private static void take(ServerSocket server, String answer) {
        try (Socket client = server.accept()) {
            if (!answer.isEmpty()) {
                client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
