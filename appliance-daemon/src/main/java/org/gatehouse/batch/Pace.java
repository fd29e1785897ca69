package org.gatehouse.batch;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many rows of a batch run at once: fewer after one was refused for load, more again while they pass. So a batch finds the rate
 * that its key's limits leave it, and does not fill the trail with refusals. Thread-safe.
 */
final class Pace {
    /** How soon a stop is noticed by who waits. */
    private static final long LOOK_MILLIS = 500;

    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by the lock.
    private double width;
    private int running;
    private int cuts;

    /** @param most rows at once, at least 1 */
    Pace(int most) {
        this.most = most;
        this.width = most;
    }

    /** Waits until a row may run; the number to {@link #ran} with, or -1 when the batch stops. */
    int take(Stopping stopping) throws InterruptedException {
        lock.lock();
        try {
            while (!stopping.halted()) {
                if (running < (int) width) {
                    running++;
                    return cuts;
                }
                boolean _ = changed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            }
            return -1;
        } finally {
            lock.unlock();
        }
    }

    /**
     * A row has run.
     *
     * @param taken what {@link #take} gave
     * @param tooFast whether it was refused for load
     */
    void ran(int taken, boolean tooFast) {
        lock.lock();
        try {
            running--;
            if (!tooFast) {
                width = Math.min(most, width + 1 / width);
            } else if (taken == cuts) {
                // Once for all that ran together.
                width = Math.max(1, width / 2);
                cuts++;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many may run at once now. */
    int width() {
        lock.lock();
        try {
            return (int) width;
        } finally {
            lock.unlock();
        }
    }
}
