package org.gatehouse.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The daemon as a service: a program that plays systemd hands it its socket, hears how it does, and starts it again when it ends. */
final class ServiceIT {
    private static final Duration LONGEST_START = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    private NotifyReader manager;
    private Process systemd;
    private BufferedReader told;
    private int port;
    private long pid;

    @BeforeEach
    void start() throws IOException {
        manager = new NotifyReader(directory.resolve("notify"));
        Path settings = directory.resolve("appliance.yaml");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = System.getProperty("java.class.path");
        ProcessBuilder builder = new ProcessBuilder(List.of(java, "-Xmx32m", "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED", "-cp", classes, PlayedServiceManager.class.getName(),
                directory.resolve("log").toString(), "/bin/sh", "-c",
                "sed -i s/0000/PORT/ " + settings + " && exec \"$@\"", "daemon", java, "-Xmx256m",
                "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "--add-exports",
                "java.base/sun.nio.ch=ALL-UNNAMED", "-cp", classes, Gatehouse.class.getName(), "serve", "--config",
                settings.toString())).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("NOTIFY_SOCKET", manager.address());
        builder.environment().put("WATCHDOG_USEC", "4000000");
        Files.writeString(settings, """
                data: %s
                listen: {address: 127.0.0.1, port: 0000, tls: "off", drain: PT1S}
                gpus: {sources: "off"}
                """.formatted(directory.resolve("data")));
        systemd = builder.start();
        told = systemd.inputReader();
        port = Integer.parseInt(line("port "));
        pid = Long.parseLong(line("pid "));
        manager.await("READY=1", LONGEST_START);
    }

    @AfterEach
    void stop() throws InterruptedException {
        systemd.destroyForcibly().waitFor();
        ProcessHandle.of(pid).ifPresent(daemon -> {
            daemon.destroyForcibly();
            daemon.onExit().join();
        });
        manager.close();
    }

    private String line(String begun) throws IOException {
        String line = told.readLine();
        assertThat(line).startsWith(begun);
        return line.substring(begun.length());
    }

    /** Calls again and again, on a fresh connection each time, while something happens. */
    private final class Callers implements AutoCloseable {
        final AtomicInteger refused = new AtomicInteger();
        final AtomicInteger answered = new AtomicInteger();
        private final AtomicBoolean over = new AtomicBoolean();
        private final List<Thread> threads = List.of(Thread.ofVirtual().start(this::call),
                Thread.ofVirtual().start(this::call));

        private void call() {
            while (!over.get()) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    socket.setSoTimeout((int) LONGEST_START.toMillis());
                    socket.getOutputStream().write("GET /healthz HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
                    if (new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                            .startsWith("HTTP/1.1 200")) {
                        answered.incrementAndGet();
                    }
                } catch (ConnectException _) {
                    refused.incrementAndGet();
                } catch (IOException _) {
                    // The daemon had taken it and was killed: no socket can mend that.
                }
            }
        }

        /** Waits for answers that begin after this. */
        void awaitAnswers() {
            int before = answered.get();
            TestDaemon.await(() -> answered.get() > before + 10, "nobody is answered");
        }

        @Override
        public void close() throws InterruptedException {
            over.set(true);
            for (Thread thread : threads) {
                thread.join(LONGEST_START);
            }
        }
    }

    @Test
    void nobodyIsRefusedWhileTheServiceStopsDiesAndStartsAgain() throws Exception {
        try (Callers callers = new Callers()) {
            callers.awaitAnswers();
            ProcessHandle.of(pid).orElseThrow().destroy();
            manager.await("STOPPING=1", LONGEST_START);
            pid = Long.parseLong(line("pid "));
            manager.await("READY=1", LONGEST_START);
            callers.awaitAnswers();
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            pid = Long.parseLong(line("pid "));
            manager.await("READY=1", LONGEST_START);
            callers.awaitAnswers();
            assertThat(callers.refused).hasValue(0);
        }
    }

    @Test
    void nobodyIsRefusedWhileTheDaemonRestartsInItsProcessAndItGoesOnToTellHowItDoes() throws Exception {
        manager.await("WATCHDOG=1", LONGEST_START);
        try (Callers callers = new Callers(); HttpClient client = HttpClient.newHttpClient()) {
            callers.awaitAnswers();
            String token = Files.readString(directory.resolve("data/admin-token")).strip();
            assertThat(client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port
                    + "/api/v1/system/restart")).header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString("{}")).build(),
                    HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(204);
            manager.await("STATUS=Restarting", LONGEST_START);
            manager.await("STATUS=Serving on port " + port, LONGEST_START);
            callers.awaitAnswers();
            manager.await("WATCHDOG=1", LONGEST_START);
            assertThat(callers.refused).hasValue(0);
        }
        assertThat(ProcessHandle.of(pid)).as("the same process").isPresent();
    }

    @Test
    void claimCodeIsNotInTheLog() throws Exception {
        String code = Files.readString(directory.resolve("data/claim-code")).strip();
        assertThat(code).hasSize(9);
        assertThat(Files.readString(directory.resolve("log"))).contains("This box is new").doesNotContain(code);
    }
}
