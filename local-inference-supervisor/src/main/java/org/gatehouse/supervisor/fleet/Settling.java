package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.engines.Engine;
import org.gatehouse.supervisor.fleet.FleetEvent.Kind;
import org.gatehouse.supervisor.fleet.Replica.Next;
import org.gatehouse.supervisor.planning.GpuCapacity;
import org.gatehouse.supervisor.planning.ModelDescription;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;

/** Brings each deployment nearer to what it shall be: more replicas, fewer, other ones. Owned by the fleet's thread. */
final class Settling {
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final World world;
    private final Planning planning;
    private final Launching launching;
    private final Lifecycle lifecycle;
    private final Eviction eviction;
    private final Remains remains;

    /** What came of looking for a place. */
    private enum Attempt {
        PLACED, COMING, NONE
    }

    Settling(World world, Planning planning, Launching launching, Lifecycle lifecycle, Eviction eviction,
            Remains remains) {
        this.world = world;
        this.planning = planning;
        this.launching = launching;
        this.lifecycle = lifecycle;
        this.eviction = eviction;
        this.remains = remains;
    }

    /** One round over all, the most important first, then whoever has waited longest. */
    void settle() {
        world.ledger.clearClaims();
        List<DeploymentState> order = new ArrayList<>(world.all());
        order.sort(Comparator.comparingInt((DeploymentState state) -> -state.wanted.priority())
                .thenComparingLong(state -> state.waitingSince == 0 ? Long.MAX_VALUE : state.waitingSince)
                .thenComparing(DeploymentState::name));
        // Who becomes less begins with it before anybody looks for room.
        order.forEach(state -> world.faults.within("deployment " + state.name(), () -> lessen(state)));
        order.forEach(state -> world.faults.within("deployment " + state.name(), () -> settle(state)));
    }

    private void lessen(DeploymentState state) {
        if (state.removing) {
            List.copyOf(state.replicas)
                    .forEach(replica -> lifecycle.retire(replica, "the deployment was removed", Next.GONE));
            if (state.replicas.isEmpty() && !state.clearing) {
                clear(state);
            }
        } else {
            String fingerprint = Fingerprint.of(state.target());
            surplus(state, state.replicas.stream()
                    .filter(replica -> !replica.leaving() && replica.fingerprint.equals(fingerprint)).toList());
        }
    }

    private void settle(DeploymentState state) {
        // One that was applied again while it was cleared away: its new instances have the old ones' names.
        if (state.removing || state.clearing) {
            return;
        }
        ModelDeployment target = state.target();
        String fingerprint = Fingerprint.of(target);
        if (failedChange(state, fingerprint)) {
            return; // The next round goes back.
        }
        List<Replica> present = state.replicas.stream().filter(replica -> !replica.leaving()).toList();
        List<Replica> fresh = present.stream().filter(replica -> replica.fingerprint.equals(fingerprint)).toList();
        List<Replica> old = present.stream().filter(replica -> !replica.fingerprint.equals(fingerprint)).toList();
        int desired = state.desired(world.now());
        if (old.isEmpty()) {
            grow(state, target, fingerprint, desired, fresh);
            settled(state, target, fresh, desired);
        } else {
            rollOut(state, target, fingerprint, desired, old, fresh);
        }
    }

    private void clear(DeploymentState state) {
        state.clearing = true;
        world.aside(() -> {
            remains.clear(state.name());
            return true;
        }, _ -> false, _ -> {
            state.clearing = false;
            if (state.removing && state.replicas.isEmpty()) {
                world.states.remove(state.name());
            }
            world.changes++;
        });
    }

    private void surplus(DeploymentState state, List<Replica> fresh) {
        int over = fresh.size() - state.wanted.replicas();
        inOrderOfLeaving(fresh).stream().limit(Math.max(0, over))
                .forEach(replica -> lifecycle.retire(replica, "fewer replicas are wanted", Next.GONE));
    }

    /** Who would go first where fewer are wanted: those that do not serve, then the newest. */
    static List<Replica> inOrderOfLeaving(List<Replica> replicas) {
        return replicas.stream().sorted(Comparator.comparing((Replica replica) -> replica.phase == ReplicaPhase.READY)
                .thenComparing(replica -> -replica.slot)).toList();
    }

    private void settled(DeploymentState state, ModelDeployment target, List<Replica> fresh, int desired) {
        long serving = fresh.stream().filter(replica -> replica.phase == ReplicaPhase.READY).count();
        if (serving > 0 && state.rejected.isEmpty()) {
            if (state.rolling) {
                state.rolling = false;
                world.event(Kind.ROLLOUT_DONE, state.name(), "", "", serving + " replicas serve the new definition");
            }
            state.proven = target;
        }
        if (serving >= desired || desired == 0) {
            state.waitingFor = "";
            state.waitingSince = 0;
            state.roomMayCome = true;
        }
    }

    private void grow(DeploymentState state, ModelDeployment target, String fingerprint, int desired,
            List<Replica> fresh) {
        // A failure counts: somebody must look after it first. One that falls asleep will be woken, not doubled.
        long counted = fresh.stream().filter(replica -> replica.phase != ReplicaPhase.ASLEEP).count();
        boolean serves = fresh.stream().anyMatch(replica -> replica.phase == ReplicaPhase.READY);
        // One replica of a model on demand may push others out; more than one is a wish for leisure.
        boolean mayEvict = state.wanted.mode() instanceof LoadMode.Pinned || !serves;
        for (long missing = desired - counted; missing > 0; missing--) {
            Optional<Replica> sleeper = fresh.stream().filter(replica -> replica.phase == ReplicaPhase.ASLEEP)
                    .min(Comparator.comparing(replica -> replica.id));
            Attempt attempt = sleeper.isPresent()
                    ? wake(state, sleeper.get(), mayEvict)
                    : place(state, target, fingerprint, mayEvict);
            if (attempt != Attempt.PLACED) {
                return;
            }
            mayEvict &= state.wanted.mode() instanceof LoadMode.Pinned;
        }
    }

    private Attempt wake(DeploymentState state, Replica replica, boolean mayEvict) {
        if (!world.ledger.usable(replica.gpus())) {
            lifecycle.retire(replica, "its GPU is out of service", Next.GONE);
            return Attempt.COMING;
        }
        if (world.ledger.canGrow(replica.id, replica.memory(),
                world.ledger.capacities(Map.of(), state.name())) && world.ledger.hasFree(grown(replica))) {
            if (!world.ledger.beginLoading(replica.id, replica.gpus())) {
                return Attempt.COMING;
            }
            world.ledger.promise(replica.id, replica.memory());
            lifecycle.wake(replica);
            return Attempt.PLACED;
        }
        waits(state);
        return makeRoom(state, mayEvict, places -> world.ledger.canGrow(replica.id, replica.memory(), places),
                "its place is taken", replica.memory());
    }

    /** What it takes more when it wakes. */
    private Map<String, Long> grown(Replica replica) {
        Map<String, Long> more = new HashMap<>(replica.memory());
        world.ledger.promisedTo(replica.id).forEach((gpu, has) -> more.merge(gpu, -has, Long::sum));
        return more;
    }

    private Attempt place(DeploymentState state, ModelDeployment target, String fingerprint, boolean mayEvict) {
        if (state.attemptedAtChange == world.changes && world.now() - state.nextAttempt < 0) {
            if (state.roomComes) {
                hold(state, Map.of());
            }
            return state.roomComes ? Attempt.COMING : Attempt.NONE;
        }
        Attempt attempt = attempt(state, target, fingerprint, mayEvict);
        state.roomComes = attempt == Attempt.COMING;
        state.attemptedAtChange = world.changes;
        state.nextAttempt = world.now() + RETRY.toNanos();
        return attempt;
    }

    private Attempt attempt(DeploymentState state, ModelDeployment target, String fingerprint, boolean mayEvict) {
        Optional<ModelDescription> model = planning.model(state, target);
        if (model.isEmpty()) {
            return Attempt.NONE;
        }
        Optional<EngineProgram> program = world.settings.program(target.engine().kind(), target.engine().release());
        if (program.isEmpty()) {
            // It was there when the definition was applied; releases come and go with the box's software.
            return cannot(state, "The engine " + target.engine().kind().title() + " \"" + target.engine().release()
                    + "\" is no longer set up on this box; apply the deployment with another one.");
        }
        Optional<Listen> listen = launching.listen(state.name() + "-" + state.freeSlot(),
                Engine.of(program.get().kind()), Launching.taken(world.replicas()));
        if (listen.isEmpty()) {
            return cannot(state, "All " + world.settings.ports() + " ports for engines are taken; set more up.");
        }
        Plan plan = planning.plan(target, model.get(), 1, world.ledger.capacities(Map.of(), state.name()));
        return switch (plan) {
            case Plan.Fits fits -> {
                placed(state, target, fingerprint, model.get(), fits, program.get(), listen.get());
                yield Attempt.PLACED;
            }
            case Plan.DoesNotFit not -> {
                waits(state);
                yield makeRoom(state, mayEvict,
                        places -> planning.plan(target, model.get(), 1, places) instanceof Plan.Fits, not.what(),
                        Map.of());
            }
        };
    }

    private static Attempt cannot(DeploymentState state, String why) {
        state.waitingFor = why;
        state.roomMayCome = false;
        return Attempt.NONE;
    }

    private void waits(DeploymentState state) {
        if (state.waitingSince == 0) {
            state.waitingSince = world.now();
        }
    }

    private Attempt makeRoom(DeploymentState state, boolean mayEvict,
            Predicate<List<GpuCapacity>> enough, String why, Map<String, Long> claim) {
        Eviction.Choice choice = eviction.choose(state, enough);
        String before = state.waitingFor;
        state.roomIn = Duration.ZERO;
        Attempt attempt = switch (choice) {
            case Eviction.Choice.Waiting _ -> {
                state.waitingFor = "Others are giving their memory back.";
                state.roomMayCome = true;
                yield Attempt.COMING;
            }
            case Eviction.Choice.Victims(List<Replica> victims) when mayEvict -> {
                victims.forEach(victim -> evict(state, victim));
                state.waitingFor = "Others give way to it.";
                state.roomMayCome = true;
                yield Attempt.COMING;
            }
            case Eviction.Choice.NotYet(Duration in) when mayEvict -> {
                state.roomIn = in;
                state.waitingFor = "Others are in use or have only just come; they give way in "
                        + Math.max(1, in.toSeconds()) + " s or when their calls have ended. " + why;
                state.roomMayCome = true;
                yield Attempt.NONE;
            }
            default -> {
                state.waitingFor = why;
                state.roomMayCome = choice instanceof Eviction.Choice.NotYet;
                yield Attempt.NONE;
            }
        };
        if (attempt == Attempt.COMING) {
            hold(state, claim);
        }
        if (before.isEmpty()) {
            world.event(Kind.WAITING_FOR_ROOM, state.name(), "", "", state.waitingFor);
        }
        return attempt;
    }

    /** Nobody who comes later in this round may take what is being freed for this one. */
    private void hold(DeploymentState state, Map<String, Long> claim) {
        if (!claim.isEmpty()) {
            world.ledger.claim(state.name(), claim);
            return;
        }
        Map<String, Long> all = new HashMap<>();
        for (Replica replica : world.replicas()) {
            if (replica.leaving() || replica.phase == ReplicaPhase.FALLING_ASLEEP) {
                world.ledger.promisedTo(replica.id).keySet().forEach(gpu -> all.put(gpu, 1L << 49));
            }
        }
        world.ledger.claim(state.name(), all);
    }

    private void evict(DeploymentState claimant, Replica victim) {
        if (victim.phase == ReplicaPhase.READY && !victim.gate.closeIfEmpty()) {
            return; // A call came in meanwhile.
        }
        world.event(Kind.EVICTED, victim, "it gives way to " + claimant.name());
        world.owner(victim).meter.forget(); // Only a new call may bring it back, or two models would chase each other.
        if (victim.phase == ReplicaPhase.ASLEEP) {
            lifecycle.retire(victim, "gives way to " + claimant.name(), Next.GONE);
        } else {
            lifecycle.unload(victim, "gives way to " + claimant.name());
        }
    }

    private void placed(DeploymentState state, ModelDeployment target, String fingerprint, ModelDescription model,
            Plan.Fits fits, EngineProgram program, Listen listen) {
        Placement placement = fits.placements().getFirst();
        int slot = state.freeSlot();
        String id = state.name() + "-" + slot;
        EngineHistory.Key key = new EngineHistory.Key(model.digest(), program.name(),
                placement.gpus().getFirst().name());
        Replica replica = new Replica(id, slot, target, fingerprint, program, model.path(), key, fits, placement,
                listen, world.outside.clock().instant());
        replica.sinceNanos = world.now();
        world.ledger.promise(id, replica.memory());
        world.ledger.taken(id, false);
        state.replicas.add(replica);
        state.lastKey = key;
        state.lastWeightBytes = replica.weightBytes();
        world.changes++;
        world.event(Kind.PLACED, replica, String.join(" ", fits.explanation()));
    }

    /** A changed definition that crashes before it ever served is not tried again while there is an earlier one. */
    private boolean failedChange(DeploymentState state, String fingerprint) {
        ModelDeployment before = state.proven;
        if (before == null || Fingerprint.of(before).equals(fingerprint) || !state.rejected.isEmpty()) {
            return false;
        }
        Optional<Replica> bad = state.replicas.stream().filter(replica -> replica.fingerprint.equals(fingerprint))
                .filter(replica -> replica.crashes > 0 && !replica.wasReady).findFirst();
        bad.ifPresent(replica -> {
            state.rejected = fingerprint;
            state.rejection = replica.lastCause;
            state.rolling = false;
            world.event(Kind.ROLLED_BACK, replica, replica.lastCause + " The earlier definition goes on.");
            state.replicas.stream().filter(each -> each.fingerprint.equals(fingerprint)).toList()
                    .forEach(each -> lifecycle.retire(each, "the change was rolled back", Next.GONE));
            state.budgets.clear();
        });
        return bad.isPresent();
    }

    private void rollOut(DeploymentState state, ModelDeployment target, String fingerprint, int desired,
            List<Replica> old, List<Replica> fresh) {
        if (!state.rolling && state.rejected.isEmpty()) {
            state.rolling = true;
            world.event(Kind.ROLLOUT_BEGUN, state.name(), "", "", "the definition changed");
        }
        old.stream().filter(replica -> replica.phase != ReplicaPhase.READY)
                .forEach(replica -> lifecycle.retire(replica, "replaced by a newer definition", Next.GONE));
        List<Replica> serving = old.stream().filter(replica -> replica.phase == ReplicaPhase.READY)
                .sorted(Comparator.comparing((Replica replica) -> replica.gate.inside()).thenComparing(r -> -r.slot))
                .toList();
        long freshReady = fresh.stream().filter(replica -> replica.phase == ReplicaPhase.READY).count();
        boolean underWay = fresh.stream().anyMatch(replica -> replica.phase != ReplicaPhase.READY);
        if (serving.isEmpty() || underWay) {
            return;
        }
        if (freshReady + serving.size() > desired || desired == 0) {
            lifecycle.retire(serving.getFirst(), "replaced by a newer definition", Next.GONE);
        } else if (world.replicas().stream()
                .noneMatch(replica -> replica.spec.name().equals(state.name()) && replica.leaving())
                && place(state, target, fingerprint, false) == Attempt.NONE) {
            // No room for both: calls wait while one takes the other's place.
            lifecycle.retire(serving.getFirst(), "makes room for its newer definition", Next.GONE);
        }
    }
}
