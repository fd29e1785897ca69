package org.gatehouse.gateway.recording;

import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Refusal;

/** Where calls are written down. Thread-safe. */
public interface CallBook {
    /** Of a longer body only so many bytes are kept. */
    int MAX_RECORDED_BYTES = 4 << 20;

    /** Why no call can be taken now; empty when calls can be recorded. */
    Optional<Refusal> refusal();

    /** Notes that a call is about to reach its upstream. */
    Flight takeOff(Exchange exchange);

    /**
     * Writes a call's row; true once it is durable, false when it cannot be written in time. What a call used that was at
     * its upstream must not be lost: its row is written later then, as that of a call that failed, and its flight landed.
     *
     * @param flight of a call that was at its upstream; on true its owner lands it, on false this book does
     * @param request the body to keep, as policy wants it
     * @param reply likewise
     * @param keptDays for how many days the bodies are kept
     */
    boolean write(CallRecord row, byte @Nullable [] request, byte @Nullable [] reply, int keptDays,
            @Nullable Flight flight);

    /** A call in flight, as a killed daemon would find it again. */
    interface Flight {

        /** Notes what is known to be used by now. */
        void progress(long inputTokens, long outputTokens);

        /** The row is written. May be called twice, and by any thread. */
        void land();

        /** Whether {@link #land} was called. */
        boolean landed();
    }
}
