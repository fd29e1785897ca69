package org.gatehouse.gateway;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import org.gatehouse.gateway.upstream.http.AbortCause;
import org.gatehouse.gateway.upstream.http.UpstreamCall;

/**
 * How an upstream is left whose client has gone: it is told once it falls silent, and soon in any case. What it has made by
 * then was made for this call, and is counted to the token. Of one call; thread-safe.
 */
final class Farewell {
    /** How long an upstream must say nothing to have said everything. */
    private static final long SILENCE_NANOS = 10_000_000;
    private static final long LONGEST_STREAM_NANOS = 100_000_000;
    private static final long LONGEST_PLAIN_NANOS = 25_000_000;
    /** Until an upstream that was told has closed: it does at once unless it is very busy, or does not care. */
    private static final long LONGEST_GOODBYE_NANOS = 100_000_000;

    private final LongSupplier nanoTime;
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile boolean streaming;
    private volatile boolean waiting;
    private volatile long waitingSince;

    Farewell(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The answer is a stream, and the relay waits for the upstream from now on, or for the client. */
    void streams(boolean waitsForUpstream) {
        streaming = true;
        if (waitsForUpstream) {
            waitingSince = nanoTime.getAsLong();
        }
        waiting = waitsForUpstream;
    }

    /** The client has left. Takes what is still on its way, or breaks off; on a thread of its own, once. */
    void to(UpstreamCall call) {
        if (begun.compareAndSet(false, true)) {
            Thread.startVirtualThread(() -> leave(call));
        }
    }

    private void leave(UpstreamCall call) {
        long left = nanoTime.getAsLong();
        long now;
        boolean silent;
        do {
            LockSupport.parkNanos(SILENCE_NANOS);
            now = nanoTime.getAsLong();
            silent = streaming && waiting && now - Math.max(left, waitingSince) >= SILENCE_NANOS;
        } while (!silent && now - left < (streaming ? LONGEST_STREAM_NANOS : LONGEST_PLAIN_NANOS));
        if (call.hangUp()) {
            LockSupport.parkNanos(LONGEST_GOODBYE_NANOS);
        }
        // Without effect once the call has ended.
        call.abort(AbortCause.CLIENT_GONE);
    }
}
