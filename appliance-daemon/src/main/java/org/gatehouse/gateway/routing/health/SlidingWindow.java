package org.gatehouse.gateway.routing.health;

import java.time.Duration;

/** Counts how calls went over the last while, in ten slices of time. Not thread-safe: its owner's lock guards it. */
final class SlidingWindow {
    private static final int SLICES = 10;

    private final long sliceNanos;
    private final int[] answered = new int[SLICES];
    private final int[] failed = new int[SLICES];
    private long slice = Long.MIN_VALUE;
    private int answeredInAll;
    private int failedInAll;

    SlidingWindow(Duration length) {
        this.sliceNanos = Math.max(1, length.toNanos() / SLICES);
    }

    void count(boolean failure, long now) {
        moveTo(now);
        int at = Math.floorMod(slice, SLICES);
        if (failure) {
            failed[at]++;
            failedInAll++;
        } else {
            answered[at]++;
            answeredInAll++;
        }
    }

    /** Whether at least so many calls ended, and at least so many percent of them badly. */
    boolean isBad(int leastCalls, int percent, long now) {
        moveTo(now);
        int calls = answeredInAll + failedInAll;
        return calls >= leastCalls && failedInAll * 100L >= (long) percent * calls;
    }

    void clear() {
        for (int i = 0; i < SLICES; i++) {
            answered[i] = 0;
            failed[i] = 0;
        }
        answeredInAll = 0;
        failedInAll = 0;
    }

    private void moveTo(long now) {
        long wanted = Math.floorDiv(now, sliceNanos);
        if (slice == Long.MIN_VALUE || wanted - slice >= SLICES) {
            clear();
            slice = wanted;
            return;
        }
        while (slice < wanted) {
            slice++;
            int at = Math.floorMod(slice, SLICES);
            answeredInAll -= answered[at];
            failedInAll -= failed[at];
            answered[at] = 0;
            failed[at] = 0;
        }
    }
}
