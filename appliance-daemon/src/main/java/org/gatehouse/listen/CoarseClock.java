package org.gatehouse.listen;

import java.util.function.LongSupplier;

/** A monotonic clock that stands still between ticks: reading it costs a memory access. Never 0, which callers use for "not". Thread-safe. */
final class CoarseClock {
    private final LongSupplier nanoTime;
    private volatile long nanos;

    CoarseClock(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        tick();
    }

    /** Takes over the real time; returns it. */
    long tick() {
        long now = nanoTime.getAsLong();
        nanos = now == 0 ? 1 : now;
        return nanos;
    }

    long nanos() {
        return nanos;
    }
}
