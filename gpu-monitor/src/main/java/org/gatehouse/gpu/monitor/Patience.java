package org.gatehouse.gpu.monitor;

import java.time.Duration;

/**
 * How long the monitor waits for what may hang or be away.
 *
 * @param opening for a source to open, when there is no other
 * @param sampling for one reading; a source that takes longer is left
 * @param betterEvery how often sources that are better than the one in use are tried
 * @param retry after how long a source that failed is tried again; doubled with each failure in a row, up to {@code betterEvery}
 */
public record Patience(Duration opening, Duration sampling, Duration betterEvery, Duration retry) {

    /** Checks that all are positive. */
    public Patience {
        for (Duration duration : new Duration[]{opening, sampling, betterEvery, retry}) {
            if (duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException(
                        "Each of the monitor's waits must be longer than 0, not " + duration);
            }
        }
    }

    /** 10 s to open, 4 s for a reading, better ones every 30 s, failed ones after 2 s. */
    public static Patience standard() {
        return new Patience(Duration.ofSeconds(10), Duration.ofSeconds(4), Duration.ofSeconds(30),
                Duration.ofSeconds(2));
    }
}
