package org.gatehouse.supervisor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.supervisor.Signals.Signal;
import org.gatehouse.supervisor.engines.EngineFailure;

import static org.assertj.core.api.Assertions.assertThat;

/** Engines that outlive their daemon, with real processes. */
@Timeout(120)
class AdoptionIT {
    private static final int ENGINES = 8;

    @TempDir
    Path directory;
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : open.reversed()) {
            closeable.close();
        }
    }

    private RemoteDaemon daemon() throws IOException {
        RemoteDaemon daemon = new RemoteDaemon(directory);
        open.add(daemon);
        return daemon;
    }

    private SupervisorBench bench() throws Exception {
        SupervisorBench bench = new SupervisorBench(directory);
        open.add(bench.supervisor::stopEverything);
        return bench;
    }

    /** A client that holds a stream directly at an engine. */
    private final class Stream implements AutoCloseable {
        private final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        private final BufferedReader lines;
        private long next;

        Stream(String id) throws IOException {
            channel.connect(UnixDomainSocketAddress.of(directory.resolve("run").resolve(id + ".sock")));
            channel.write(StandardCharsets.US_ASCII.encode("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            lines = new BufferedReader(
                    new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.US_ASCII));
            while (!lines.readLine().isEmpty()) {
                // The head.
            }
            open.add(this);
        }

        /** Reads so many more tokens and checks that none is missing. */
        void read(int tokens) throws IOException {
            for (int i = 0; i < tokens; i++) {
                assertThat(lines.readLine()).isEqualTo(Long.toString(next++));
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static Map<String, String> pids(RemoteDaemon daemon) throws IOException {
        Map<String, String> pids = new HashMap<>();
        daemon.all().forEach((id, words) -> pids.put(id, words.get(1)));
        return pids;
    }

    @Test
    void killedDaemonsEnginesAreAllAdoptedWithoutARestartWhileTheirStreamsGoOn() throws Exception {
        RemoteDaemon first = daemon();
        List<Stream> streams = new ArrayList<>();
        for (int engine = 0; engine < ENGINES; engine++) {
            first.ask("start e" + engine);
        }
        for (int engine = 0; engine < ENGINES; engine++) {
            assertThat(first.ask("ready e" + engine)).contains("=Ready ");
            streams.add(new Stream("e" + engine));
        }
        Map<String, String> before = pids(first);
        first.kill();

        RemoteDaemon second = daemon();
        assertThat(second.ask("unclaimed").split(",")).hasSize(ENGINES);
        for (int engine = 0; engine < ENGINES; engine++) {
            assertThat(second.ask("start e" + engine)).isEqualTo("Accepted");
        }
        for (int engine = 0; engine < ENGINES; engine++) {
            assertThat(second.ask("ready e" + engine)).contains("=Ready ");
        }
        Duration took = Duration.ofNanos(System.nanoTime() - second.startedAt);
        System.out.println("FIGURE adoption: " + ENGINES + " engines ready " + took.toMillis()
                + " ms after the new daemon's process was started");

        assertThat(took).isLessThan(Duration.ofSeconds(3));
        assertThat(pids(second)).isEqualTo(before);
        assertThat(second.all().values()).allSatisfy(words -> assertThat(words.get(2)).isEqualTo("1"));
        for (Stream stream : streams) {
            stream.read(50);
        }
        second.ask("stop e0");
        assertThat(SupervisorBench.lives(Long.parseLong(before.get("e0")))).isFalse();
        second.ask("stop-everything");
        SupervisorBench.awaitThat(
                () -> before.values().stream().noneMatch(pid -> SupervisorBench.lives(Long.parseLong(pid))));
    }

    @Test
    void closedSupervisorLeavesThemRunningAndTheNextOneGoesOnWithTheirLog() throws Exception {
        SupervisorBench first = bench();
        Deployment deployment = first.engine("chat").with(Lifetime.OUTLIVES_DAEMON);
        long pid = first.ready(deployment).processId().orElseThrow();
        long at = System.nanoTime();
        first.close();
        assertThat(Duration.ofNanos(System.nanoTime() - at)).isLessThan(Duration.ofSeconds(2));
        assertThat(SupervisorBench.lives(pid)).isTrue();

        SupervisorBench second = bench();
        Instance adopted = second.ready(deployment);

        assertThat(adopted.processId()).hasValue(pid);
        assertThat(second.chronicle.names()).startsWith("Adopting").endsWith("Ready").doesNotContain("Spawned");
        assertThat(second.supervisor.log("chat", 100)).extracting(LogLine::text)
                .anyMatch(line -> line.contains("vLLM server version"));
        assertThat(second.supervisor.unclaimed()).isEmpty();
    }

    @Test
    void adoptedEngineThatCrashesIsSeenWithinASecondAndStartedAgain() throws Exception {
        SupervisorBench first = bench();
        Deployment deployment = first.engine("chat").with(Lifetime.OUTLIVES_DAEMON);
        long pid = first.ready(deployment).processId().orElseThrow();
        first.close();
        SupervisorBench second = bench();
        second.ready(deployment);

        long at = System.nanoTime();
        new Signals().toProcess(pid, Signal.KILL);
        EngineState.Crashed crashed = second.chronicle.await(EngineState.Crashed.class);
        Duration took = Duration.ofNanos(System.nanoTime() - at);
        System.out.println("FIGURE crash of an adopted engine seen after " + took.toMillis() + " ms");

        assertThat(took).isLessThan(Duration.ofSeconds(1));
        assertThat(crashed.cause().evidence()).contains("exit code unknown");
        second.time.pass(Duration.ofSeconds(6));
        second.chronicle.await(EngineState.Ready.class, _ -> true, 2);
        assertThat(second.instance("chat").generation()).isEqualTo(2);
    }

    @Test
    void engineOfAnotherCommandIsEndedAndTheWishedOneStarted() throws Exception {
        SupervisorBench first = bench();
        Deployment deployment = first.engine("chat").with(Lifetime.OUTLIVES_DAEMON);
        long pid = first.ready(deployment).processId().orElseThrow();
        first.close();
        SupervisorBench second = bench();
        EngineCommand changed = new EngineCommand(deployment.command().argv(), Map.of("CUDA_VISIBLE_DEVICES", "1"),
                deployment.command().workingDirectory());

        Instance ready = second.ready(deployment.with(changed));

        assertThat(ready.processId().orElseThrow()).isNotEqualTo(pid);
        assertThat(ready.generation()).isEqualTo(2);
        assertThat(SupervisorBench.lives(pid)).isFalse();
        assertThat(second.chronicle.names()).startsWith("Stopping", "Spawned");
    }

    @Test
    void engineThatNobodyAsksForIsEndedWithItsFamilyAndNotBeforeTheWindow() throws Exception {
        SupervisorBench first = bench();
        long pid = first
                .ready(first.engineAfter("chat", "sleep 1000 & echo $! > child").with(Lifetime.OUTLIVES_DAEMON))
                .processId().orElseThrow();
        long child = first.pidIn("child");
        first.close();
        SupervisorSettings settings = SupervisorBench.settings(directory).withAdoptionWindow(Duration.ofSeconds(1));
        try (EngineSupervisor second = EngineSupervisor.open(settings, CallsInFlight.NOT_COUNTED)) {
            assertThat(second.unclaimed()).isEqualTo(Set.of("chat"));
            assertThat(SupervisorBench.lives(pid)).isTrue();
            assertThat(second.start(first.engine("other", first.socket("chat")))).isInstanceOfSatisfying(
                    StartOutcome.Refused.class,
                    refused -> assertThat(refused.message()).contains("runs the engine of instance chat"));

            SupervisorBench.awaitThat(() -> !second.orphans().isEmpty());

            assertThat(second.orphans()).satisfiesExactly(orphan -> assertThat(orphan.ended()).isTrue());
            assertThat(List.of(pid, child)).noneMatch(SupervisorBench::lives);
            assertThat(directory.resolve("run/chat.sock")).doesNotExist();
            assertThat(directory.resolve("state/chat.manifest")).doesNotExist();
        }
    }

    @Test
    void engineThatDiedWhileNobodyLookedIsClearedAwayAndStartedAnew() throws Exception {
        SupervisorBench first = bench();
        Deployment deployment = first.engineAfter("chat", "sleep 1000 & echo $! > child")
                .with(Lifetime.OUTLIVES_DAEMON);
        long pid = first.ready(deployment).processId().orElseThrow();
        long child = first.pidIn("child");
        first.close();
        new Signals().toProcess(pid, Signal.KILL);
        SupervisorBench.awaitThat(() -> !SupervisorBench.lives(pid));

        SupervisorBench second = bench();

        assertThat(SupervisorBench.lives(child)).isFalse();
        assertThat(second.ready(deployment).processId().orElseThrow()).isNotEqualTo(pid);
    }

    @Test
    void engineThatDiesBeforeItIsAdoptedIsEndedWithItsFamilyAndNoneIsStarted() throws Exception {
        SupervisorBench first = bench();
        Deployment deployment = first.engineAfter("chat", "sleep 1000 & echo $! > child")
                .with(Lifetime.OUTLIVES_DAEMON);
        long pid = first.ready(deployment).processId().orElseThrow();
        long child = first.pidIn("child");
        first.close();
        SupervisorBench second = bench();
        assertThat(second.supervisor.unclaimed()).containsExactly("chat");
        new Signals().toProcess(pid, Signal.KILL);
        SupervisorBench.awaitThat(() -> !SupervisorBench.lives(pid));

        assertThat(second.supervisor.adopt(deployment)).isInstanceOf(StartOutcome.Refused.class);

        SupervisorBench.awaitThat(() -> second.instance("chat").state() instanceof EngineState.Stopped);
        assertThat(SupervisorBench.lives(child)).isFalse();
        assertThat(second.instance("chat").generation()).isEqualTo(1);
        assertThat(directory.resolve("run/chat.sock")).doesNotExist();
        assertThat(second.supervisor.adopt(deployment)).isInstanceOf(StartOutcome.Refused.class);
        assertThat(second.ready(deployment).generation()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"stuck, NOT_SERVING", "hang, UNRESPONSIVE"})
    void adoptedEngineThatHangsIsSeenAboutAsSoonAsAServingOne(String how, EngineFailure failure) throws Exception {
        SupervisorBench first = bench();
        Deployment deployment = first.engine("chat").with(Lifetime.OUTLIVES_DAEMON)
                .with(new HangWatch(Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofMillis(300)));
        long pid = first.ready(deployment).processId().orElseThrow();
        first.order(how);
        first.close();
        SupervisorBench second = bench();

        long at = System.nanoTime();
        assertThat(second.supervisor.adopt(deployment)).isInstanceOf(StartOutcome.Accepted.class);
        EngineState.Crashed crashed = second.chronicle.await(EngineState.Crashed.class);

        assertThat(Duration.ofNanos(System.nanoTime() - at)).isLessThan(Duration.ofSeconds(3));
        assertThat(crashed.cause().failure()).isEqualTo(failure);
        second.callOff(how);
        SupervisorBench.awaitThat(() -> !SupervisorBench.lives(pid));
    }
}
