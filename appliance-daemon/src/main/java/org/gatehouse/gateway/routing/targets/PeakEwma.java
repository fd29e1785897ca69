package org.gatehouse.gateway.routing.targets;

import java.time.Duration;

/**
 * A mean that follows a rise at once and a fall slowly, and that is forgotten when nothing new comes: a target that was
 * slow is looked at again. Thread-safe; times are of one nanosecond clock.
 */
final class PeakEwma {
    private static final double DECAY_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int ENOUGH = 3;

    private double peak;
    private double usual;
    private long at;
    private int samples;

    synchronized void add(long nanos, long now) {
        double elapsed = Math.max(0, now - at);
        double weight = samples == 0 ? 0 : Math.exp(-elapsed / DECAY_NANOS);
        peak = nanos > peak ? nanos : peak * weight + nanos * (1 - weight);
        usual = samples == 0 ? nanos : usual + (nanos - usual) / Math.min(samples + 1, 20);
        at = now;
        samples = Math.min(samples + 1, 1_000_000);
    }

    /** Whether too few samples came to say anything. */
    synchronized boolean isCold() {
        return samples < ENOUGH;
    }

    /** Nanoseconds, smaller the longer ago the last sample came. */
    synchronized double now(long now) {
        return peak * Math.exp(-Math.max(0, now - at) / DECAY_NANOS);
    }

    /** The mean over some twenty samples in nanoseconds, however old. */
    synchronized double usual() {
        return usual;
    }
}
