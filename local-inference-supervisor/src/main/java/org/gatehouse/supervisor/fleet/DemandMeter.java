package org.gatehouse.supervisor.fleet;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How much a deployment is called for. Written by callers, read by the fleet's thread. Thread-safe. */
final class DemandMeter {
    private static final long NEVER = Long.MIN_VALUE;

    private final AtomicLong lastCall = new AtomicLong(NEVER);
    private final AtomicInteger waiting = new AtomicInteger();

    /** Somebody called, or a call ended. */
    void touch(long nanoTime) {
        lastCall.set(nanoTime);
    }

    /** What was called for so far has been served, or must be called for again. */
    void forget() {
        lastCall.set(NEVER);
    }

    /** Whether nobody called for so long; so too if nobody ever did. */
    boolean idleFor(long nanos, long nanoTime) {
        long last = lastCall.get();
        return last == NEVER || nanoTime - last >= nanos;
    }

    /** Nanoseconds since the last call; a day if there was none. */
    long idleNanos(long nanoTime) {
        long last = lastCall.get();
        return last == NEVER ? 86_400_000_000_000L : Math.max(0, nanoTime - last);
    }

    /** One more waits, unless so many wait already. */
    boolean beginWaiting(int atMost) {
        if (waiting.incrementAndGet() > atMost) {
            waiting.decrementAndGet();
            return false;
        }
        return true;
    }

    void endWaiting() {
        waiting.decrementAndGet();
    }

    int waiting() {
        return waiting.get();
    }
}
