package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.Cause;
import org.gatehouse.supervisor.engines.Adjustments;
import org.gatehouse.supervisor.engines.EngineFailure;
import org.gatehouse.supervisor.engines.Remedy;
import org.gatehouse.supervisor.fleet.FleetEvent.Kind;
import org.gatehouse.supervisor.fleet.Replica.Next;

/** What follows when an engine did not start or ended unasked. Owned by the fleet's thread. */
final class Crashes {
    private final World world;

    Crashes(World world) {
        this.world = world;
    }

    /** Its process could not be started at all: nothing of it is left. */
    void notStarted(DeploymentState state, Replica replica, String why) {
        replica.lastCause = why;
        replica.crashes++;
        follow(state, replica, why, true);
        reclaiming(replica);
    }

    /** Its process ended unasked, for this cause; without one somebody else has stopped it. */
    void ended(DeploymentState state, Replica replica, @Nullable Cause cause) {
        world.ledger.endLoading(replica.id);
        replica.crashes++;
        String why = cause == null
                ? "It was ended by somebody else."
                : cause.failure() + " (" + cause.evidence() + "). " + cause.advice();
        replica.lastCause = why;
        Remedy remedy = cause == null ? new Remedy.Again() : cause.diagnosis().remedy();
        Adjustments adjusted = replica.adjustments.and(remedy, replica.plan.batch().sequences());
        int tried = replica.remedies.merge(remedy.getClass(), 1, Integer::sum);
        boolean changes = !adjusted.equals(replica.adjustments) && tried <= remedy.attempts();
        if (changes) {
            replica.adjustments = adjusted;
            world.event(Kind.REMEDIED, replica, why + " It is tried with " + adjusted + ".");
        }
        // A GPU that died is found out of service, if it is, and the next start looks for another.
        boolean elsewhere = cause != null && cause.failure() == EngineFailure.GPU_LOST;
        follow(state, replica, why, changes || elsewhere || remedy.sameCommandMayDo());
        reclaiming(replica);
    }

    /** It runs and does not do what it should; it will be ended, and then this follows. */
    void unfit(DeploymentState state, Replica replica, String why) {
        replica.lastCause = why;
        replica.crashes++;
        follow(state, replica, why, true);
    }

    private void reclaiming(Replica replica) {
        replica.usedBefore.clear(); // Nobody looked before it ended.
        // Another process of this instance, of an order that crossed, would keep the memory and refuse the next start for ever.
        world.become(replica, world.outside.instances().runs(replica.id)
                ? ReplicaPhase.STOPPING
                : ReplicaPhase.RECLAIMING);
    }

    private void follow(DeploymentState state, Replica replica, String why, boolean again) {
        CrashBudget budget = state.budgets.computeIfAbsent(replica.slot,
                _ -> new CrashBudget(world.settings.restart(), world.outside.random()));
        Duration readyFor = replica.wasReady ? Duration.ofNanos(world.now() - replica.sinceNanos) : Duration.ZERO;
        Optional<Duration> delay = again ? budget.crashed(world.now(), readyFor) : Optional.empty();
        if (delay.isPresent()) {
            replica.notBefore = world.now() + delay.get().toNanos();
            replica.next = Next.RESTART;
            world.event(Kind.CRASHED, replica, why + " It is started again in " + delay.get().toMillis() + " ms.");
        } else {
            replica.next = Next.FAIL;
            world.event(Kind.FAILED, replica, why);
        }
    }
}
