package org.gatehouse.supervisor;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Counts one instance's crashes and says when, or whether, to start it again. Used by one thread. */
final class RestartBudget {

    /** What follows a crash. */
    sealed interface Verdict {
        /** Start it again after this. */
        record RetryAfter(Duration delay) implements Verdict {}

        /** It crashed too often. */
        record Spent(int crashes, Duration within) implements Verdict {}
    }

    /** Doubling stops here; the ceiling was reached long before, and a long shift would overflow. */
    private static final int MOST_DOUBLINGS = 30;

    private final RestartPolicy policy;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private final Deque<Long> crashes = new ArrayDeque<>();
    private int sinceSteady;

    RestartBudget(RestartPolicy policy, LongSupplier nanoTime, RandomGenerator random) {
        this.policy = policy;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /** Notes a crash of an instance that had been ready for so long, zero if it never was. */
    Verdict crashed(Duration readyFor) {
        long now = nanoTime.getAsLong();
        crashes.addLast(now);
        while (now - crashes.getFirst() >= policy.within().toNanos()) {
            crashes.removeFirst();
        }
        if (crashes.size() >= policy.crashes()) {
            return new Verdict.Spent(crashes.size(), policy.within());
        }
        if (readyFor.compareTo(policy.steadyAfter()) >= 0) {
            sinceSteady = 0;
        }
        double doubled = policy.firstDelay().toNanos() * Math.pow(2, Math.min(sinceSteady, MOST_DOUBLINGS));
        double capped = Math.min(doubled, policy.longestDelay().toNanos());
        double jittered = capped * (1 + policy.jitter() * (2 * random.nextDouble() - 1));
        sinceSteady++;
        return new Verdict.RetryAfter(Duration.ofNanos((long) jittered));
    }
}
