package org.gatehouse.supervisor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The supervisor with real processes on the real clock. */
@Timeout(60)
class EngineSupervisorIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;
    private Path control;
    private EngineSupervisor supervisor;
    private final Chronicle chronicle = new Chronicle();

    @BeforeEach
    void openSupervisor() throws Exception {
        control = Files.createDirectory(directory.resolve("control"));
        supervisor = EngineSupervisor.open(SupervisorSettings.in(directory), CallsInFlight.NOT_COUNTED);
        supervisor.addListener(chronicle);
    }

    @AfterEach
    void closeSupervisor() {
        supervisor.close();
    }

    private Deployment engine(String id, Listen listen) {
        return Deployment.of(id, "tiny",
                new EngineCommand(ScriptedEngine.command(listen, control, 300), Map.of(), directory),
                listen);
    }

    private Listen socket() {
        return new Listen.UnixSocket(directory.resolve("run/engine.sock"));
    }

    private static boolean lives(long pid) {
        return ProcessTable.ofThisMachine().read().containsKey(pid);
    }

    @Test
    void engineOnAUnixSocketLoadsGetsReadyAndStopsWithoutLeavingAnything() throws Exception {
        assertThat(supervisor.start(engine("chat", socket()))).isInstanceOf(StartOutcome.Accepted.class);

        Optional<Instance> ready = supervisor.awaitReady("chat", PATIENCE);

        assertThat(ready)
                .hasValueSatisfying(instance -> assertThat(instance.state()).isInstanceOf(EngineState.Ready.class));
        long pid = ready.orElseThrow().processId().orElseThrow();
        assertThat(lives(pid)).isTrue();
        assertThat(chronicle.states()).contains(new EngineState.Loading(LoadPhase.WEIGHTS, 50),
                new EngineState.Loading(LoadPhase.KV_CACHE, 0));
        assertThat(supervisor.log("chat", 100)).extracting(LogLine::text)
                .anyMatch(line -> line.contains("vLLM server version"));

        Optional<Instance> stopped = supervisor.stop("chat", Duration.ofSeconds(5));

        assertThat(stopped).hasValueSatisfying(instance -> {
            assertThat(instance.state()).isInstanceOf(EngineState.Stopped.class);
            assertThat(instance.processId()).isEmpty();
        });
        assertThat(chronicle.names()).isEqualTo(
                List.of("Spawned", "Loading", "Ready", "Draining", "Stopping", "Stopped"));
        assertThat(lives(pid)).isFalse();
        assertThat(directory.resolve("run/engine.sock")).doesNotExist();
        assertThat(directory.resolve("engines/chat.manifest")).doesNotExist();
    }
}
