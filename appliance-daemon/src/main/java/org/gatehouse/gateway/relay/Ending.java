package org.gatehouse.gateway.relay;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.upstream.Trouble;

/** How the relay of a reply ended, and what must still go out once the call is recorded. */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way out, never compared
public sealed interface Ending {

    /**
     * A whole plain reply, not sent yet.
     *
     * @param refusedFor why, when it is the upstream's refusal of what the caller asked; {@code null} for an answer
     */
    record WholeReply(int status, String contentType, byte[] body, @Nullable Cause refusedFor) implements Ending {

        /** Whether it is the upstream's own error, passed on. */
        public boolean upstreamError() {
            return refusedFor != null;
        }
    }

    /**
     * A streamed reply that lacks only its last bytes.
     *
     * @param failed whether those bytes say that the upstream failed
     */
    record StreamEnd(byte[] lastBytes, boolean failed) implements Ending {}

    /**
     * A stream that was ended because a quota ran out.
     *
     * @param whole whether those bytes end it in good form; otherwise they say what happened and the transport is broken
     */
    record QuotaEnd(byte[] lastBytes, boolean whole) implements Ending {}

    /** The upstream failed before anything went to the client. */
    record FailedBefore(Trouble trouble) implements Ending {}

    /**
     * The upstream failed after the reply had begun.
     *
     * @param event the error event to send before the transport is broken off; empty when the grammar has none
     */
    record FailedAfter(Trouble trouble, byte[] event) implements Ending {}

    /**
     * The client left.
     *
     * @param asked whether the upstream may have got the request, so that it may have worked for it
     */
    record ClientLeft(boolean asked) implements Ending {}
}
