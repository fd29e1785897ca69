package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.gatehouse.supervisor.CallsInFlight;
import org.gatehouse.supervisor.EngineSupervisor;
import org.gatehouse.supervisor.HangWatch;
import org.gatehouse.supervisor.Lifetime;
import org.gatehouse.supervisor.RestartPolicy;
import org.gatehouse.supervisor.SupervisorSettings;
import org.gatehouse.supervisor.control.HttpEngineControl;
import org.gatehouse.supervisor.engines.EngineVersion;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.GpuCapacity;

import static org.assertj.core.api.Assertions.assertThat;

/** Deployments that come and go by the hundred, with a real process each: a shell that says a word and loads for ever. */
@Timeout(180)
class FleetRemovalIT {
    private static final int AT_ONCE = 4;
    private static final int ROUNDS = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Path directory = Path.of("/");
    private @Nullable EngineSupervisor opened;
    private @Nullable Fleet begun;

    @BeforeEach
    void open() throws Exception {
        directory = Files.createTempDirectory("fleet");
        begin(new MemoryBook());
    }

    private void begin(DeploymentBook book) throws Exception {
        opened = EngineSupervisor.open(SupervisorSettings.in(directory.resolve("s")), CallsInFlight.NOT_COUNTED);
        EngineProgram shell = new EngineProgram("shell", EngineKind.VLLM,
                List.of("sh", "-c", "echo loading; exec sleep 600"), EngineVersion.UNKNOWN, List.of(), Map.of());
        EngineProgram hugging = new EngineProgram("hugging", EngineKind.TRANSFORMERS, shell.command(),
                EngineVersion.UNKNOWN, List.of(), Map.of());
        FleetSettings settings = new FleetSettings(directory.resolve("f"), directory.resolve("r"),
                List.of(shell, hugging),
                21_000, 8, RestartPolicy.DEFAULT, Duration.ofSeconds(10), FakeBox.GIB / 2, FakeBox.GIB, 0, 64,
                HangWatch.DEFAULT, Lifetime.OUTLIVES_DAEMON, 20);
        begun = Fleet.open(settings, opened, new HttpEngineControl(HttpEngineControl.Deadlines.USUAL, System::nanoTime),
                () -> IntStream.range(0, AT_ONCE)
                        .mapToObj(
                                index -> GpuView.Sight.of(GpuCapacity.whole("GPU-" + index, "box", index, "Scripted 24",
                                        FakeBox.GPU_BYTES, 90).at(0, 0)))
                        .toList(),
                ModelLibrary.directories(), new MemoryHistory(), book, _ -> {});
    }

    @AfterEach
    void close() {
        fleet().close();
        supervisor().stopEverything();
    }

    private EngineSupervisor supervisor() {
        return Objects.requireNonNull(opened);
    }

    private Fleet fleet() {
        return Objects.requireNonNull(begun);
    }

    /** A question that is asked again and again. */
    private interface Question {
        boolean isSo() throws IOException;
    }

    private static void await(String what, Question question) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!question.isSo()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            Thread.sleep(5);
        }
    }

    private ModelDeployment deployment(Path model, String name, int gpu) {
        return ModelDeployment.of(name, "model-" + name, new ModelChoice.LocalDirectory(model),
                EngineChoice.of(EngineKind.VLLM)).sized(Sizing.PLANNED.on(List.of("GPU-" + gpu), 0.9));
    }

    private long files(String where) throws IOException {
        try (Stream<Path> found = Files.walk(directory.resolve(where))) {
            return found.filter(path -> !path.equals(directory.resolve(where))).count();
        }
    }

    /** Virtual threads too, which no other list of the runtime shows. */
    private long actors() throws IOException {
        Path dump = Files.createTempDirectory("threads").resolve("dump.txt");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpThreads(dump.toString(),
                ThreadDumpFormat.TEXT_PLAIN);
        try (Stream<String> lines = Files.lines(dump)) {
            return lines.filter(line -> line.startsWith("#") && line.contains("\"instance-round")).count();
        }
    }

    @Test
    void nothingIsLeftOfTwoHundredDeploymentsThatCameAndWent() throws Exception {
        Path model = TinyModel.in(directory.resolve("tiny"));
        for (int round = 0; round < ROUNDS; round++) {
            for (int gpu = 0; gpu < AT_ONCE; gpu++) {
                assertThat(fleet().apply(deployment(model, "round" + round + "-" + gpu, gpu)))
                        .isInstanceOf(ApplyOutcome.Applied.class);
            }
            await("starts", () -> supervisor().instances().stream()
                    .filter(instance -> instance.processId().isPresent()).count() == AT_ONCE);
            if (round == 0) {
                assertThat(actors()).isEqualTo(AT_ONCE);
                assertThat(files("f/instances")).isPositive();
                await("words", () -> !supervisor().log("round0-0-0", 5).isEmpty());
            }
            for (int gpu = 0; gpu < AT_ONCE; gpu++) {
                assertThat(fleet().remove("round" + round + "-" + gpu)).isTrue();
            }
            await("removals", () -> fleet().view().deployments().isEmpty());
        }
        assertThat(supervisor().instances()).isEmpty();
        assertThat(actors()).isZero();
        assertThat(files("f/instances")).isZero();
        assertThat(files("r")).isZero();
        SupervisorSettings settings = SupervisorSettings.in(directory.resolve("s"));
        try (Stream<Path> logs = Files.list(settings.logDirectory());
                Stream<Path> state = Files.walk(settings.stateDirectory())) {
            assertThat(logs.filter(path -> path.getFileName().toString().startsWith("round"))).isEmpty();
            assertThat(state.filter(path -> path.getFileName().toString().startsWith("round"))).isEmpty();
        }
        assertThat(fleet().view().gpus()).allSatisfy(gpu -> assertThat(gpu.promisedBytes()).isZero());
    }

    @Test
    void deploymentThatComesBackAtOnceIsServedAgain() throws Exception {
        Path model = TinyModel.in(directory.resolve("tiny"));
        for (int turn = 1; turn <= 5; turn++) {
            fleet().apply(deployment(model, "again", 0));
            await("start", () -> supervisor().instance("again-0").filter(each -> each.processId().isPresent())
                    .isPresent());
            fleet().remove("again");
        }
        fleet().apply(deployment(model, "again", 0));
        await("last start", () -> fleet().view().deployments().stream()
                .allMatch(
                        each -> each.replicas().stream().anyMatch(replica -> replica.phase() == ReplicaPhase.LOADING)));
        assertThat(Files.isDirectory(directory.resolve("f/instances/again-0"))).isTrue();
    }

    @Test
    void cacheThatTransformersAsksForIsThereWhenItStarts() throws Exception {
        fleet().apply(deployment(TinyModel.in(directory.resolve("tiny")), "hf", 0)
                .by(EngineChoice.of(EngineKind.TRANSFORMERS)).sized(Sizing.PLANNED));
        await("start", () -> supervisor().instance("hf-0").filter(each -> each.processId().isPresent()).isPresent());
        String home = supervisor().instance("hf-0").orElseThrow().deployment().command().environment().get("HF_HOME");
        assertThat(Path.of(String.valueOf(home), "hub")).isDirectory();
    }

    @Test
    void whatWasRemovedWhileNoDaemonRanLeavesNoDirectory() throws Exception {
        Path model = TinyModel.in(directory.resolve("tiny"));
        fleet().apply(deployment(model, "gone", 0));
        await("start", () -> supervisor().instance("gone-0").filter(each -> each.processId().isPresent()).isPresent());
        fleet().close();
        supervisor().stopEverything();

        begin(new MemoryBook());

        assertThat(files("f/instances")).isZero();
    }
}
