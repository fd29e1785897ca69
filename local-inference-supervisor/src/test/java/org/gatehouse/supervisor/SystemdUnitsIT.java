package org.gatehouse.supervisor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.supervisor.Signals.Signal;
import org.gatehouse.supervisor.engines.EngineFailure;

import static org.assertj.core.api.Assertions.assertThat;

/** Engines as units of a service manager, which programs of the test play with real processes. */
@Timeout(60)
class SystemdUnitsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;
    private final ManualTime time = ManualTime.flowing();
    private final Chronicle chronicle = new Chronicle();
    private FakeSystemd systemd;
    private SupervisorBench wishes;
    private EngineSupervisor supervisor;

    @BeforeEach
    void open() throws Exception {
        systemd = new FakeSystemd(directory.resolve("systemd"));
        wishes = new SupervisorBench(directory.resolve("wishes"));
        supervisor = open(directory);
    }

    private EngineSupervisor open(Path where) throws Exception {
        SupervisorSettings settings = SupervisorBench.settings(where).with(BackendChoice.SYSTEMD)
                .with(systemd.settings());
        EngineSupervisor opened = EngineSupervisor.open(settings, CallsInFlight.NOT_COUNTED,
                Host.ofThisMachine(time, time::nanoTime, new Random(5)));
        opened.addListener(chronicle);
        return opened;
    }

    @AfterEach
    void close() {
        supervisor.stopEverything();
        wishes.close();
    }

    private Instance ready(Deployment deployment) throws Exception {
        assertThat(supervisor.start(deployment)).isInstanceOf(StartOutcome.Accepted.class);
        Instance instance = supervisor.awaitReady(deployment.id(), PATIENCE).orElseThrow();
        assertThat(instance.state()).as(() -> String.valueOf(supervisor.log(deployment.id(), 20)))
                .isInstanceOf(EngineState.Ready.class);
        return instance;
    }

    @Test
    void unitIsNamedConfinedAndGivenItsKeyWhereNobodyElseReadsIt() throws Exception {
        Deployment plain = wishes.engine("chat");
        EngineCommand locked = new EngineCommand(plain.command().argv(),
                Map.of("VLLM_API_KEY", "k\"e$y\\`1", "CUDA_VISIBLE_DEVICES", "2,3"),
                plain.command().workingDirectory());
        Instance ready = ready(
                plain.with(locked).with(
                        Confinement.to(List.of("/dev/nvidia2", "/dev/nvidia3"), List.of(directory.resolve("cache")))));

        assertThat(systemd.asked()).contains("run --unit=gatehouse-engine-chat-g1.service",
                "run --slice=gatehouse-engines.slice", "run --service-type=exec",
                "run --property=KillMode=mixed", "run --property=Restart=no", "run --property=TimeoutStopSec=2000ms",
                "run --property=User=gatehouse-engine", "run --property=PrivateNetwork=yes",
                "run --property=DevicePolicy=closed", "run --property=DeviceAllow=/dev/nvidia2 rw",
                "run --property=DeviceAllow=/dev/nvidia3 rw", "run --property=DeviceAllow=/dev/nvidiactl rw",
                "run --property=ReadWritePaths=" + directory.resolve("cache"),
                "run --property=ReadWritePaths=" + wishes.directory.resolve("run"),
                "control show --property=LoadState,MainPID,ExecMainCode,ExecMainStatus gatehouse-engine-chat-g1.service");
        // The engine asks for the key, and the trial knew it: it went through the file as it was.
        assertThat(Files.readString(systemd.directory.resolve("asked"))).doesNotContain("VLLM_API_KEY");
        assertThat(directory.resolve("state")).isDirectoryNotContaining("glob:**.env");
        long pid = ready.processId().orElseThrow();
        assertThat(ProcessHandle.of(pid).orElseThrow().parent().map(ProcessHandle::pid))
                .isNotEqualTo(Optional.of(ProcessHandle.current().pid()));

        Instance stopped = supervisor.stop("chat").orElseThrow();

        assertThat(stopped.state()).isInstanceOf(EngineState.Stopped.class);
        assertThat(SupervisorBench.lives(pid)).isFalse();
        assertThat(systemd.asked()).contains("control stop --no-block gatehouse-engine-chat-g1.service",
                "control reset-failed gatehouse-engine-chat-g1.service");
    }

    @Test
    void crashedUnitIsSeenWithinASecondAndItsSuccessorHasTheNextGeneration() throws Exception {
        long pid = ready(wishes.engine("chat")).processId().orElseThrow();
        long at = System.nanoTime();
        new Signals().toProcess(pid, Signal.KILL);

        EngineState.Crashed crashed = chronicle.await(EngineState.Crashed.class);

        assertThat(Duration.ofNanos(System.nanoTime() - at)).isLessThan(Duration.ofSeconds(1));
        assertThat(crashed.cause().evidence()).contains("exit code unknown");
        chronicle.await(EngineState.Backoff.class);
        time.pass(Duration.ofSeconds(6));
        chronicle.await(EngineState.Ready.class, _ -> true, 2);
        assertThat(systemd.asked()).contains("run --unit=gatehouse-engine-chat-g2.service");
    }

    @Test
    void unitDeafToTermIsKilledWithItsChildren() throws Exception {
        supervisor.start(wishes.script("chat", "trap '' TERM; sleep 1000 & echo $! > child; echo up; wait"));
        long child = wishes.pidIn("child");

        supervisor.stop("chat", Duration.ofMillis(300));

        assertThat(SupervisorBench.lives(child)).isFalse();
        assertThat(Files.readString(systemd.directory.resolve("asked"))).contains("echo $$! > child");
        assertThat(systemd.asked()).contains("control kill --signal=SIGKILL gatehouse-engine-chat-g1.service");
    }

    @Test
    void childThatOutlivesItsUnitsMainProcessIsEndedBeforeTheNextStart() throws Exception {
        long pid = ready(wishes.engineAfter("chat", "sleep 1000 & echo $! > child")).processId().orElseThrow();
        long child = wishes.pidIn("child");

        new Signals().toProcess(pid, Signal.KILL);
        chronicle.await(EngineState.Backoff.class);

        assertThat(SupervisorBench.lives(child)).isFalse();
    }

    @Test
    void unitThatIsRefusedIsACauseWithTheManagersWords() throws Exception {
        Files.createFile(systemd.directory.resolve("refuse"));
        supervisor.start(wishes.engine("chat"));

        Cause cause = chronicle.await(EngineState.Backoff.class).cause();

        assertThat(cause.failure()).isEqualTo(EngineFailure.UNIT_REFUSED);
        assertThat(cause.evidence()).contains("Access denied");
        assertThat(directory.resolve("state/chat.manifest")).doesNotExist();
    }

    @Test
    void unitThatEndsAtOnceIsDiagnosedFromItsLog() throws Exception {
        supervisor.start(wishes.script("chat", "echo 'OSError: [Errno 28] No space left on device'; exit 1"));

        assertThat(chronicle.await(EngineState.Failed.class).cause().failure()).isEqualTo(EngineFailure.DISK_FULL);
    }

    @Test
    void unitsOfAKilledDaemonAreAdopted() throws Exception {
        Path apart = Files.createDirectories(directory.resolve("apart"));
        long pid;
        try (RemoteDaemon first = new RemoteDaemon(apart, systemd.directory)) {
            first.ask("start chat");
            assertThat(first.ask("ready chat")).contains("=Ready ");
            pid = Long.parseLong(Objects.requireNonNull(first.all().get("chat")).get(1));
            first.kill();
        }
        assertThat(SupervisorBench.lives(pid)).isTrue();
        try (RemoteDaemon second = new RemoteDaemon(apart, systemd.directory)) {
            second.ask("start chat");
            assertThat(second.ask("ready chat")).isEqualTo("chat=Ready " + pid + " 1");
            assertThat(second.ask("stop chat")).startsWith("chat=Stopped");
        }
        assertThat(SupervisorBench.lives(pid)).isFalse();
        assertThat(systemd.asked().stream().filter(line -> line.startsWith("run --unit="))).hasSize(1);
    }
}
