package org.gatehouse.gateway.upstream.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * The one thread that keeps all deadlines: it looks at every connection each few tens of milliseconds and ends the calls whose
 * time is over. Reads therefore need no timers: a timed park costs more than the whole bookkeeping of a read. A platform thread,
 * so that it runs even when every carrier of virtual threads is busy. Sleeps while there is no connection at all.
 */
final class Sweeper implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Sweeper.class.getName());
    private static final int ROUNDS_BETWEEN_REAPS = 10;

    private final Set<Connection> everyConnection = ConcurrentHashMap.newKeySet();
    private final LongConsumer reap;
    private final LongSupplier nanoTime;
    private final long intervalNanos;
    private final Thread thread;
    private volatile boolean stopped;

    /** {@code reap} closes connections that have rested too long; it gets the time. */
    Sweeper(LongConsumer reap, LongSupplier nanoTime, Duration interval) {
        this.reap = reap;
        this.nanoTime = nanoTime;
        this.intervalNanos = interval.toNanos();
        this.thread = Thread.ofPlatform().daemon().name("upstream-sweeper").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Looks at this connection from now on. */
    void watch(Connection connection) {
        everyConnection.add(connection);
        LockSupport.unpark(thread);
    }

    /** Looks at it no more. */
    void forget(Connection connection) {
        everyConnection.remove(connection);
    }

    /** Those looked at. */
    Set<Connection> watched() {
        return everyConnection;
    }

    @Override
    public void close() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        int round = 0;
        while (!stopped) {
            if (everyConnection.isEmpty()) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, intervalNanos);
            }
            try {
                sweep(nanoTime.getAsLong(), ++round % ROUNDS_BETWEEN_REAPS == 0);
            } catch (RuntimeException unexpected) {
                // Without this thread no deadline is kept, so nothing that goes wrong with one connection may end it.
                LOGGER.log(System.Logger.Level.ERROR,
                        "A connection could not be swept. The sweeper goes on; report this.",
                        unexpected);
            }
        }
    }

    private void sweep(long now, boolean reapToo) {
        for (Connection connection : everyConnection) {
            connection.sweep(now);
        }
        if (reapToo) {
            reap.accept(now);
        }
    }
}
