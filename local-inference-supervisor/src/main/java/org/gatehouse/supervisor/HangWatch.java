package org.gatehouse.supervisor;

import java.time.Duration;

/**
 * How a hung engine is told from a slow and from an idle one. Token counters that move are a sign of life, and so is a passed
 * {@link Trial}. After {@code quiet} without either the engine is tried; if it fails twice in a row and its counters still stand, it
 * hangs. One that fails and moves is merely slow. So a hang is seen within {@code quiet + 2 * deadline}, which is less than twice
 * {@code quiet}.
 *
 * @param scrape time between two readings of the engine's metrics; its load for routing is as old as this at most
 * @param quiet longest time without a sign of life before it is tried
 * @param deadline for each of the two trials, less than half of {@code quiet}
 */
public record HangWatch(Duration scrape, Duration quiet, Duration deadline) {

    /** Metrics each 2 s, tried after a quiet minute, 20 s to answer. */
    public static final HangWatch DEFAULT = new HangWatch(Duration.ofSeconds(2), Duration.ofMinutes(1),
            Duration.ofSeconds(20));

    /** Checks the ranges. */
    public HangWatch {
        Durations.positive(scrape, "scrape");
        Durations.positive(quiet, "quiet");
        Durations.positive(deadline, "deadline");
        if (deadline.multipliedBy(2).compareTo(quiet) >= 0) {
            throw new IllegalArgumentException(
                    "deadline must be less than half of quiet (" + quiet + "), not " + deadline);
        }
    }
}
