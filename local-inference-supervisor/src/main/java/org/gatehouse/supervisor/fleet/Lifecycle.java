package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.EngineCommand;
import org.gatehouse.supervisor.EngineState;
import org.gatehouse.supervisor.Instance;
import org.gatehouse.supervisor.MeasuredLoad;
import org.gatehouse.supervisor.engines.LoadProgress;
import org.gatehouse.supervisor.engines.LoadStage;
import org.gatehouse.supervisor.engines.StartupLog;
import org.gatehouse.supervisor.fleet.FleetEvent.Kind;
import org.gatehouse.supervisor.fleet.Replica.Next;

/** Leads each replica from its place to readiness, and from there to its end. Owned by the fleet's thread; never blocks. */
final class Lifecycle {
    private static final int LOG_LINES = 2000;
    /** How often an end is asked for whose order got no answer; then its memory is waited for, which is the proof. */
    private static final int STOPS = 3;
    private static final Duration STOP_AGAIN = Duration.ofSeconds(1);

    private final World world;
    private final Launching launching;
    private final Crashes crashes;
    private final Naps naps;
    private final Probation probation;
    private final Adapters adapters;

    Lifecycle(World world, Launching launching) {
        this.world = world;
        this.launching = launching;
        this.crashes = new Crashes(world);
        this.naps = new Naps(world, this);
        this.probation = new Probation(world);
        this.adapters = new Adapters(world);
        world.onFault(this::faulted);
    }

    /** What led on from here failed: it is ended and started anew, within its budget. */
    private void faulted(Replica replica, RuntimeException fault) {
        DeploymentState state = world.states.get(replica.spec.name());
        replica.ordered = false;
        boolean working = switch (replica.phase) {
            case STARTING, LOADING, PROBING, ON_TRIAL, READY, FALLING_ASLEEP, ASLEEP, WAKING -> true;
            case PLACED, DRAINING, STOPPING, RECLAIMING, BACKING_OFF, FAILED -> false;
        };
        if (working && state != null) {
            crashes.unfit(state, replica, "The fleet could not go on with it: " + fault + ". See the daemon's log.");
            world.become(replica, ReplicaPhase.STOPPING);
        }
    }

    /** Takes one step with a replica. */
    void advance(DeploymentState state, Replica replica) {
        switch (replica.phase) {
            case PLACED -> begin(state, replica);
            case STARTING, FAILED -> {
                // An answer or an order leads on from here.
            }
            case LOADING -> load(state, replica);
            case PROBING -> {
                if (lives(state, replica)) {
                    probation.probe(state, replica, why -> retireAfterTrial(state, replica, why));
                }
            }
            case ON_TRIAL -> {
                if (lives(state, replica)) {
                    probation.compare(state, replica, why -> retireAfterTrial(state, replica, why));
                }
            }
            case READY -> work(state, replica);
            case FALLING_ASLEEP, WAKING -> {
                if (lives(state, replica)) {
                    naps.advance(replica);
                }
            }
            case ASLEEP -> lives(state, replica);
            case DRAINING -> drain(state, replica);
            case STOPPING -> stop(state, replica);
            case RECLAIMING -> reclaim(replica);
            case BACKING_OFF -> {
                if (!world.ledger.usable(replica.gpus())) {
                    world.forget(replica); // Its place is no more; another is looked for.
                } else if (world.now() - replica.notBefore >= 0) {
                    world.become(replica, ReplicaPhase.PLACED);
                }
            }
        }
    }

    private void begin(DeploymentState state, Replica replica) {
        if (!world.ledger.usable(replica.gpus())) {
            world.forget(replica);
            return;
        }
        if (!world.ledger.beginLoading(replica.id, replica.gpus())) {
            return;
        }
        if (!world.ledger.hasFree(replica.memory())) {
            waitForMemory(replica);
            return;
        }
        world.become(replica, ReplicaPhase.STARTING);
        replica.startedNanos = world.now();
        replica.wasReady = false;
        replica.memoryMissedSince = 0;
        replica.adapters = Set.of();
        ModelDeployment spec = replica.spec;
        var adjustments = replica.adjustments;
        world.order(replica, () -> launching.start(spec, replica, adjustments), fault -> new Launching.Started.Not(
                "It could not be started: " + fault.getMessage() + ". See the daemon's log."), started -> {
                    switch (started) {
                        case Launching.Started.Running(long generation, EngineCommand command) -> {
                            replica.generation = generation;
                            replica.command = command;
                            replica.inherited = false;
                            world.event(Kind.STARTED, replica,
                                    "process " + generation + " on " + String.join(", ", replica.gpus()));
                            world.become(replica, ReplicaPhase.LOADING);
                            if (!replica.endOnceStarted.isEmpty()) {
                                retire(replica, replica.endOnceStarted, Next.GONE);
                            }
                        }
                        case Launching.Started.Not(String why) -> {
                            world.ledger.endLoading(replica.id);
                            if (replica.endOnceStarted.isEmpty()) {
                                crashes.notStarted(state, replica, why);
                            } else {
                                world.forget(replica);
                            }
                        }
                    }
                });
    }

    /** It was promised what somebody still holds: after a while another place is looked for, by what is in use then. */
    private void waitForMemory(Replica replica) {
        world.ledger.endLoading(replica.id);
        if (replica.memoryMissedSince == 0) {
            replica.memoryMissedSince = world.now();
        } else if (world.passed(replica.memoryMissedSince, world.settings.reclaim())) {
            world.event(Kind.WAITING_FOR_ROOM, replica, "somebody holds the memory that it was promised");
            world.forget(replica);
        }
    }

    /** The instance's own state; empty if it is not the process that is meant. */
    private Optional<EngineState> stateOf(Replica replica) {
        return world.outside.instances().instance(replica.id)
                .filter(instance -> instance.generation() == replica.generation).map(Instance::state);
    }

    private void load(DeploymentState state, Replica replica) {
        EngineState now = stateOf(replica).orElse(null);
        if (now instanceof EngineState.Loading(LoadProgress progress)) {
            replica.stage = progress.stage().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            replica.percent = progress.percent();
            if (progress.stage().compareTo(LoadStage.KV_CACHE) > 0) {
                world.ledger.endLoading(replica.id); // It has measured the memory: the next one may.
            }
        }
        if (now instanceof EngineState.Probing || now != null && now.serves()) {
            world.ledger.endLoading(replica.id); // It is in good health: whatever it needs it has by now.
        }
        if (now != null && now.serves()) {
            if (replica.inherited) {
                naps.inherited(replica, () -> probation.ready(state, replica));
                return;
            }
            Duration took = Duration.ofNanos(world.now() - replica.startedNanos);
            world.outside.history().took(replica.key, EngineHistory.Step.LOAD, took);
            learn(replica);
            world.become(replica, ReplicaPhase.PROBING);
            return;
        }
        lives(state, replica);
    }

    private void learn(Replica replica) {
        StartupLog log = new StartupLog(replica.engine);
        world.outside.instances().lines(replica.id, replica.generation, LOG_LINES).forEach(log::read);
        log.footprint(replica.spec.sizing().wish(replica.engine.kind(), 1), replica.placement)
                .ifPresent(footprint -> world.outside.history().learned(replica.key, footprint));
    }

    /** Whether it still runs; a replica whose process ended is led to what follows. */
    private boolean lives(DeploymentState state, Replica replica) {
        EngineState now = stateOf(replica).orElse(null);
        if (now != null && !now.resting()) {
            return true;
        }
        replica.gate.close();
        crashes.ended(state, replica, now instanceof EngineState.Failed(var cause) ? cause : null);
        return false;
    }

    private void work(DeploymentState state, Replica replica) {
        if (!lives(state, replica)) {
            return;
        }
        Instance instance = world.outside.instances().instance(replica.id).orElseThrow();
        read(replica, instance.load());
        boolean serves = instance.state().serves();
        if (serves != replica.gate.isOpen()) {
            if (serves) {
                replica.gate.open();
            } else {
                replica.gate.close();
            }
            world.changes++;
        }
        if (!serves) {
            return;
        }
        if (!world.ledger.mayStay(replica.gpus())) {
            retire(replica, "a GPU of it is out of service: " + replica.gpus().stream().map(world.ledger::closed)
                    .filter(why -> !why.isEmpty()).findFirst().orElse("gone"), Next.GONE);
            return;
        }
        adapters.reconcile(state, replica);
        if (state.wanted.mode() instanceof LoadMode.OnDemand && !state.removing && !state.demanded(world.now())
                && world.passed(replica.sinceNanos, state.wanted.timing().residency()) && !replica.adapting
                && replica.gate.closeIfEmpty()) {
            world.event(Kind.IDLE, replica, "nobody called it for " + ((LoadMode.OnDemand) state.wanted.mode()).idle());
            naps.unload(replica, "idle");
        }
    }

    /** Who is inside now was so when the metrics were read, but for the tenth of a second since. */
    private static void read(Replica replica, @Nullable MeasuredLoad newest) {
        if (newest != replica.measured) {
            replica.insideAtReading = replica.gate.inside();
            replica.measured = newest;
        }
    }

    /** Puts it to sleep or ends it, whichever is allowed and cheaper; nobody is inside. */
    void unload(Replica replica, String why) {
        naps.unload(replica, why);
    }

    /** Whether unloading it would be a sleep, and how deep; 0 for an end. */
    int sleepLevel(Replica replica) {
        return naps.levelFor(replica);
    }

    /** Wakes it. Its memory has been promised to it again. */
    void wake(Replica replica) {
        naps.wake(replica);
    }

    /** Leads it to its end: no new calls, those inside may end, then its process, then its memory. */
    void retire(Replica replica, String why, Next next) {
        if (replica.phase == ReplicaPhase.FAILED && next == Next.GONE) {
            world.forget(replica);
            return;
        }
        replica.next = next;
        switch (replica.phase) {
            case DRAINING, STOPPING, RECLAIMING -> {
                // On its way already.
            }
            case PLACED, BACKING_OFF, FAILED -> world.forget(replica); // It has no process.
            // A stop that overtook the start would stop nothing.
            case STARTING -> replica.endOnceStarted = why;
            default -> {
                world.event(Kind.DRAINING, replica, why);
                replica.usedBefore.clear();
                replica.gpus().forEach(gpu -> replica.usedBefore.put(gpu, world.ledger.used(gpu)));
                world.become(replica, ReplicaPhase.DRAINING);
            }
        }
    }

    private void retireAfterTrial(DeploymentState state, Replica replica, String why) {
        crashes.unfit(state, replica, why);
        retire(replica, why, replica.next);
    }

    private void drain(DeploymentState state, Replica replica) {
        boolean late = world.passed(replica.sinceNanos, state.wanted.timing().drain());
        if (replica.gate.inside() == 0 || late) {
            world.become(replica, ReplicaPhase.STOPPING);
            stop(state, replica);
        }
    }

    private void stop(DeploymentState state, Replica replica) {
        if (replica.ordered || replica.stops > 0 && world.now() - replica.stopNotBefore < 0) {
            return;
        }
        replica.ordered = true;
        replica.stops++;
        Duration grace = state.wanted.timing().grace();
        world.order(replica, () -> {
            world.outside.instances().stop(replica.id, grace);
            return true;
        }, _ -> false, answered -> {
            if (!answered && replica.stops < STOPS) {
                replica.ordered = false;
                replica.stopNotBefore = world.now() + STOP_AGAIN.toNanos();
                return;
            }
            replica.stops = 0;
            boolean rests = world.outside.instances().instance(replica.id).map(now -> now.state().resting())
                    .orElse(true);
            world.event(Kind.STOPPED, replica, rests ? "nothing of it is left" : "it does not end");
            world.become(replica, ReplicaPhase.RECLAIMING);
        });
    }

    /** Its memory is promised again only when it was seen to have come back. */
    private void reclaim(Replica replica) {
        world.ledger.endLoading(replica.id);
        Map<String, Long> own = world.ledger.promisedTo(replica.id);
        List<String> missing = replica.gpus().stream()
                .filter(gpu -> !back(replica, gpu, own.getOrDefault(gpu, 0L))).toList();
        if (!missing.isEmpty() && !world.passed(replica.sinceNanos, world.settings.reclaim())) {
            return;
        }
        for (String gpu : missing) {
            String reason = "The memory of " + replica.id + " did not come back within "
                    + world.settings.reclaim().toSeconds() + " s. See which processes hold it; it may need a reset.";
            world.ledger.quarantine(gpu, reason);
            world.event(Kind.GPU_QUARANTINED, replica.spec.name(), replica.id, gpu, reason);
        }
        switch (replica.next) {
            case GONE -> world.forget(replica);
            case RESTART -> {
                if (missing.isEmpty() && own.equals(replica.memory())) {
                    world.become(replica, ReplicaPhase.BACKING_OFF);
                } else {
                    world.forget(replica); // Its place is closed, or somebody else's by now; another is looked for.
                }
            }
            case FAIL -> {
                world.ledger.release(replica.id);
                world.become(replica, ReplicaPhase.FAILED);
            }
        }
    }

    private boolean back(Replica replica, String gpu, long promised) {
        Long before = replica.usedBefore.get(gpu);
        // Three quarters of it, because a driver gives the last pages back late.
        boolean fell = before != null && promised > 0 && world.ledger.used(gpu) <= before - promised / 4 * 3;
        return fell || world.ledger.explained(gpu, replica.id, 0);
    }
}
