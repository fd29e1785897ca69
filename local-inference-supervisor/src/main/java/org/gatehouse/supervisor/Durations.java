package org.gatehouse.supervisor;

import java.time.Duration;

/** Checks for the settings' durations. */
final class Durations {
    private Durations() {}

    static void positive(Duration duration, String name) {
        if (!duration.isPositive()) {
            throw new IllegalArgumentException(name + " must be longer than zero, not " + duration);
        }
    }

    static void notNegative(Duration duration, String name) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(name + " must not be negative, not " + duration);
        }
    }
}
