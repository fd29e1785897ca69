package org.gatehouse.supervisor;

import java.time.Duration;

/**
 * How often and how soon a crashed engine is started again: after {@code min(firstDelay * 2^n, longestDelay)}, give or take
 * {@code jitter}, where n counts the crashes since it last was steady.
 *
 * @param firstDelay after the first crash
 * @param longestDelay the ceiling, before jitter
 * @param jitter share by which a delay is made longer or shorter, 0 to 1, so that engines do not start in step
 * @param crashes how many within {@code within} make the instance failed, 1 or more
 * @param within the window in which crashes are counted
 * @param steadyAfter so long ready without a break, and n is 0 again
 */
public record RestartPolicy(Duration firstDelay, Duration longestDelay, double jitter, int crashes, Duration within,
        Duration steadyAfter) {

    /** 5 s doubling to 5 min, 20 % jitter, failed at the fifth crash in 15 min, steady after 10 min. */
    public static final RestartPolicy DEFAULT = new RestartPolicy(Duration.ofSeconds(5), Duration.ofMinutes(5), 0.2, 5,
            Duration.ofMinutes(15), Duration.ofMinutes(10));

    /** Checks the ranges. */
    public RestartPolicy {
        Durations.positive(firstDelay, "firstDelay");
        Durations.positive(longestDelay, "longestDelay");
        Durations.positive(within, "within");
        Durations.positive(steadyAfter, "steadyAfter");
        if (!(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException("jitter must be 0 to 1, not " + jitter);
        }
        if (crashes < 1) {
            throw new IllegalArgumentException("crashes must be 1 or more, not " + crashes);
        }
    }
}
