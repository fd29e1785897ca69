package org.gatehouse.acme;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** When to ask for the next certificate. Stateless. */
final class RenewalTimes {
    private static final Duration FIRST_WAIT = Duration.ofMinutes(10);
    private static final Duration LONGEST_WAIT = Duration.ofHours(6);
    private static final int MOST_DOUBLINGS = 10;
    /** Boxes that were set up together must not all ask at once. */
    private static final int JITTER_PART = 20;

    private RenewalTimes() {}

    /** At two thirds of its life, and up to a twentieth of it sooner. */
    static Instant of(Instant from, Instant end, RandomGenerator random) {
        Duration life = Duration.between(from, end);
        return from.plus(life.multipliedBy(2).dividedBy(3))
                .minusMillis(random.nextLong(Math.max(1, life.toMillis() / JITTER_PART)));
    }

    /**
     * Ten minutes after the first failure, then twice as long each time, six hours at most, with up to a tenth on top.
     *
     * @param failures before this one, in a row
     */
    static Instant afterFailure(Instant now, int failures, RandomGenerator random) {
        Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS));
        Duration bounded = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
        return now.plus(bounded).plusMillis(random.nextLong(bounded.toMillis() / 10));
    }
}
