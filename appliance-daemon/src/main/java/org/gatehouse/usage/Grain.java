package org.gatehouse.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** How finely time is cut in the rollups; UTC. */
public enum Grain {
    MINUTE(1, Duration.ofMinutes(1), Duration.ofDays(2)), HOUR(2, Duration.ofHours(1), Duration.ofDays(90)),
    /** Kept for ever: quotas are its sums. */
    DAY(3, Duration.ofDays(1), Duration.ofDays(36_500));

    private final int code;
    private final long seconds;
    private final Duration kept;

    Grain(int code, Duration length, Duration kept) {
        this.code = code;
        this.seconds = length.toSeconds();
        this.kept = kept;
    }

    int code() {
        return code;
    }

    /** How long buckets of this grain are kept. */
    public Duration kept() {
        return kept;
    }

    /** From which second on buckets of this grain are all there, since the epoch. Days are never removed. */
    long keptSince(Instant now) {
        return this == DAY ? Long.MIN_VALUE : now.minus(kept).getEpochSecond();
    }

    /** The first second of the first bucket that begins then or later. */
    long bucketFrom(long second) {
        return -Math.floorDiv(-second, seconds) * seconds;
    }

    /** The first second of the bucket that holds that second. */
    long bucketOf(long second) {
        return Math.floorDiv(second, seconds) * seconds;
    }

    /** The first second of the bucket that holds the moment, since the epoch. */
    long bucketOf(Instant at) {
        return bucketOf(at.getEpochSecond());
    }

    /** The name in the API, lower case. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
