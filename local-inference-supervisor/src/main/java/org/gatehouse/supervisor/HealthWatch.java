package org.gatehouse.supervisor;

import java.time.Duration;

/**
 * How a ready engine is watched. A dead engine is seen by its process's end, within milliseconds; this is for the one that lives
 * and no longer answers.
 *
 * @param interval time between two questions
 * @param deadline for connecting and answering
 * @param misses how many in a row end the engine, 1 or more
 */
public record HealthWatch(Duration interval, Duration deadline, int misses) {

    /** Each 5 s, 2 s to answer, three misses. */
    public static final HealthWatch DEFAULT = new HealthWatch(Duration.ofSeconds(5), Duration.ofSeconds(2), 3);

    /** Checks the ranges. */
    public HealthWatch {
        Durations.positive(interval, "interval");
        Durations.positive(deadline, "deadline");
        if (misses < 1) {
            throw new IllegalArgumentException("misses must be 1 or more, not " + misses);
        }
    }
}
