package org.gatehouse.simulated;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Whoever sits at the other end of a connection: still there, or gone. The connection's thread waits here; the thread that
 * watches the socket, or the server that stops, wakes it.
 */
final class Caller {
    private final SocketChannel channel;
    private final RequestReader reader;
    private final LongSupplier nanoTime;
    private final Thread.Builder threads;
    private volatile boolean gone;
    private volatile boolean aborted;
    private volatile @Nullable Thread waiting;

    Caller(SocketChannel channel, RequestReader reader, LongSupplier nanoTime) {
        this.channel = channel;
        this.reader = reader;
        this.nanoTime = nanoTime;
        threads = Thread.ofVirtual().name("simulated-engine-watch");
    }

    /** Begins to watch for the caller's leaving, if that does not go on already. */
    void watch() {
        reader.watch(this, threads);
    }

    /**
     * Waits until {@code deadline} (of the injected nano clock) or until {@link #abort}.
     *
     * @throws CallEnded as soon as the caller is seen to have left
     */
    void waitUntil(long deadline) throws CallEnded {
        watch();
        waiting = Thread.currentThread();
        try {
            check();
            long left = deadline - nanoTime.getAsLong();
            while (left > 0 && !aborted) {
                LockSupport.parkNanos(this, left);
                check();
                left = deadline - nanoTime.getAsLong();
            }
        } finally {
            waiting = null;
        }
    }

    /** Waits this long, or until the caller leaves. */
    void pause(long nanos) throws CallEnded {
        waitUntil(nanoTime.getAsLong() + nanos);
    }

    void check() throws CallEnded {
        if (gone) {
            throw new CallEnded(CallEnded.By.CALLER);
        }
    }

    /** Tells that the other end is closed or broken. Closes ours too, so that a write that hangs ends. */
    void left() {
        gone = true;
        wake();
        try {
            channel.close();
        } catch (IOException e) {
            // It is as closed as it will be.
        }
    }

    /** Tells the connection's thread to end what it generates, because the server stops. */
    void abort() {
        aborted = true;
        wake();
    }

    boolean aborted() {
        return aborted;
    }

    private void wake() {
        Thread thread = waiting;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }
}
