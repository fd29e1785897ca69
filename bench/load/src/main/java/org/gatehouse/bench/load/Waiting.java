package org.gatehouse.bench.load;

import java.util.concurrent.locks.LockSupport;

/** Waits by the monotonic clock, which is what a measuring program does most of its life. */
final class Waiting {
    private Waiting() {}

    /** Until {@link System#nanoTime} reaches the moment. */
    static void until(long nanoTime) {
        long left = nanoTime - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = nanoTime - System.nanoTime();
        }
    }

    static void nanos(long nanos) {
        until(System.nanoTime() + nanos);
    }

    static void millis(long millis) {
        nanos(millis * 1_000_000);
    }
}
