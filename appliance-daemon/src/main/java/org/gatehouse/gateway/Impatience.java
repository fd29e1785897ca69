package org.gatehouse.gateway;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import org.gatehouse.gateway.exchange.Way;

/**
 * Watches the tries that have shown nothing yet while another target could be asked, and gives up on those that take too
 * long. One thread for all of them, none while there are none with another target. Thread-safe.
 */
public final class Impatience implements AutoCloseable {
    private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();
    private static final Watch NOBODY = new Watch() {
        @Override
        public void anew() {
            // Nobody else could serve the call.
        }

        @Override
        public void close() {
            // Nobody watches.
        }
    };

    private final LongSupplier nanoTime;
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
    private final Thread looker;
    private volatile boolean closed;

    /** Starts looking. */
    public Impatience(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.looker = Thread.ofVirtual().name("impatience").start(this::look);
    }

    /** Of one try; closing it ends it. */
    interface Watch extends AutoCloseable {
        /** The try's time begins now: before, it waited for its turn. */
        void anew();

        @Override
        void close();
    }

    /** Runs the action once, on another thread, when the try takes too long. A try with no alternative is never too slow. */
    Watch watch(Way way, Runnable giveUp) {
        if (!way.another()) {
            return NOBODY;
        }
        Duration within = way.firstByteWithin();
        Waiting entry = new Waiting(way, giveUp, within == null ? Long.MAX_VALUE : within.toNanos());
        entry.anew();
        return entry;
    }

    private void look() {
        while (!closed) {
            if (waiting.isEmpty()) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, LOOK_NANOS);
            }
            long now = nanoTime.getAsLong();
            for (Waiting entry : waiting) {
                if (entry.tooLong(now) && waiting.remove(entry)) {
                    entry.giveUp.run();
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(looker);
    }

    /** Compared by identity. */
    private final class Waiting implements Watch {
        private final Way way;
        private final Runnable giveUp;
        private final long withinNanos;
        private volatile long since;

        private Waiting(Way way, Runnable giveUp, long withinNanos) {
            this.way = way;
            this.giveUp = giveUp;
            this.withinNanos = withinNanos;
        }

        @Override
        public void anew() {
            since = nanoTime.getAsLong();
            boolean first = waiting.isEmpty();
            waiting.add(this);
            if (first) {
                LockSupport.unpark(looker);
            }
        }

        private boolean tooLong(long now) {
            return now - since >= withinNanos && !way.begun() || way.shouldMoveOn();
        }

        @Override
        public void close() {
            waiting.remove(this);
        }
    }
}
