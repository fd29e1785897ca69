package org.gatehouse.supervisor.fleet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.gatehouse.supervisor.fleet.EngineProcesses.Found;

import static org.assertj.core.api.Assertions.assertThat;

/** A daemon that is killed with eight engines running, and the next one, which routes to them again. Stand-ins on scripted GPUs. */
@Timeout(180)
class FleetAdoptionIT {
    private static final int ENGINES = 8;
    private static final Duration LONGEST = Duration.ofSeconds(3);
    /** A call that goes on for about six seconds. */
    private static final int TOKENS = 120;

    private final List<String> names = IntStream.range(0, ENGINES).mapToObj(index -> "e" + index).toList();
    private final List<SocketChannel> streams = new ArrayList<>();
    private Path directory = Path.of("/");
    private EngineProcesses processes = new EngineProcesses(directory);
    private RemoteFleet daemon;

    @BeforeEach
    void open() throws IOException {
        directory = Files.createTempDirectory("eight"); // Short: a socket's path has 107 bytes at most.
        processes = new EngineProcesses(directory.resolve("f/instances"));
        TinyModel.in(directory.resolve("tiny"));
        Files.write(directory.resolve("gpus"), Collections.nCopies(ENGINES / 2, "well"));
        daemon = new RemoteFleet(directory);
    }

    @AfterEach
    void close() throws Exception {
        for (SocketChannel stream : streams) {
            stream.close();
        }
        daemon.close();
        for (Found left : processes.all()) {
            ProcessHandle.of(left.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private Map<String, List<Long>> pids() {
        Map<String, List<Long>> pids = new TreeMap<>();
        processes.all().forEach(found -> pids.computeIfAbsent(found.instance(), _ -> new ArrayList<>())
                .add(found.pid()));
        pids.values().forEach(Collections::sort);
        return pids;
    }

    /** Begins a streamed call directly at an engine; the answer is how many events came, and whether the last one was there. */
    private CompletableFuture<String> stream(String name) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        streams.add(channel);
        channel.connect(UnixDomainSocketAddress.of(directory.resolve("r").resolve(name + "-0.sock")));
        String body = """
                {"model":"model-%s","stream":true,"max_tokens":%d,\
                "messages":[{"role":"user","content":"Go on [[sim tokens=%d token-ms=50]]"}]}""".formatted(name, TOKENS,
                TOKENS);
        channel.write(StandardCharsets.UTF_8.encode("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body));
        BufferedReader lines = new BufferedReader(
                new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
        assertThat(lines.readLine()).contains(" 200 ");
        CompletableFuture<String> seen = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            int events = 0;
            try {
                String line = lines.readLine();
                while (line != null && !line.contains("[DONE]")) {
                    events += line.contains("\"content\"") ? 1 : 0;
                    line = lines.readLine();
                }
                seen.complete((line == null ? "cut" : "whole") + (events >= TOKENS ? "" : " with " + events));
            } catch (IOException e) {
                seen.complete("broken after " + events + ": " + e);
            }
        });
        return seen;
    }

    @Test
    void killedDaemonsEnginesAreRoutedToAgainWithinThreeSecondsAndNoneStartsAnew() throws Exception {
        for (String name : names) {
            assertThat(daemon.ask("apply " + name + " 1 pinned " + (name.endsWith("1") ? "session" : "one")))
                    .startsWith("Applied");
        }
        assertThat(daemon.ask("routes " + String.join(" ", names))).endsWith("e7-0");
        Map<String, List<Long>> before = pids();
        assertThat(before).hasSize(ENGINES);
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (String name : names) {
            calls.add(stream(name));
        }

        daemon.kill();
        daemon = new RemoteFleet(directory);
        String[] answer = daemon.ask("routes " + String.join(" ", names)).split(" ");

        Duration took = Duration.ofMillis(Long.parseLong(answer[0]));
        System.out.println("FIGURE fleet adoption: leases for all of " + ENGINES + " engines " + took.toMillis()
                + " ms after the next daemon's process began");
        assertThat(List.of(answer).subList(1, answer.length))
                .isEqualTo(names.stream().map(name -> name + "-0").toList());
        assertThat(pids()).isEqualTo(before);
        JsonNode status = daemon.status();
        assertThat(status.path("counted").path("ADOPTED").asInt()).isEqualTo(ENGINES);
        assertThat(status.path("counted").path("STARTED").asInt()).isZero();
        for (CompletableFuture<String> call : calls) {
            assertThat(call.get(30, TimeUnit.SECONDS)).isEqualTo("whole");
        }
        assertThat(took).isLessThan(LONGEST);

        daemon.leave("end");
        assertThat(processes.all()).isEmpty();
    }
}
