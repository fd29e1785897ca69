package org.gatehouse.gateway.realtime;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import org.gatehouse.gateway.websocket.Room;

/**
 * The sessions that are open, and one thread that looks after all of them. Closed, it lets each finish its answer, for a few
 * seconds, and takes no new one. Thread-safe.
 */
public final class RealtimeSessions implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RealtimeSessions.class.getName());
    private static final long WAIT_NANOS = 10_000_000;

    private final RealtimeTerms terms;
    private final LongSupplier nanoTime;
    private final Set<RealtimeSession> open = ConcurrentHashMap.newKeySet();
    private final SharedRoom room;
    private final AtomicInteger places = new AtomicInteger();
    private final LongAdder fromClients = new LongAdder();
    private final LongAdder fromUpstreams = new LongAdder();
    private final Thread looker;
    private volatile boolean closed;

    /** Starts looking. */
    public RealtimeSessions(RealtimeTerms terms, LongSupplier nanoTime) {
        this.terms = terms;
        this.nanoTime = nanoTime;
        this.room = new SharedRoom(terms.roomBytes());
        this.looker = Thread.ofVirtual().name("realtime-look").start(this::look);
    }

    /** Where large messages lie. */
    Room room() {
        return room;
    }

    /** How many are open, or about to be. */
    public int size() {
        return places.get();
    }

    /** Messages that clients have sent so far. */
    public long fromClients() {
        return fromClients.sum();
    }

    /** Messages that upstreams have sent so far. */
    public long fromUpstreams() {
        return fromUpstreams.sum();
    }

    /** Takes a place for a session; false when there is none, or the box stops. Given back by {@link #leave}. */
    boolean enter() {
        if (closed) {
            return false;
        }
        if (places.incrementAndGet() > terms.mostSessions()) {
            places.decrementAndGet();
            return false;
        }
        return true;
    }

    /** Gives back the place of a session that did not come about. */
    void leave() {
        places.decrementAndGet();
    }

    void opened(RealtimeSession session) {
        open.add(session);
        LockSupport.unpark(looker);
        if (closed) {
            session.leave();
        }
    }

    void closed(RealtimeSession session) {
        open.remove(session);
        places.decrementAndGet();
    }

    void passed(boolean fromClient) {
        (fromClient ? fromClients : fromUpstreams).increment();
    }

    private void look() {
        while (!closed || !open.isEmpty()) {
            if (open.isEmpty()) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, terms.look().toNanos());
            }
            long now = nanoTime.getAsLong();
            for (RealtimeSession session : open) {
                try {
                    session.look(now);
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.ERROR, "A session could not be looked after. This is a bug: report it.",
                            e);
                }
            }
        }
    }

    /** Asks all sessions to end, and waits for them; those that take too long are cut. */
    @Override
    public void close() {
        closed = true;
        open.forEach(RealtimeSession::leave);
        LockSupport.unpark(looker);
        if (!awaitNone(terms.goodbye().toNanos())) {
            open.forEach(RealtimeSession::leaveNow);
            // Two goodbyes, of which the second is that of the connections.
            awaitNone(3 * terms.goodbye().toNanos());
        }
    }

    private boolean awaitNone(long nanos) {
        long until = nanoTime.getAsLong() + nanos;
        while (!open.isEmpty()) {
            if (nanoTime.getAsLong() - until >= 0) {
                return false;
            }
            LockSupport.parkNanos(this, WAIT_NANOS);
        }
        return true;
    }
}
