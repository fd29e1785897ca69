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
    Duration kept() {
        return kept;
    }

    /** The first second of the bucket that holds the moment, since the epoch. */
    long bucketOf(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), seconds) * seconds;
    }

    /** The name in the API, lower case. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
