package org.gatehouse.supervisor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.supervisor.engines.EngineFailure;
import org.gatehouse.supervisor.engines.LoadProgress;
import org.gatehouse.supervisor.engines.LoadStage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** An engine's ordinary life, with real processes: started, loaded, ready, stopped; and what is refused. */
@Timeout(60)
class EngineSupervisorIT {

    @TempDir
    Path directory;

    @Test
    void engineOnAUnixSocketLoadsGetsReadyAndStopsWithoutLeavingAnything() throws Exception {
        try (SupervisorBench bench = new SupervisorBench(directory)) {
            long pid = bench.ready(bench.engine("chat")).processId().orElseThrow();

            assertThat(SupervisorBench.lives(pid)).isTrue();
            assertThat(directory.resolve("state/chat.manifest")).exists();
            assertThat(bench.supervisor.log("chat", 100)).extracting(LogLine::text)
                    .anyMatch(line -> line.contains("vLLM server version"));

            Instance stopped = bench.supervisor.stop("chat", Duration.ofSeconds(5)).orElseThrow();

            assertThat(stopped.state()).isInstanceOf(EngineState.Stopped.class);
            assertThat(stopped.processId()).isEmpty();
            assertThat(bench.chronicle.names())
                    .isEqualTo(List.of("Spawned", "Loading", "Probing", "Ready", "Draining", "Stopping", "Stopped"));
            assertThat(SupervisorBench.lives(pid)).isFalse();
            assertThat(directory.resolve("run/chat.sock")).doesNotExist();
            assertThat(directory.resolve("state/chat.manifest")).doesNotExist();
        }
    }

    @Test
    void phasesOfTheLogShowWhileItLoadsAndNeverGoBack() throws Exception {
        try (SupervisorBench bench = new SupervisorBench(directory)) {
            bench.supervisor.start(bench.script("chat", """
                    until_told() { until [ -e control/$1 ]; do sleep 0.02; done; }
                    printf 'Loading safetensors checkpoint shards:  50%% Completed | 1/2\\r' >&2
                    until_told one
                    echo 'INFO GPU KV cache size: 1,000 tokens'
                    until_told two
                    printf 'Loading safetensors checkpoint shards: 100%% Completed | 2/2\\r' >&2
                    echo 'INFO Supported tasks: []'
                    sleep 1000
                    """));
            bench.chronicle.await(EngineState.Loading.class);
            assertThat(bench.instance("chat").state())
                    .isEqualTo(new EngineState.Loading(new LoadProgress(LoadStage.WEIGHTS, 50)));
            bench.order("one");
            bench.chronicle.await(EngineState.Loading.class, _ -> true, 2);
            assertThat(bench.instance("chat").state())
                    .isEqualTo(new EngineState.Loading(new LoadProgress(LoadStage.KV_CACHE, 0)));
            bench.order("two");
            bench.chronicle.await(EngineState.Loading.class, _ -> true, 3);
            assertThat(bench.instance("chat").state())
                    .isEqualTo(new EngineState.Loading(new LoadProgress(LoadStage.HTTP, 0)));
        }
    }

    @Test
    void engineOnALoopbackPortGetsReadyAndStartsAgainAfterAStop() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (SupervisorBench bench = new SupervisorBench(directory)) {
            Deployment deployment = bench.engine("chat", new Listen.LoopbackPort(port));
            long first = bench.ready(deployment).processId().orElseThrow();
            bench.supervisor.stop("chat");

            Instance second = bench.ready(deployment);

            assertThat(second.processId().orElseThrow()).isNotEqualTo(first);
            assertThat(second.generation()).isEqualTo(2);
        }
    }

    @Test
    void staleSocketOfADeadEngineIsClearedAwayButAFileIsNot() throws Exception {
        Files.createDirectories(directory.resolve("run"));
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(directory.resolve("run/chat.sock")));
        }
        Path file = Files.writeString(directory.resolve("run/other.sock"), "precious");
        try (SupervisorBench bench = new SupervisorBench(directory)) {
            bench.ready(bench.engine("chat"));

            bench.supervisor.start(bench.engine("other"));

            assertThat(bench.instance("other").state()).isInstanceOfSatisfying(EngineState.Backoff.class,
                    state -> assertThat(state.cause().failure()).isEqualTo(EngineFailure.ADDRESS_IN_USE));
            assertThat(file).hasContent("precious");
        }
    }

    @Test
    void strangerWhoAnswersAtTheAddressIsNeverTakenForTheEngine() throws Exception {
        try (ServerSocket stranger = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                SupervisorBench bench = new SupervisorBench(directory)) {
            bench.supervisor.start(bench.engine("chat", new Listen.LoopbackPort(stranger.getLocalPort())));

            assertThat(bench.instance("chat").state()).isInstanceOfSatisfying(EngineState.Backoff.class,
                    state -> assertThat(state.cause().failure()).isEqualTo(EngineFailure.ADDRESS_IN_USE));
            assertThat(bench.instance("chat").processId()).isEmpty();
        }
    }

    @Test
    void drainWaitsForCallsInFlightAndTheEngineHearsNothingBefore() throws Exception {
        AtomicInteger calls = new AtomicInteger(1);
        try (SupervisorBench bench = new SupervisorBench(directory, _ -> calls.get())) {
            long pid = bench.ready(bench.engine("chat")).processId().orElseThrow();
            CompletableFuture<Void> stop = CompletableFuture.runAsync(() -> bench.supervisor.stop("chat"));
            bench.chronicle.await(EngineState.Draining.class);

            Thread.sleep(400); // Several of the actor's ticks.
            assertThat(SupervisorBench.lives(pid)).isTrue();
            assertThat(bench.instance("chat").state()).isInstanceOf(EngineState.Draining.class);

            calls.set(0);
            stop.join();
            assertThat(bench.instance("chat").state()).isInstanceOf(EngineState.Stopped.class);
        }
    }

    @Test
    void drainEndsAtItsDeadlineHoweverManyCallsAreLeft() throws Exception {
        try (SupervisorBench bench = new SupervisorBench(directory, _ -> 7)) {
            bench.ready(bench.engine("chat"));
            CompletableFuture<Void> stop = CompletableFuture.runAsync(() -> bench.supervisor.stop("chat"));
            bench.chronicle.await(EngineState.Draining.class);

            bench.time.pass(Duration.ofSeconds(5));
            stop.join();

            assertThat(bench.instance("chat").state()).isInstanceOf(EngineState.Stopped.class);
        }
    }

    @Test
    void sameDeploymentTwiceIsOneEngineAndAnotherUnderItsIdIsRefused() throws Exception {
        try (SupervisorBench bench = new SupervisorBench(directory)) {
            Instance first = bench.ready(bench.engine("chat"));

            assertThat(bench.supervisor.start(bench.engine("chat"))).isEqualTo(new StartOutcome.Accepted(first));
            assertThat(bench.supervisor.start(bench.script("chat", "sleep 9"))).isInstanceOfSatisfying(
                    StartOutcome.Refused.class,
                    refused -> assertThat(refused.message()).contains("chat", "another definition"));
            assertThat(bench.supervisor.start(bench.engine("twin", bench.socket("chat")))).isInstanceOfSatisfying(
                    StartOutcome.Refused.class,
                    refused -> assertThat(refused.message()).contains("twin", "belongs to instance chat"));
        }
    }

    @Test
    void socketPathThatTheKernelWouldNotTakeIsRefusedWithItsLength() throws Exception {
        try (SupervisorBench bench = new SupervisorBench(directory)) {
            Path tooLong = Path.of("/run/" + "型".repeat(35) + "/e.sock");

            assertThat(bench.supervisor.start(bench.engine("chat", new Listen.UnixSocket(tooLong))))
                    .isInstanceOfSatisfying(StartOutcome.Refused.class,
                            refused -> assertThat(refused.message()).contains("117 bytes", "107", "shorter directory"));
            assertThat(bench.supervisor.instances()).isEmpty();
        }
    }

    @Test
    void engineSeesItsOwnVariablesAndNoneOfTheDaemonsSecrets() throws Exception {
        Host real = Host.ofThisMachine();
        Host host = new Host(real.processes(), real.signals(), real.setsid(),
                Map.of("PATH", System.getenv("PATH"), "GATEHOUSE_DB_PASSWORD", "hunter2"), real.clock(),
                real.nanoTime(),
                real.random());
        try (EngineSupervisor supervisor = EngineSupervisor.open(SupervisorBench.settings(directory),
                CallsInFlight.NOT_COUNTED, host)) {
            supervisor.start(Deployment.of("chat", "tiny", new EngineCommand(
                    List.of("sh", "-c", "env > seen.new && mv seen.new seen; sleep 100"), Map.of("VLLM_API_KEY", "own"),
                    directory),
                    new Listen.UnixSocket(directory.resolve("e.sock")))
                    .with(new StopPolicy(Duration.ZERO, Duration.ZERO)));
            SupervisorBench.awaitThat(() -> Files.exists(directory.resolve("seen")));

            assertThat(Files.readString(directory.resolve("seen"))).contains("VLLM_API_KEY=own")
                    .doesNotContain("hunter2");
        }
    }

    @Test
    void secondSupervisorIsKeptOutOfTheDirectory() throws Exception {
        try (SupervisorBench bench = new SupervisorBench(directory)) {
            bench.ready(bench.engine("chat"));

            assertThatThrownBy(() -> new SupervisorBench(directory)).isInstanceOf(IOException.class)
                    .hasMessageContaining("Another supervisor uses the state directory");
            assertThat(bench.instance("chat").state()).isInstanceOf(EngineState.Ready.class);
        }
        new SupervisorBench(directory).close();
    }

    @Test
    void closedSupervisorStartsNothing() throws Exception {
        SupervisorBench bench = new SupervisorBench(directory);
        bench.close();
        bench.close();

        assertThat(bench.supervisor.start(bench.engine("chat"))).isInstanceOf(StartOutcome.Refused.class);
    }

    @Test
    void listenerThatThrowsDisturbsNobody() throws Exception {
        try (SupervisorBench bench = new SupervisorBench(directory)) {
            bench.supervisor.removeListener(bench.chronicle);
            bench.supervisor.addListener((_, _) -> {
                throw new IllegalStateException("deliberate");
            });
            bench.supervisor.addListener(bench.chronicle);

            bench.ready(bench.engine("chat"));

            assertThat(bench.chronicle.names()).startsWith("Spawned");
        }
    }
}
