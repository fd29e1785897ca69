package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;

import org.gatehouse.supervisor.MeasuredLoad;
import org.gatehouse.supervisor.engines.Capabilities.AdapterLoading;
import org.gatehouse.supervisor.engines.EngineLoad;
import org.gatehouse.supervisor.fleet.Admission.Refusal;
import org.gatehouse.supervisor.fleet.FleetView.OfDeployment;
import org.gatehouse.supervisor.fleet.FleetView.OfGpu;
import org.gatehouse.supervisor.fleet.FleetView.OfReplica;
import org.gatehouse.supervisor.fleet.FleetView.Standing;
import org.gatehouse.supervisor.planning.GpuCapacity;

/** Shows the fleet to callers and to people. Owned by the fleet's thread; what it gives is immutable. */
final class Portrait {
    private static final Duration UNKNOWN_LOAD = Duration.ofSeconds(30);
    private static final long LONGEST_RETRY_SECONDS = 3600;

    private final World world;
    private final Eviction eviction;

    Portrait(World world, Eviction eviction) {
        this.world = world;
        this.eviction = eviction;
    }

    Map<String, Board.Route> routes() {
        Map<String, Board.Route> routes = new HashMap<>();
        for (DeploymentState state : world.all()) {
            List<Replica> serving = serving(state);
            Admission otherwise = otherwise(state);
            routes.put(state.wanted.publicName(), new Board.Route(state.name(), state.meter, serving, otherwise));
            for (LoraAdapter adapter : state.wanted.adapters()) {
                routes.put(adapter.name(), new Board.Route(state.name(), state.meter,
                        serving.stream()
                                .filter(replica -> atStart(replica) || replica.adapters.contains(adapter.name()))
                                .toList(),
                        otherwise));
            }
        }
        return routes;
    }

    private static boolean atStart(Replica replica) {
        return replica.engine.capabilities()
                .adapters() == AdapterLoading.AT_START;
    }

    private static List<Replica> serving(DeploymentState state) {
        return state.in(ReplicaPhase.READY).stream().filter(replica -> replica.gate.isOpen()).toList();
    }

    private Standing standing(DeploymentState state) {
        int ready = serving(state).size();
        int desired = state.desired(world.now());
        boolean underWay = state.replicas.stream()
                .anyMatch(replica -> !replica.leaving() && replica.phase != ReplicaPhase.FAILED
                        && replica.phase != ReplicaPhase.ASLEEP && replica.phase != ReplicaPhase.FALLING_ASLEEP);
        if (state.removing) {
            return Standing.REMOVING;
        }
        if (state.wanted.replicas() == 0) {
            return Standing.SWITCHED_OFF;
        }
        if (ready > 0) {
            return ready >= desired ? Standing.SERVING : Standing.PARTIAL;
        }
        if (underWay) {
            return Standing.LOADING;
        }
        if (state.replicas.stream().anyMatch(replica -> replica.phase == ReplicaPhase.FAILED)) {
            return Standing.FAILED;
        }
        return desired == 0 ? Standing.IDLE : state.waitingFor.isEmpty() ? Standing.LOADING : Standing.WAITING;
    }

    private String reason(DeploymentState state) {
        List<String> parts = new ArrayList<>();
        if (!state.rejection.isEmpty()) {
            parts.add("The last change was rolled back: " + state.rejection);
        }
        if (!state.waitingFor.isEmpty()) {
            parts.add(state.waitingFor);
        }
        state.replicas.stream().filter(replica -> replica.phase == ReplicaPhase.FAILED)
                .forEach(replica -> parts.add(replica.id + ": " + replica.lastCause));
        return String.join(" ", parts);
    }

    private Admission otherwise(DeploymentState state) {
        String name = state.wanted.publicName();
        Standing standing = standing(state);
        return switch (standing) {
            case REMOVING, SWITCHED_OFF -> new Admission.Refused(Refusal.SWITCHED_OFF,
                    "The model " + name + " is switched off; ask the box's administrator for it.");
            case FAILED -> new Admission.Refused(Refusal.FAILED,
                    "The model " + name + " failed and must be looked after: " + reason(state));
            case WAITING -> state.roomMayCome
                    ? loading(state, "waiting for room", 0)
                    : new Admission.Refused(Refusal.NO_ROOM,
                            "There is no room for the model " + name + ": " + state.waitingFor);
            case SERVING, PARTIAL, LOADING, IDLE -> nearest(state)
                    .map(replica -> loading(state, phase(replica), replica.percent))
                    .orElseGet(() -> loading(state, "starting", 0));
        };
    }

    private Admission loading(DeploymentState state, String phase, int percent) {
        return new Admission.Loading(retryAfter(state), phase, Math.min(percent, 99),
                "The model " + state.wanted.publicName() + " is being loaded: " + phase + ".");
    }

    private static String phase(Replica replica) {
        return replica.stage.isEmpty()
                ? replica.phase.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                : replica.stage;
    }

    /** The replica that will serve first. */
    private Optional<Replica> nearest(DeploymentState state) {
        return state.replicas.stream().filter(replica -> !replica.leaving())
                .max(Comparator.comparingInt((Replica replica) -> replica.percent)
                        .thenComparing(replica -> -replica.slot));
    }

    /** When it will probably serve: from how long it took the last times, and how much of that has passed. */
    Duration retryAfter(DeploymentState state) {
        OptionalLong soonest = state.replicas.stream().filter(replica -> !replica.leaving())
                .flatMapToLong(this::millisLeft).min();
        EngineHistory.Key key = state.lastKey;
        long unloaded = (key == null ? UNKNOWN_LOAD : eviction.usualLoad(key, state.lastWeightBytes))
                .plus(state.roomIn).toMillis();
        return Duration.ofSeconds(Math.clamp(Math.ceilDiv(soonest.orElse(unloaded), 1000L), 1, LONGEST_RETRY_SECONDS));
    }

    private LongStream millisLeft(Replica replica) {
        long load = eviction.usualLoad(replica.key, replica.weightBytes()).toMillis();
        long elapsed = (world.now() - replica.startedNanos) / 1_000_000;
        return switch (replica.phase) {
            case READY -> LongStream.of(1000);
            case STARTING, LOADING, PROBING, ON_TRIAL -> LongStream.of(left(load, elapsed));
            case WAKING -> LongStream.of(left(eviction.usualWake(replica).toMillis(), elapsed));
            case ASLEEP, FALLING_ASLEEP -> LongStream.of(eviction.usualWake(replica).toMillis());
            case PLACED -> LongStream.of(load);
            case BACKING_OFF -> LongStream.of(load + Math.max(0, replica.notBefore - world.now()) / 1_000_000);
            case DRAINING, STOPPING, RECLAIMING -> LongStream.of(load + world.settings.reclaim().toMillis());
            case FAILED -> LongStream.empty();
        };
    }

    /** One that is late already will need some more: the later, the more. */
    private static long left(long usual, long elapsed) {
        return Math.max(usual - elapsed, Math.max(1000, elapsed / 5));
    }

    FleetView view() {
        return new FleetView(world.outside.clock().instant(), world.all().stream().map(this::view).toList(),
                world.ledger.sights().stream().map(GpuView.Sight::capacity)
                        .sorted(Comparator.comparing(GpuCapacity::node).thenComparing(GpuCapacity::index)
                                .thenComparing(GpuCapacity::id))
                        .map(this::view).toList());
    }

    private OfGpu view(GpuCapacity gpu) {
        return new OfGpu(gpu.id(), gpu.totalBytes(), gpu.usedBytes(), gpu.foreignBytes(),
                world.ledger.promised(gpu.id()), world.ledger.holders(gpu.id()), world.ledger.loadingOn(gpu.id()),
                world.ledger.closed(gpu.id()));
    }

    private OfDeployment view(DeploymentState state) {
        int ready = serving(state).size();
        return new OfDeployment(state.wanted, standing(state), state.desired(world.now()), ready, reason(state),
                ready > 0 ? null : retryAfter(state), state.meter.waiting(),
                state.replicas.stream().sorted(Comparator.comparing(replica -> replica.id))
                        .map(replica -> view(state, replica)).toList());
    }

    private OfReplica view(DeploymentState state, Replica replica) {
        MeasuredLoad measured = replica.measured;
        EngineLoad load = measured == null ? null : measured.load();
        CrashBudget budget = state.budgets.get(replica.slot);
        return new OfReplica(replica.id, replica.phase, replica.since, replica.stage,
                replica.phase == ReplicaPhase.READY ? 100 : replica.percent, world.ledger.promisedTo(replica.id),
                replica.plan.contextTokens(), replica.listen, replica.gate.inside(),
                load == null ? null : load.running(), load == null ? null : load.waiting(),
                load == null ? null : load.kvUsage(), replica.adapters.stream().sorted().toList(),
                budget == null ? 0 : budget.counted(), replica.lastCause, replica.plan.explanation());
    }
}
