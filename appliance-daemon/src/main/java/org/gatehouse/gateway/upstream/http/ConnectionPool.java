package org.gatehouse.gateway.upstream.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The connections of one endpoint: last in, first out, so that few of them stay warm and the others grow old and are closed.
 * Bounded; calls beyond the bound wait in order of arrival. Thread-safe; the lock guards the queues and counts below it and is
 * never held during I/O.
 */
final class ConnectionPool {
    /** Calls that may wait for each connection of the bound; admission is expected to hold back more than that. */
    private static final int WAITERS_PER_CONNECTION = 4;

    private final Endpoint endpoint;
    private final Sweeper sweeper;
    private final BufferStack buffers;
    private final LongSupplier nanoTime;
    private final long maxIdleNanos;
    private final LongAdder reused = new LongAdder();

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
    private int open;
    private long opened;
    private boolean retired;
    private boolean shutDown;

    ConnectionPool(Endpoint endpoint, Sweeper sweeper, BufferStack buffers, LongSupplier nanoTime) {
        this.endpoint = endpoint;
        this.sweeper = sweeper;
        this.buffers = buffers;
        this.nanoTime = nanoTime;
        this.maxIdleNanos = endpoint.maxIdleAge().toNanos();
    }

    Endpoint endpoint() {
        return endpoint;
    }

    BufferStack buffers() {
        return buffers;
    }

    long maxIdleNanos() {
        return maxIdleNanos;
    }

    /**
     * A connection that the call now holds: one from the pool that still answers the probe, or one yet to be connected.
     *
     * @param fresh only one yet to be connected will do
     * @throws UpstreamFailureException when the wait ends by deadline or abort
     */
    Connection acquire(UpstreamCall call, boolean fresh, long deadline) throws UpstreamFailureException {
        while (true) {
            Connection connection = takeOrWait(call, fresh, deadline);
            if (!connection.isConnected()) {
                return connection;
            }
            if (!fresh && !connection.tooOld(nanoTime.getAsLong()) && connection.stillQuiet()
                    && connection.takenBy(call)) {
                reused.increment();
                return connection;
            }
            if (connection.end(Holder.Nobody.IDLE)) {
                connection.recycle();
            }
        }
    }

    /** Takes a connection back from a call that has read its reply to the end. */
    void release(Connection connection) {
        lock.lock();
        try {
            Waiter next = waiters.poll();
            if (next != null) {
                next.grant(connection);
                return;
            }
            if (!retired) {
                idle.push(connection);
                return;
            }
        } finally {
            lock.unlock();
        }
        connection.end(Holder.Nobody.IDLE);
    }

    /** A connection has been closed: somebody may open another. Called exactly once for each. */
    void closed(Connection connection) {
        sweeper.forget(connection);
        lock.lock();
        try {
            open--;
            idle.remove(connection);
            Waiter next = waiters.poll();
            if (next != null) {
                next.grant(create(next.call));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Closes connections that have rested too long. */
    void reap(long now) {
        List<Connection> old = new ArrayList<>();
        lock.lock();
        try {
            idle.removeIf(connection -> connection.tooOld(now) && old.add(connection));
        } finally {
            lock.unlock();
        }
        close(old);
    }

    /** Keeps no idle connection from now on. */
    void retire() {
        retire(false);
    }

    /** Ends the calls that wait for a connection, and refuses all others. */
    void shutDown() {
        retire(true);
    }

    private void retire(boolean forGood) {
        List<Connection> all;
        lock.lock();
        try {
            retired = true;
            shutDown |= forGood;
            if (forGood) {
                waiters.forEach(waiter -> waiter.call.end(AbortCause.SHUTTING_DOWN));
            }
            all = new ArrayList<>(idle);
            idle.clear();
        } finally {
            lock.unlock();
        }
        close(all);
    }

    /** Whether no connection is open and nobody waits for one. */
    boolean isEmpty() {
        lock.lock();
        try {
            return open == 0 && waiters.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** How things stand. */
    PoolFigures figures() {
        lock.lock();
        try {
            return new PoolFigures(open, idle.size(), open - idle.size(), waiters.size(), opened, reused.sum());
        } finally {
            lock.unlock();
        }
    }

    private static void close(List<Connection> connections) {
        for (Connection connection : connections) {
            if (connection.end(Holder.Nobody.IDLE)) {
                connection.recycle();
            }
        }
    }

    private Connection takeOrWait(UpstreamCall call, boolean fresh, long deadline) throws UpstreamFailureException {
        Waiter waiter;
        lock.lock();
        try {
            if (shutDown) {
                call.end(AbortCause.SHUTTING_DOWN);
                call.throwIfEnded();
            }
            Connection rested = fresh && open < endpoint.maxConnections() ? null : idle.poll();
            if (rested != null) {
                return rested;
            }
            if (open < endpoint.maxConnections()) {
                return create(call);
            }
            if (waiters.size() >= (long) endpoint.maxConnections() * WAITERS_PER_CONNECTION) {
                throw call.fail(new UpstreamFailure.PoolExhausted(endpoint.toString(), Duration.ZERO,
                        endpoint.maxConnections()), null);
            }
            waiter = new Waiter(call, Thread.currentThread());
            waiters.add(waiter);
        } finally {
            lock.unlock();
        }
        return await(waiter, deadline);
    }

    private Connection await(Waiter waiter, long deadline) throws UpstreamFailureException {
        long since = nanoTime.getAsLong();
        boolean granted = false;
        try {
            granted = waiter.call.await(waiter::isGranted, deadline);
        } finally {
            if (!granted) {
                giveUp(waiter);
            }
        }
        Connection connection = waiter.granted;
        if (!granted || connection == null) {
            throw waiter.call.fail(new UpstreamFailure.PoolExhausted(endpoint.toString(),
                    Duration.ofNanos(nanoTime.getAsLong() - since), endpoint.maxConnections()), null);
        }
        return connection;
    }

    /** A waiter that leaves may have been granted a connection in the same moment; it goes to the next one then. */
    private void giveUp(Waiter waiter) {
        lock.lock();
        try {
            waiters.remove(waiter);
        } finally {
            lock.unlock();
        }
        Connection late = waiter.granted;
        if (late == null) {
            return;
        }
        if (late.isConnected()) {
            release(late);
        } else {
            late.end(waiter.call);
        }
    }

    /** With the lock held. */
    private Connection create(UpstreamCall call) {
        Connection connection = new Connection(this, call);
        open++;
        opened++;
        sweeper.watch(connection);
        return connection;
    }

    /** A call's place in the queue. */
    private static final class Waiter {
        private final UpstreamCall call;
        private final Thread thread;
        private volatile @Nullable Connection granted;

        Waiter(UpstreamCall call, Thread thread) {
            this.call = call;
            this.thread = thread;
        }

        boolean isGranted() {
            return granted != null;
        }

        void grant(Connection connection) {
            granted = connection;
            LockSupport.unpark(thread);
        }
    }
}
