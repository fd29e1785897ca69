package org.gatehouse.supervisor.fleet;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The way to one instance: open or closed, with the calls that went through. Callers go through and the fleet's thread closes it at
 * the same time, so both stand in one number: whoever went in before it was closed is counted. Thread-safe.
 */
final class Gate {
    private static final int CLOSED = 1 << 30;
    private static final int COUNT = CLOSED - 1;

    private final AtomicInteger state = new AtomicInteger(CLOSED);

    /** Goes in, unless it is closed. */
    boolean enter() {
        while (true) {
            int now = state.get();
            if ((now & CLOSED) != 0) {
                return false;
            }
            if (state.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /** Goes out. */
    void leave() {
        state.decrementAndGet();
    }

    /** Lets callers in from now on. */
    void open() {
        state.updateAndGet(now -> now & COUNT);
    }

    /** Lets nobody in from now on; those inside stay. */
    void close() {
        state.updateAndGet(now -> now | CLOSED);
    }

    /** Closes it if nobody is inside; otherwise nothing changes. */
    boolean closeIfEmpty() {
        return state.compareAndSet(0, CLOSED) || state.get() == CLOSED;
    }

    /** Whether callers are let in. */
    boolean isOpen() {
        return (state.get() & CLOSED) == 0;
    }

    /** Calls inside. */
    int inside() {
        return state.get() & COUNT;
    }
}
