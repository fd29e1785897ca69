package org.gatehouse.usage;

import java.time.Duration;
import java.util.List;

/** Days that are summed up together once they are over; counted from the epoch on, so that each day is in one of each length. */
enum Stretch {
    /** A day, and its hours, by one dimension each. */
    DAY(1),
    /** Eight days with every dimension kept: most callers do the same thing on more than one of them. */
    BLOCK(8),
    /** 64 days likewise. */
    LONG_BLOCK(64);

    /** The stretches that are summed up with every dimension kept, the longest first. */
    static final List<Stretch> BLOCKS = List.of(LONG_BLOCK, BLOCK);

    private final int days;

    Stretch(int days) {
        this.days = days;
    }

    /** How long it is; what tells it from the others in the table. */
    int days() {
        return days;
    }

    long seconds() {
        return Duration.ofDays(days).toSeconds();
    }

    /** The first second of the one that holds that second, since the epoch. */
    long startOf(long second) {
        return Math.floorDiv(second, seconds()) * seconds();
    }
}
