package org.gatehouse.supervisor;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.engines.Adjustments;
import org.gatehouse.supervisor.engines.Remedy;

/**
 * What follows a crash of one instance: which remedy, how often, after how long. Each remedy has its own bound within one budget of
 * restarts. Used by one thread.
 */
final class Recovery {
    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());

    /** What follows. */
    sealed interface Next {
        /** Another start after this, with this command. */
        record Retry(Duration delay, EngineCommand command, Cause cause) implements Next {}

        /** Nothing by itself. */
        record GiveUp(Cause cause) implements Next {}
    }

    private final Deployment deployment;
    private final @Nullable CommandMaker maker;
    private final RestartBudget budget;
    private final Map<Class<?>, Integer> tried = new HashMap<>();
    private Adjustments adjustments = Adjustments.NONE;

    Recovery(Deployment deployment, @Nullable CommandMaker maker, LongSupplier nanoTime, RandomGenerator random) {
        this.deployment = deployment;
        this.maker = maker;
        this.budget = new RestartBudget(deployment.restart(), nanoTime, random);
    }

    /** Decides after a crash of an instance that had been ready for so long, zero if it never was. */
    Next after(Cause cause, Duration readyFor) {
        if (readyFor.compareTo(deployment.restart().steadyAfter()) >= 0) {
            tried.clear();
        }
        Remedy remedy = cause.diagnosis().remedy();
        int attempt = tried.merge(remedy.getClass(), 1, Integer::sum);
        if (attempt > remedy.attempts() || !remedy.sameCommandMayDo() && maker == null) {
            return new Next.GiveUp(cause.with(adjustments));
        }
        EngineCommand command = deployment.command();
        if (maker != null) {
            int sequences = adjustments.maxSequences() == 0 ? maker.sequences() : adjustments.maxSequences();
            adjustments = adjustments.and(remedy, sequences);
            try {
                command = adjustments.equals(Adjustments.NONE) ? command : maker.command(adjustments);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "No command could be made for instance " + deployment.id()
                        + " with the remedy for its failure; it stays failed", e);
                return new Next.GiveUp(cause.with(adjustments));
            }
        }
        Cause decided = cause.with(adjustments);
        EngineCommand next = command;
        return switch (budget.crashed(readyFor)) {
            case RestartBudget.Verdict.Spent _ -> new Next.GiveUp(decided);
            case RestartBudget.Verdict.RetryAfter(Duration delay) -> new Next.Retry(delay, next, decided);
        };
    }
}
