package org.gatehouse.governance.snapshot;

import java.time.Duration;

/**
 * When a target counts as ill, and for how long. Immutable.
 *
 * @param failuresInARow that open its breaker, at least 1
 * @param failurePercent of the calls in the window that open it, 1 to 100
 * @param leastCalls in the window before that percentage says anything
 * @param window over which calls are counted
 * @param openFor how long a breaker stays open the first time; each time that follows soon it is twice as long
 * @param openAtMost the longest that is
 * @param probes calls at once that may find out whether a target is well again
 * @param probesToClose probes in a row that must succeed
 * @param silentAfter the least time without any sign of life, with calls waiting, that makes a target suspect
 * @param silentWhenUnknown that time for a target whose usual speed is not known yet
 * @param accountRetest when a key that was refused or is out of money may be tried by one call, if no test came first
 * @param checkEvery how often a target is checked without a call; zero for never
 */
public record HealthTerms(int failuresInARow, int failurePercent, int leastCalls, Duration window, Duration openFor,
        Duration openAtMost, int probes, int probesToClose, Duration silentAfter, Duration silentWhenUnknown,
        Duration accountRetest, Duration checkEvery) {

    /** Three in a row, or half of at least ten in ten seconds; five seconds to a minute; a dead target is left within 1 s. */
    public static final HealthTerms DEFAULT = new HealthTerms(3, 50, 10, Duration.ofSeconds(10), Duration.ofSeconds(5),
            Duration.ofMinutes(1), 1, 2, Duration.ofMillis(750), Duration.ofSeconds(10), Duration.ofMinutes(5),
            Duration.ofSeconds(30));

    /** Checks the ranges. */
    public HealthTerms {
        if (failuresInARow < 1 || failurePercent < 1 || failurePercent > 100 || leastCalls < 1 || probes < 1
                || probesToClose < 1) {
            throw new IllegalArgumentException("counts are at least 1 and a percentage is 1 to 100");
        }
        if (!window.isPositive() || !openFor.isPositive() || openAtMost.compareTo(openFor) < 0
                || !silentAfter.isPositive() || !silentWhenUnknown.isPositive() || !accountRetest.isPositive()
                || checkEvery.isNegative()) {
            throw new IllegalArgumentException("durations are more than 0, and the longest is not the shortest");
        }
    }
}
