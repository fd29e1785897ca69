package org.gatehouse.gateway.queue;

import java.util.List;

/** How long calls of one class waited for their turns, in steps. Guarded by the queue's lock. */
final class WaitTimes {
    private static final double NANOS = 1e9;

    private final long[] counts = new long[QueueView.STEPS.size() + 1];
    private double seconds;

    void add(long nanos) {
        double waited = nanos / NANOS;
        int step = 0;
        while (step < QueueView.STEPS.size() && waited > QueueView.STEPS.get(step)) {
            step++;
        }
        counts[step]++;
        seconds += waited;
    }

    QueueView.Waits view() {
        return new QueueView.Waits(List.of(java.util.Arrays.stream(counts).boxed().toArray(Long[]::new)), seconds);
    }
}
