package org.gatehouse.listen;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long one connection has kept us waiting, and for what. Written by the threads that serve the connection, read by the {@link Reaper}; times
 * come from the reaper's coarse clock, so that keeping them costs a field write and no system call.
 *
 * <p>While no call is in flight there is one deadline: for the TLS handshake and the headers, for the next request, or for the last goodbye. While
 * calls are in flight only a stalled write counts, and the {@link BodyPace} of a body that is being read.
 */
final class Pace {
    private final ListenerSettings.Timeouts timeouts;
    private final CoarseClock clock;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile long deadline;
    private volatile Waiting waiting = Waiting.FOR_HEADERS;
    /** 0 while nobody writes. */
    private volatile long writingSince;

    Pace(ListenerSettings.Timeouts timeouts, CoarseClock clock) {
        this.timeouts = timeouts;
        this.clock = clock;
        this.deadline = clock.nanos() + timeouts.header().toNanos();
    }

    /** Bytes of a request came in while no call was in flight: the headers must be complete in time from the first byte on. */
    void bytesArrived() {
        if (waiting == Waiting.FOR_A_REQUEST) {
            deadline = clock.nanos() + timeouts.header().toNanos();
            waiting = Waiting.FOR_HEADERS;
        }
    }

    void callBegins() {
        calls.incrementAndGet();
    }

    /** Counts a call out; true if it was the last one in flight. */
    boolean callEnds() {
        deadline = clock.nanos() + timeouts.idle().toNanos();
        waiting = Waiting.FOR_A_REQUEST;
        return calls.decrementAndGet() == 0;
    }

    int callsInFlight() {
        return calls.get();
    }

    void writeBegins() {
        writingSince = clock.nanos();
    }

    void writeEnds() {
        writingSince = 0;
    }

    /** The last answer is out; the client has this long to take it and leave. */
    void goodbye(long nanos) {
        waiting = Waiting.FOR_DEPARTURE;
        deadline = clock.nanos() + nanos;
    }

    /** What this connection ran out of, if anything. */
    Verdict verdict(long now) {
        long writing = writingSince;
        if (writing != 0 && now - writing > timeouts.write().toNanos()) {
            return Verdict.WRITE_STALLED;
        }
        if (waiting != Waiting.FOR_DEPARTURE && calls.get() > 0 || now - deadline <= 0) {
            return Verdict.FINE;
        }
        return switch (waiting) {
            case FOR_HEADERS -> Verdict.HEADERS_LATE;
            case FOR_A_REQUEST -> Verdict.IDLE;
            case FOR_DEPARTURE -> Verdict.LINGERED;
        };
    }

    private enum Waiting {
        FOR_HEADERS, FOR_A_REQUEST, FOR_DEPARTURE
    }

    /** The state of a connection in the eyes of the reaper; all but FINE mean: close. */
    enum Verdict {
        FINE, HEADERS_LATE, IDLE, WRITE_STALLED, LINGERED
    }
}
