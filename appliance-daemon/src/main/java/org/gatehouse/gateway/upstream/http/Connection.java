package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * One connection to an endpoint, and who holds it. The holder is the fence between calls: only a compare-and-set from the call
 * that believes to hold the connection can close it or give it back, so an abort that comes late can never hit the next call.
 *
 * <p>Bytes are moved by the holder's thread alone; {@link #end} and {@link #sweep} may come from any thread.
 */
final class Connection {
    /** We close this much before the upstream does, for what its packets take to get here. */
    private static final long IDLE_MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ConnectionPool pool;
    private final AtomicReference<Holder> holder;
    private volatile @Nullable Attempt attempt;
    private @Nullable Transport transport;
    private @Nullable ByteBuffer buffer;
    private boolean wrote;
    private long idleSince;
    private long idleLimit;

    /** A connection that the call has yet to connect. */
    Connection(ConnectionPool pool, UpstreamCall call) {
        this.pool = pool;
        this.holder = new AtomicReference<>(call);
        this.idleLimit = pool.maxIdleNanos();
    }

    // --- who holds it

    /** From the pool to a call; false when it has been closed meanwhile. */
    boolean takenBy(UpstreamCall call) {
        return holder.compareAndSet(Holder.Nobody.IDLE, call);
    }

    /** From a call to the pool; false when the call has been ended meanwhile and the connection with it. */
    boolean releasedBy(UpstreamCall call, long now) {
        idleSince = now;
        return holder.compareAndSet(call, Holder.Nobody.IDLE);
    }

    /**
     * Closes our direction, if the call still holds the connection: an HTTP/1.1 server takes that for the client's leaving,
     * stops and closes, and everything that it had sent can still be read. From any thread; the request must have been sent.
     *
     * @return false when there is no such thing, as under TLS, or the call has ended
     */
    boolean hangUp(UpstreamCall call) {
        Attempt current = attempt;
        if (current == null || !(transport instanceof PlainTransport)
                || !holder.compareAndSet(call, new Holder.HungUp(call))) {
            return false;
        }
        try {
            current.channel().shutdownOutput();
            return true;
        } catch (IOException broken) {
            return false;
        }
    }

    /** Closes the connection if the holder is still this one, and tells the pool. From any thread. */
    boolean end(Holder expected) {
        Holder found;
        do {
            found = holder.get();
            if (found != expected && !(found instanceof Holder.HungUp hungUp && hungUp.call() == expected)) {
                return false;
            }
        } while (!holder.compareAndSet(found, Holder.Nobody.CLOSED));
        Attempt current = attempt;
        if (current != null) {
            current.close();
        }
        pool.closed(this);
        return true;
    }

    /** Closes whoever holds it: a call in flight is aborted. */
    void shutDown() {
        switch (holder.get()) {
            case UpstreamCall call -> call.end(AbortCause.SHUTTING_DOWN);
            case Holder.HungUp hungUp -> hungUp.call().end(AbortCause.SHUTTING_DOWN);
            case Holder.Nobody nobody -> end(Holder.Nobody.IDLE);
        }
    }

    /** Looks at the deadlines of whoever holds it. Called by the sweeper. */
    void sweep(long now) {
        Attempt current = attempt;
        if (current != null && current.expired(now)) {
            current.close();
        }
        switch (holder.get()) {
            case UpstreamCall call -> call.expire(now);
            case Holder.HungUp hungUp -> hungUp.call().expire(now);
            case Holder.Nobody _ -> {
                // Its idle time is looked at when it is taken.
            }
        }
    }

    // --- connecting

    /** Makes this the channel that ending the connection closes. */
    void connecting(Attempt next) throws IOException {
        attempt = next;
        // Written before the holder is read, as end() writes the holder before it reads the attempt: one of the two sees the other.
        if (holder.get() == Holder.Nobody.CLOSED) {
            next.close();
            throw new ClosedChannelException();
        }
    }

    /** The attempt has led to a transport. */
    void connected(Attempt made, Transport over) throws IOException {
        connecting(new Attempt(made.channel(), false, 0));
        transport = over;
        buffer = over.newBuffer(pool.buffers());
        buffer.limit(0);
    }

    /** Whether it has carried a call before. */
    boolean isConnected() {
        return transport != null;
    }

    // --- resting

    /** Whether it rested too long to be used again. */
    boolean tooOld(long now) {
        return now - idleSince > idleLimit;
    }

    /** What the upstream said about how long it keeps an idle connection; it can only shorten the endpoint's own limit. */
    void announcedIdle(int seconds) {
        if (seconds >= 0) {
            idleLimit = Math.min(pool.maxIdleNanos(), TimeUnit.SECONDS.toNanos(seconds) - IDLE_MARGIN_NANOS);
        }
    }

    /**
     * Whether the other side still keeps the connection: nothing to read, and not the end either. Costs one read call: on virtual
     * threads the JDK keeps the descriptor non-blocking, and changing the mode is then only a flag. Under TLS the bytes are those
     * of the layer below: a late session ticket costs a connection, a close_notify is noticed.
     */
    boolean stillQuiet() {
        Attempt current = attempt;
        ByteBuffer probe = buffer;
        if (current == null || probe == null) {
            return false;
        }
        try {
            probe.clear().limit(1);
            current.channel().configureBlocking(false);
            int count = current.channel().read(probe);
            current.channel().configureBlocking(true);
            probe.limit(0);
            return count == 0;
        } catch (IOException broken) {
            return false;
        }
    }

    // --- moving bytes

    /** Bytes received and not yet consumed lie between position and limit. */
    ByteBuffer buffer() {
        ByteBuffer current = buffer;
        if (current == null) {
            throw new IllegalStateException("The connection has no transport yet. Connect it first.");
        }
        return current;
    }

    /** Replaces the consumed buffer's content with what comes next; blocks for at least one byte; -1 at the end. */
    int fill() throws IOException {
        ByteBuffer target = buffer().clear();
        try {
            return transport().read(target);
        } finally {
            target.flip();
        }
    }

    /** Writes what lies between the buffer's begin and position, and clears it. */
    void drain() throws IOException {
        ByteBuffer source = buffer().flip();
        wrote = true;
        transport().write(source);
        source.clear();
    }

    /** Writes beside a thread that reads, after a switch of protocols: past the buffer, which is that one's. */
    void write(byte[] bytes, int offset, int length) throws IOException {
        transport().write(ByteBuffer.wrap(bytes, offset, length));
    }

    /** Whether anything has been handed to the network since the last {@link #beginRequest}. */
    boolean hasWritten() {
        return wrote;
    }

    /** Makes the buffer ready to take a request. */
    ByteBuffer beginRequest() {
        wrote = false;
        return buffer().clear();
    }

    /** Gives the buffer away. Only by the thread that moved the bytes, after the connection was closed. */
    void recycle() {
        ByteBuffer last = buffer;
        if (last != null) {
            buffer = null;
            pool.buffers().giveBack(last);
        }
    }

    private Transport transport() {
        Transport current = transport;
        if (current == null) {
            throw new IllegalStateException("The connection has no transport yet. Connect it first.");
        }
        return current;
    }
}
