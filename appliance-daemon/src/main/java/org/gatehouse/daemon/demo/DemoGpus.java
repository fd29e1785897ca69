package org.gatehouse.daemon.demo;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import org.gatehouse.compute.GpuOwnership;
import org.gatehouse.compute.GpuPlan;
import org.gatehouse.gpu.SimulatedGpus;
import org.gatehouse.supervisor.fleet.FleetView;
import org.gatehouse.supervisor.fleet.FleetView.OfReplica;

/** The demo's GPUs, which do not exist: they hold what the simulated engines would, and are busy when those are. */
final class DemoGpus {
    private static final String NODE = "demo-box";
    private static final long MIB = 1L << 20;
    private static final double BUSY_BEFORE_ALL = 0.35;
    private static final double BUSY_EACH_CALL = 0.05;

    private final int count;
    private volatile Supplier<List<FleetView.OfDeployment>> engines = List::of;

    DemoGpus(int count) {
        this.count = count;
    }

    GpuPlan plan() {
        return GpuPlan.simulated(NODE, count, GpuOwnership.none(), Clock.systemUTC(), this::load);
    }

    /** From now on these engines use the GPUs. */
    void usedBy(Supplier<List<FleetView.OfDeployment>> now) {
        engines = now;
    }

    static String id(int index) {
        return "GPU-simulated-" + index;
    }

    private Optional<SimulatedGpus.Load> load(int index) {
        long bytes = 0;
        double running = 0;
        for (FleetView.OfDeployment deployment : engines.get()) {
            for (OfReplica replica : deployment.replicas()) {
                Long promised = replica.memory().get(id(index));
                if (promised != null && holds(replica)) {
                    bytes += promised;
                    running += replica.running() == null ? replica.calls() : replica.running();
                }
            }
        }
        double busy = running > 0 ? Math.min(1, BUSY_BEFORE_ALL + BUSY_EACH_CALL * running) : 0;
        return Optional.of(new SimulatedGpus.Load(busy, bytes / MIB));
    }

    private static boolean holds(OfReplica replica) {
        return switch (replica.phase()) {
            case LOADING, PROBING, ON_TRIAL, READY, WAKING, DRAINING, STOPPING -> true;
            case PLACED, STARTING, FALLING_ASLEEP, ASLEEP, RECLAIMING, BACKING_OFF, FAILED -> false;
        };
    }
}
