package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.random.RandomGenerator;

import org.gatehouse.supervisor.RestartPolicy;

/** How soon a crashed replica is started again, and when no more. Owned by the fleet's thread. */
final class CrashBudget {
    private static final int MOST_DOUBLINGS = 30;

    private final RestartPolicy policy;
    private final RandomGenerator random;
    private final Deque<Long> crashes = new ArrayDeque<>();
    private int inRow;

    CrashBudget(RestartPolicy policy, RandomGenerator random) {
        this.policy = policy;
        this.random = random;
    }

    /** Counts a crash after so long in readiness; the delay before the next start, or nothing if there shall be none. */
    Optional<Duration> crashed(long nanoTime, Duration readyFor) {
        if (readyFor.compareTo(policy.steadyAfter()) >= 0) {
            inRow = 0;
        }
        crashes.addLast(nanoTime);
        while (nanoTime - crashes.getFirst() > policy.within().toNanos()) {
            crashes.removeFirst();
        }
        if (crashes.size() >= policy.crashes()) {
            return Optional.empty();
        }
        double doubled = policy.firstDelay().toMillis() * Math.pow(2, Math.min(inRow++, MOST_DOUBLINGS));
        double bounded = Math.min(doubled, policy.longestDelay().toMillis());
        double shift = 1 + policy.jitter() * (2 * random.nextDouble() - 1);
        return Optional.of(Duration.ofMillis(Math.round(bounded * shift)));
    }

    /** Crashes that still count. */
    int counted() {
        return crashes.size();
    }
}
