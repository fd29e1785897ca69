package org.gatehouse.supervisor.models;

import java.util.function.LongSupplier;

/** Bytes a second, smoothed over a few seconds. Thread-safe. */
final class RateMeter {
    private static final long BUCKET_NANOS = 1_000_000_000L;
    private static final double KEPT = 0.7;

    private final LongSupplier nanoTime;
    private long bucketStart;
    private long bucketBytes;
    private double rate = -1;

    RateMeter(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        bucketStart = nanoTime.getAsLong();
    }

    synchronized void add(long bytes) {
        bucketBytes += bytes;
        roll();
    }

    /** Bytes a second. */
    synchronized long rate() {
        roll();
        if (rate >= 0) {
            return Math.round(rate);
        }
        long passed = nanoTime.getAsLong() - bucketStart;
        return passed <= 0 ? 0 : Math.round(bucketBytes * 1e9 / passed);
    }

    private void roll() {
        long passed = nanoTime.getAsLong() - bucketStart;
        if (passed < BUCKET_NANOS) {
            return;
        }
        double now = bucketBytes * 1e9 / passed;
        // A long silence counts as many buckets, so that a stalled download soon shows no rate.
        double kept = rate < 0 ? 0 : Math.pow(KEPT, (double) passed / BUCKET_NANOS);
        rate = kept * Math.max(0, rate) + (1 - kept) * now;
        bucketStart += passed;
        bucketBytes = 0;
    }
}
