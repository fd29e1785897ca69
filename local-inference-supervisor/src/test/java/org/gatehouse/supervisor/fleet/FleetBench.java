package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executor;

import org.gatehouse.supervisor.EngineState;
import org.gatehouse.supervisor.HangWatch;
import org.gatehouse.supervisor.Lifetime;
import org.gatehouse.supervisor.RestartPolicy;
import org.gatehouse.supervisor.engines.EngineVersion;
import org.gatehouse.supervisor.fleet.FleetView.OfDeployment;
import org.gatehouse.supervisor.fleet.FleetView.OfReplica;
import org.gatehouse.supervisor.planning.EngineKind;

import static org.assertj.core.api.Assertions.assertThat;

/** A fleet on a box of paper, whose thread is the test itself. */
final class FleetBench {
    static final Duration IDLE = Duration.ofMinutes(10);

    final FakeBox box;
    final MemoryBook book = new MemoryBook();
    EngineHistory history = new MemoryHistory();
    final List<FleetEvent> events = new ArrayList<>();
    final Path model;
    private final Path directory;
    private final Executor work;
    Fleet fleet;
    Journal journal = Journal.none();
    long hostBytes = 64 * FakeBox.GIB;

    FleetBench(Path directory, int gpus) throws IOException {
        this(directory, gpus, Runnable::run);
    }

    FleetBench(Path directory, int gpus, Executor work) throws IOException {
        this.directory = directory;
        this.box = new FakeBox(gpus);
        this.work = work;
        this.model = TinyModel.in(directory.resolve("tiny"));
        this.fleet = open();
    }

    /** Another fleet over the same box: what a restarted daemon has. */
    Fleet open() {
        box.daemonEnds();
        RestartPolicy restart = new RestartPolicy(Duration.ofSeconds(5), Duration.ofMinutes(5), 0, 3,
                Duration.ofMinutes(15), Duration.ofMinutes(10));
        FleetSettings settings = new FleetSettings(directory.resolve("state"), Path.of("/tmp/fleet-test"),
                List.of(program("vllm-a"), program("vllm-b")), 21_000, 8, restart, Duration.ofSeconds(15),
                FakeBox.GIB / 2, 3 * FakeBox.GIB / 2, hostBytes, 4, HangWatch.DEFAULT,
                Lifetime.OUTLIVES_DAEMON, 1.5);
        Fleet opened = new Fleet(settings,
                new Surroundings(box, box, box, ModelLibrary.directories(), history, book, journal, work, box,
                        box::nanoTime, new Random(5)));
        opened.reconciler().begin();
        return opened;
    }

    private static EngineProgram program(String name) {
        return new EngineProgram(name, EngineKind.VLLM, List.of("vllm"), EngineVersion.UNKNOWN,
                List.of("--paper", name), Map.of());
    }

    ModelDeployment pinned(String name) {
        return ModelDeployment.of(name, "model-" + name, new ModelChoice.LocalDirectory(model),
                EngineChoice.of(EngineKind.VLLM));
    }

    ModelDeployment onDemand(String name) {
        return pinned(name).mode(new LoadMode.OnDemand(IDLE), SleepRule.NEVER);
    }

    ModelDeployment half(ModelDeployment deployment) {
        return deployment.sized(deployment.sizing().on(List.of(), 0.45));
    }

    void applied(ModelDeployment deployment) {
        assertThat(fleet.reconciler().apply(deployment)).isInstanceOf(ApplyOutcome.Applied.class);
        steps();
    }

    /** So many steps that whatever can happen without time has happened. */
    void steps() {
        for (int step = 0; step < 12; step++) {
            fleet.reconciler().step();
            events.addAll(fleet.reconciler().takeEvents());
        }
        assertThat(box.violations).isEmpty();
    }

    void pass(Duration duration) {
        steps(); // What happened before is noticed before.
        box.pass(duration);
        steps();
    }

    /** Every process that loads is done with it; and again, until none loads. */
    void loadAll() {
        for (int round = 0; round < 8; round++) {
            box.processes.forEach((id, process) -> {
                if (!process.state.resting() && !(process.state instanceof EngineState.Ready)) {
                    box.loaded(id);
                }
            });
            steps();
        }
    }

    OfDeployment view(String name) {
        return fleet.view().deployments().stream().filter(each -> each.wanted().name().equals(name)).findFirst()
                .orElseThrow();
    }

    OfReplica replica(String id) {
        return fleet.view().deployments().stream().flatMap(each -> each.replicas().stream())
                .filter(each -> each.id().equals(id)).findFirst().orElseThrow(() -> new AssertionError(
                        "no " + id + " among " + fleet.view().deployments()));
    }

    Admission call(String publicName) {
        try {
            Admission admission = fleet.acquire(publicName, Duration.ZERO);
            steps();
            return admission;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    Lease lease(String publicName) {
        Admission admission = call(publicName);
        assertThat(admission).isInstanceOf(Admission.Ready.class);
        return ((Admission.Ready) admission).lease();
    }

    List<FleetEvent.Kind> kinds() {
        return events.stream().map(FleetEvent::kind).toList();
    }
}
