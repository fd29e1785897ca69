package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

import org.gatehouse.supervisor.planning.GpuCapacity;

/**
 * Chooses who gives way. What is lost is weighed by how long it takes to load again, how recently it was called and how important
 * it is; whoever has calls, has only just come, or is more important, stays. Owned by the fleet's thread.
 */
final class Eviction {
    private static final double BYTES_PER_SECOND = 1e9;
    private static final Duration SETUP = Duration.ofSeconds(30);
    /** Milliseconds that any swap costs, so that recency decides between quick ones. */
    private static final double LEAST_COST = 1000;
    private static final Duration USUAL_WAKE = Duration.ofSeconds(5);

    private final World world;
    private final Lifecycle lifecycle;

    Eviction(World world, Lifecycle lifecycle) {
        this.world = world;
        this.lifecycle = lifecycle;
    }

    /** How a search ended. */
    sealed interface Choice {
        /** There is room when those on their way out are gone. */
        record Waiting() implements Choice {}

        /** These shall give way. */
        record Victims(List<Replica> replicas) implements Choice {}

        /** Nobody who could give way holds enough. */
        record Hopeless() implements Choice {}

        /** Some could, but not yet: they have calls or have only just come. */
        record NotYet(Duration in) implements Choice {}
    }

    /** What each holder that leaves or falls asleep keeps in the end. */
    Map<String, Long> afterLeaving() {
        Map<String, Long> kept = new HashMap<>();
        for (Replica replica : world.replicas()) {
            if (replica.phase == ReplicaPhase.FALLING_ASLEEP) {
                kept.put(replica.id, world.settings.sleeperBytes());
            } else if (replica.leaving()) {
                kept.put(replica.id, 0L);
            }
        }
        return kept;
    }

    /** Looks who should give way, so that there is enough room at the places that remain. */
    Choice choose(DeploymentState claimant, Predicate<List<GpuCapacity>> enough) {
        Map<String, Long> kept = afterLeaving();
        if (enough.test(world.ledger.capacities(kept, claimant.name()))) {
            return new Choice.Waiting();
        }
        List<Replica> willing = candidates(claimant).stream()
                .sorted(Comparator.comparingDouble((Replica replica) -> cost(claimant, replica))
                        .thenComparing(replica -> replica.id))
                .toList();
        List<Replica> able = willing.stream().filter(replica -> blockedFor(claimant, replica).isZero()).toList();
        Optional<List<Replica>> victims = fewest(claimant, able, kept, enough);
        if (victims.isPresent()) {
            return new Choice.Victims(victims.get());
        }
        return fewest(claimant, willing, kept, enough).<Choice>map(later -> new Choice.NotYet(later.stream()
                .map(replica -> blockedFor(claimant, replica)).max(Comparator.naturalOrder()).orElse(Duration.ZERO)))
                .orElseGet(Choice.Hopeless::new);
    }

    /** Adds the cheapest until there is enough room, then spares those that were not needed, the dearest first. */
    private Optional<List<Replica>> fewest(DeploymentState claimant, List<Replica> ordered, Map<String, Long> kept,
            Predicate<List<GpuCapacity>> enough) {
        Map<String, Long> tried = new HashMap<>(kept);
        List<Replica> taken = new ArrayList<>();
        for (Replica replica : ordered) {
            taken.add(replica);
            tried.put(replica.id, keeps(replica));
            if (enough.test(world.ledger.capacities(tried, claimant.name()))) {
                for (int index = taken.size() - 2; index >= 0; index--) {
                    Replica spared = taken.get(index);
                    tried.remove(spared.id);
                    if (enough.test(world.ledger.capacities(tried, claimant.name()))) {
                        taken.remove(index);
                    } else {
                        tried.put(spared.id, keeps(spared));
                    }
                }
                return Optional.of(taken);
            }
        }
        return Optional.empty();
    }

    /** A sleeper that gives way is ended; one that works may sleep. */
    private long keeps(Replica replica) {
        return replica.phase == ReplicaPhase.READY && lifecycle.sleepLevel(replica) > 0
                ? world.settings.sleeperBytes()
                : 0;
    }

    private List<Replica> candidates(DeploymentState claimant) {
        return world.all().stream()
                .filter(state -> state != claimant && state.wanted.mode() instanceof LoadMode.OnDemand
                        && state.wanted.priority() <= claimant.wanted.priority())
                .flatMap(state -> state.replicas.stream())
                .filter(replica -> replica.phase == ReplicaPhase.READY || replica.phase == ReplicaPhase.ASLEEP)
                .toList();
    }

    /** How much longer it must be spared; zero if it may go. Its residency ends early for one who has waited too long. */
    private Duration blockedFor(DeploymentState claimant, Replica replica) {
        if (replica.phase == ReplicaPhase.ASLEEP) {
            return Duration.ZERO;
        }
        Timing timing = world.owner(replica).wanted.timing();
        Duration resident = Duration.ofNanos(world.now() - replica.sinceNanos);
        Duration left = timing.residency().minus(resident);
        if (urgent(claimant) || left.isNegative()) {
            left = Duration.ZERO;
        }
        return replica.gate.inside() > 0 && left.isZero() ? Duration.ofSeconds(1) : left;
    }

    /** Whether callers have waited for this deployment longer than they should. */
    boolean urgent(DeploymentState claimant) {
        return claimant.waitingSince != 0
                && world.passed(claimant.waitingSince, claimant.wanted.timing().longestWait());
    }

    private double cost(DeploymentState claimant, Replica replica) {
        DeploymentState owner = world.owner(replica);
        double minutesIdle = owner.meter.idleNanos(world.now()) / 60e9;
        double weight = Math.pow(2, (owner.wanted.priority() - claimant.wanted.priority()) / 25.0);
        return (reload(replica).toMillis() + LEAST_COST) / (1 + minutesIdle) * weight;
    }

    private Duration reload(Replica replica) {
        boolean sleeps = replica.phase == ReplicaPhase.READY && lifecycle.sleepLevel(replica) > 0;
        return sleeps ? usualWake(replica) : usualLoad(replica.key, replica.weightBytes());
    }

    /** How long such a wake usually takes. */
    Duration usualWake(Replica replica) {
        return world.outside.history().usual(replica.key, EngineHistory.Step.WAKE).orElse(USUAL_WAKE);
    }

    /** How long such a load usually takes; without any history a guess from its weights. */
    Duration usualLoad(EngineHistory.Key key, long weightBytes) {
        return world.outside.history().usual(key, EngineHistory.Step.LOAD)
                .orElseGet(() -> SETUP.plusMillis((long) (weightBytes / BYTES_PER_SECOND * 1000)));
    }
}
