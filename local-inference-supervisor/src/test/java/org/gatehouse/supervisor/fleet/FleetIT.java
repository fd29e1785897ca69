package org.gatehouse.supervisor.fleet;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.gatehouse.supervisor.CallsInFlight;
import org.gatehouse.supervisor.EngineSupervisor;
import org.gatehouse.supervisor.HangWatch;
import org.gatehouse.supervisor.Instance;
import org.gatehouse.supervisor.Lifetime;
import org.gatehouse.supervisor.RestartPolicy;
import org.gatehouse.supervisor.SupervisorSettings;
import org.gatehouse.supervisor.control.Asleep;
import org.gatehouse.supervisor.control.HttpEngineControl;
import org.gatehouse.supervisor.control.Models;
import org.gatehouse.supervisor.engines.Engine;
import org.gatehouse.supervisor.engines.EngineVersion;
import org.gatehouse.supervisor.fleet.FleetEvent.Kind;
import org.gatehouse.supervisor.fleet.FleetView.Standing;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.GpuCapacity;

import static org.assertj.core.api.Assertions.assertThat;

/** The fleet above real processes of the stand-in engine, on GPUs whose memory follows a script. */
@Timeout(120)
class FleetIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Timing SWIFT = new Timing(Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofMinutes(1),
            Duration.ofMinutes(2), Duration.ofMillis(200), Duration.ofSeconds(2), 3, Duration.ZERO,
            Duration.ofSeconds(20));

    private Path directory = Path.of("/");
    private Path model = Path.of("/");
    private final List<FleetEvent> events = new CopyOnWriteArrayList<>();
    private final MemoryBook book = new MemoryBook();
    private final HttpEngineControl control = new HttpEngineControl(HttpEngineControl.Deadlines.USUAL,
            System::nanoTime);
    private final Map<String, Boolean> sleeping = new ConcurrentHashMap<>();
    private int gpus = 2;
    private @Nullable EngineSupervisor opened;
    private @Nullable Fleet begun;

    @BeforeEach
    void open() throws Exception {
        directory = Files.createTempDirectory("fleet"); // Short: a socket's path has 107 bytes at most.
        model = TinyModel.in(directory.resolve("tiny"));
        begin();
    }

    private void begin() throws Exception {
        opened = EngineSupervisor.open(SupervisorSettings.in(directory.resolve("s")), CallsInFlight.NOT_COUNTED);
        RestartPolicy restart = new RestartPolicy(Duration.ofMillis(200), Duration.ofSeconds(2), 0.2, 5,
                Duration.ofMinutes(15), Duration.ofMinutes(10));
        FleetSettings settings = new FleetSettings(directory.resolve("f"), directory.resolve("r"),
                List.of(program("one", List.of()), program("two", List.of()),
                        program("broken", List.of("--simulate-failure", "tool-parser"))),
                21_000, 8, restart, Duration.ofSeconds(10), FakeBox.GIB / 2, FakeBox.GIB, 64 * FakeBox.GIB, 64,
                new HangWatch(Duration.ofMillis(200), Duration.ofMinutes(1), Duration.ofSeconds(20)),
                Lifetime.OUTLIVES_DAEMON, 20);
        begun = Fleet.open(settings, opened, control, this::sights, ModelLibrary.directories(),
                new HistoryFile(Files.createDirectories(directory.resolve("f")).resolve("history.json")), book,
                events::add);
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

    private static EngineProgram program(String name, List<String> added) {
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "-Xshare:auto", "-cp",
                System.getProperty("java.class.path"), "org.gatehouse.simulated.SimulatedEngine");
        return new EngineProgram(name, EngineKind.VLLM, command, EngineVersion.UNKNOWN,
                concat(List.of("--simulate-control", "--load-seconds", "0.3"), added),
                Map.of("VLLM_ALLOW_RUNTIME_LORA_UPDATING", "1"));
    }

    private static List<String> concat(List<String> one, List<String> other) {
        return Stream.concat(one.stream(), other.stream()).toList();
    }

    /** What a driver would show: each process holds the share that it was told, unless it sleeps. */
    private List<GpuView.Sight> sights() {
        return IntStream.range(0, gpus).mapToObj(index -> {
            long used = opened == null
                    ? 0
                    : supervisor().instances().stream().filter(instance -> instance.processId().isPresent())
                            .filter(instance -> instance.deployment().command().environment()
                                    .getOrDefault("CUDA_VISIBLE_DEVICES", "").equals(Integer.toString(index)))
                            .mapToLong(this::held).sum();
            return GpuView.Sight.of(GpuCapacity
                    .whole("GPU-" + index, "box", index, "Scripted 24", FakeBox.GPU_BYTES, 90).at(0, 0)
                    .taken(used, 0, 0));
        }).toList();
    }

    private long held(Instance instance) {
        boolean asleep = begun != null && fleet().view().deployments().stream()
                .flatMap(each -> each.replicas().stream())
                .anyMatch(replica -> replica.id().equals(instance.id())
                        && (replica.phase() == ReplicaPhase.FALLING_ASLEEP || replica.phase() == ReplicaPhase.ASLEEP))
                && control.asleep(Engine.of(EngineKind.VLLM), instance.listen()) == Asleep.YES;
        sleeping.put(instance.id(), asleep);
        List<String> argv = instance.deployment().command().argv();
        double share = Double.parseDouble(argv.get(argv.indexOf("--gpu-memory-utilization") + 1));
        return asleep ? FakeBox.GIB / 2 : (long) (share * FakeBox.GPU_BYTES);
    }

    private ModelDeployment deployment(String name) {
        return ModelDeployment.of(name, "model-" + name, new ModelChoice.LocalDirectory(model),
                EngineChoice.of(EngineKind.VLLM)).timing(SWIFT);
    }

    private ModelDeployment sleeper(String name) {
        return deployment(name).mode(new LoadMode.OnDemand(Duration.ofMinutes(5)), SleepRule.KEEP_WEIGHTS);
    }

    private void applied(ModelDeployment deployment) {
        ApplyOutcome outcome = fleet().apply(deployment);
        assertThat(outcome).as(() -> outcome.toString()).isInstanceOf(ApplyOutcome.Applied.class);
    }

    private Lease lease(String publicName) throws InterruptedException {
        Admission admission = fleet().acquire(publicName, PATIENCE);
        assertThat(admission).as(() -> admission + "\n" + trail()).isInstanceOf(Admission.Ready.class);
        return ((Admission.Ready) admission).lease();
    }

    private String trail() {
        return events.stream().map(each -> each.kind() + " " + each.instance() + " " + each.reason()).toList()
                + String.valueOf(fleet().view().deployments());
    }

    private FleetView.OfDeployment view(String name) {
        return fleet().view().deployments().stream().filter(each -> each.wanted().name().equals(name)).findFirst()
                .orElseThrow();
    }

    /** A question that is asked again and again. */
    private interface Question {
        boolean isSo();
    }

    private void await(Question question) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!question.isSo()) {
            assertThat(System.nanoTime()).as(this::trail).isLessThan(end);
            Thread.sleep(10);
        }
    }

    private void await(Kind kind) throws InterruptedException {
        await(() -> events.stream().anyMatch(event -> event.kind() == kind));
    }

    @Test
    void callersWaitForAModelOnDemandAndAreServedByARealEngine() throws Exception {
        applied(sleeper("rare"));
        assertThat(view("rare").standing()).isEqualTo(Standing.IDLE);
        try (Lease lease = lease("model-rare")) {
            assertThat(control.models(Engine.of(EngineKind.VLLM), lease.listen()))
                    .isEqualTo(new Models.Served(Set.of("model-rare")));
        }
        assertThat(view("rare").replicas()).singleElement()
                .satisfies(replica -> assertThat(replica.memory()).isNotEmpty());
        assertThat(Files.readString(directory.resolve("f/history.json"))).contains("loads");
    }

    @Test
    void killedEngineServesAgainOnMemoryThatCameBack() throws Exception {
        applied(deployment("chat"));
        lease("model-chat").close();
        long pid = supervisor().instance("chat-0").orElseThrow().processId().orElseThrow();
        long killed = System.nanoTime();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        await(Kind.CRASHED);
        assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(5));
        await(() -> view("chat").standing() == Standing.SERVING
                && supervisor().instance("chat-0").orElseThrow().processId().orElse(pid) != pid);
        lease("model-chat").close();
    }

    @Test
    void modelsThatDoNotFitTogetherSwapBySleepAndWake() throws Exception {
        gpus = 1;
        applied(sleeper("day"));
        applied(sleeper("night"));
        lease("model-day").close();
        lease("model-night").close();
        lease("model-day").close();
        await(Kind.AWAKE); // Callers may be in before the event is told.
        assertThat(events).extracting(FleetEvent::kind).containsSubsequence(Kind.ASLEEP, Kind.ASLEEP, Kind.AWAKE);
        assertThat(supervisor().instance("day-0").orElseThrow().generation()).isEqualTo(1);
    }

    @Test
    void upgradeReplacesARunningEngineAndABrokenOneDoesNot() throws Exception {
        applied(deployment("chat"));
        lease("model-chat").close();
        applied(deployment("chat").by(new EngineChoice(EngineKind.VLLM, "broken", List.of())));
        await(Kind.ROLLED_BACK);
        lease("model-chat").close();
        applied(deployment("chat").by(new EngineChoice(EngineKind.VLLM, "two", List.of())));
        await(Kind.ROLLOUT_DONE);
        try (Lease lease = lease("model-chat")) {
            assertThat(lease.instance()).isEqualTo("chat-1");
        }
        await(() -> view("chat").replicas().size() == 1);
    }

    @Test
    void adaptersAreLoadedWhileTheEngineRuns() throws Exception {
        Path adapter = Files.createDirectories(directory.resolve("adapter"));
        ModelDeployment plain = deployment("chat").sized(Sizing.PLANNED.adapters(2, 16));
        applied(plain);
        lease("model-chat").close();
        applied(plain.adapters(List.of(new LoraAdapter("law", adapter))));
        lease("law").close();
        applied(plain);
        await(Kind.ADAPTER_UNLOADED);
        assertThat(fleet().acquire("law", Duration.ZERO)).isInstanceOf(Admission.Refused.class);
        assertThat(supervisor().instance("chat-0").orElseThrow().generation()).isEqualTo(1);
    }

    @Test
    void nextDaemonTakesEnginesOverAwakeOrAsleepAndEndsWhatNobodyWantsAnyMore() throws Exception {
        Sizing less = Sizing.PLANNED.on(List.of("GPU-0"), 0.4);
        Sizing most = Sizing.PLANNED.on(List.of("GPU-1"), 0.9);
        applied(deployment("chat").sized(less));
        applied(deployment("gone").sized(less));
        applied(sleeper("day").sized(most));
        applied(sleeper("night").sized(most));
        lease("model-chat").close();
        lease("model-gone").close();
        lease("model-day").close();
        lease("model-night").close();
        await(() -> replica("day").phase() == ReplicaPhase.ASLEEP);
        Map<String, Long> pids = pids();

        fleet().close();
        supervisor().close();
        book.remove("gone");
        begin();
        long began = System.nanoTime();
        lease("model-chat").close();
        lease("model-night").close();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        await(() -> replica("day").phase() == ReplicaPhase.ASLEEP);
        assertThat(pids()).isEqualTo(pids.entrySet().stream().filter(each -> !each.getKey().equals("gone-0"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        await(() -> ProcessHandle.of(Objects.requireNonNull(pids.get("gone-0"))).filter(ProcessHandle::isAlive)
                .isEmpty());
        lease("model-day").close();
        await(Kind.AWAKE); // Callers may be in before the event is told.
        assertThat(events).extracting(FleetEvent::kind).contains(Kind.ADOPTED);
    }

    private FleetView.OfReplica replica(String deployment) {
        return view(deployment).replicas().getFirst();
    }

    private Map<String, Long> pids() {
        return supervisor().instances().stream().filter(each -> each.processId().isPresent())
                .collect(Collectors.toMap(Instance::id, each -> each.processId().orElseThrow()));
    }

    @Test
    void removedDeploymentLeavesNoProcess() throws Exception {
        applied(deployment("chat").replicas(2));
        await(() -> view("chat").ready() == 2);
        List<Long> pids = supervisor().instances().stream().map(each -> each.processId().orElseThrow()).toList();
        assertThat(fleet().remove("chat")).isTrue();
        await(() -> fleet().view().deployments().isEmpty());
        assertThat(pids).allSatisfy(pid -> assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty());
        assertThat(fleet().view().gpus()).allSatisfy(gpu -> assertThat(gpu.promisedBytes()).isZero());
    }
}
