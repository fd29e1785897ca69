package org.gatehouse.engines;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.LogLine;
import org.gatehouse.supervisor.fleet.DeploymentProblem;
import org.gatehouse.supervisor.fleet.EngineChoice;
import org.gatehouse.supervisor.fleet.FleetView;
import org.gatehouse.supervisor.fleet.ModelChoice;
import org.gatehouse.supervisor.fleet.ModelDeployment;
import org.gatehouse.supervisor.fleet.PlanAnswer;
import org.gatehouse.supervisor.fleet.ReplicaPhase;
import org.gatehouse.supervisor.planning.Batch;
import org.gatehouse.supervisor.planning.DataType;
import org.gatehouse.supervisor.planning.DeviceMemory;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.GpuCapacity;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;
import org.gatehouse.supervisor.planning.Shape;

/** Engines that exist on paper: a test writes what they say. Thread-safe. */
public final class WrittenEngines implements Engines {
    /** When everything here happened. */
    public static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final GpuCapacity GPU = GpuCapacity.whole("GPU-0", "box", 0, "Paper GPU", 80L << 30, 90);

    private final List<FleetView> views = new ArrayList<>();
    private final Map<String, List<LogLine>> logs = new HashMap<>();
    /** What was asked to be tried again. */
    public final List<String> retried = new CopyOnWriteArrayList<>();
    /** What planning says. */
    public volatile Function<DeploymentDraft, PlanAnswer> plans = _ -> fits();

    /** It fits on the one GPU. */
    public static PlanAnswer fits() {
        Placement placement = new Placement(0, Shape.SINGLE, List.of(GPU),
                new DeviceMemory(16L << 30, 40L << 30, 1L << 30, 2L << 30, 600L << 20, 0), 920, false);
        return new PlanAnswer.Fits(new Plan.Fits(List.of(placement), Shape.SINGLE, 32_768, 131_072, 12,
                new Batch(2048, 256), DataType.BFLOAT16, List.of()), List.of("old"),
                List.of("The weights are 16.0 GiB.", "It fits on GPU 0 (box)."));
    }

    /** The context is too long. */
    public static PlanAnswer doesNotFit() {
        return new PlanAnswer.DoesNotFit(new Plan.DoesNotFit(Plan.Obstacle.CONTEXT_TOO_LONG, "Too long.", 90L << 30,
                80L << 30, List.of(new Plan.Alternative.ShorterContext(65_536)), List.of()), 65_536,
                List.of("A context of 131072 tokens needs 90.0 GiB; 80.0 GiB are there."));
    }

    /** A GPU is asked for twice. */
    public static PlanAnswer invalid() {
        return new PlanAnswer.Invalid(List.of(new DeploymentProblem(DeploymentProblem.Kind.GPU_TWICE, "sizing.gpus",
                "GPU-0 is named twice.", "Name it once.")));
    }

    /** A deployment with one replica in that phase. */
    public static FleetView.OfDeployment standing(String name, FleetView.Standing standing, String reason,
            ReplicaPhase phase, String stage, int percent) {
        boolean serves = standing == FleetView.Standing.SERVING;
        ModelDeployment wanted = ModelDeployment.of(name, name + "-large",
                new ModelChoice.Stored("m"), EngineChoice.of(EngineKind.VLLM));
        @Nullable
        Double load = serves ? (Double) 3.0 : null;
        FleetView.OfReplica replica = new FleetView.OfReplica(name + "-0", phase, NOON, stage, percent,
                Map.of("GPU-0", 60L << 30), 32_768, new Listen.LoopbackPort(9000), 2, load, load,
                serves ? (Double) 0.25 : null, List.of(), 1,
                phase == ReplicaPhase.FAILED ? "Out of memory with --api-key secret-1. Take a smaller model." : "",
                List.of("It fits."));
        return new FleetView.OfDeployment(wanted, standing, 1, serves ? 1 : 0, reason,
                serves ? null : java.time.Duration.ofSeconds(42), 5, List.of(replica));
    }

    /** Says these, each once, the last for ever. */
    public synchronized void show(FleetView.OfDeployment... oneAfterAnother) {
        views.clear();
        for (FleetView.OfDeployment each : oneAfterAnother) {
            views.add(new FleetView(NOON, List.of(each), List.of(new FleetView.OfGpu("GPU-0", 80L << 30, 61L << 30,
                    1L << 30, 60L << 30, List.of("chat-0"), "", ""))));
        }
    }

    /** An instance writes a line, so many seconds after noon. */
    public synchronized void write(String instance, int second, String text) {
        logs.computeIfAbsent(instance, _ -> new ArrayList<>()).add(new LogLine(NOON.plusSeconds(second), 1, text));
    }

    @Override
    public PlanAnswer plan(DeploymentDraft draft) {
        return plans.apply(draft);
    }

    @Override
    public synchronized FleetView view() {
        if (views.isEmpty()) {
            return new FleetView(NOON, List.of(), List.of());
        }
        return views.size() == 1 ? views.getFirst() : views.removeFirst();
    }

    @Override
    public synchronized boolean retry(String deployment) {
        boolean known = !views.isEmpty();
        if (known) {
            retried.add(deployment);
        }
        return known;
    }

    @Override
    public synchronized List<LogLine> log(String instance, int atMost) {
        List<LogLine> lines = logs.getOrDefault(instance, List.of());
        return List.copyOf(lines.subList(Math.max(0, lines.size() - atMost), lines.size()));
    }

    @Override
    public List<Long> pids() {
        return List.of();
    }

    @Override
    public List<Long> pids(String deployment) {
        return pids();
    }

    @Override
    public void close() {}
}
