package org.gatehouse.simulated.providers;

import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * One request that a simulated provider received. Immutable.
 *
 * @param number counts up from 1
 * @param requestId the provider's own number of the call
 * @param callerRequestId the caller's {@code x-request-id}; empty when it sent none
 * @param target path and query
 * @param headers by lower-case name, credentials too: they are simulated ones
 * @param body as text, cut to the options' length
 * @param model as the caller named it; empty when no model was reached
 * @param status of the reply; 0 when none was sent
 * @param inputTokens of the prompt, when a model was reached
 * @param outputTokens that left the provider so far
 * @param failure that was applied; null for none
 */
public record LedgerEntry(long number, Instant at, String requestId, String callerRequestId, String method,
        String target, Map<String, String> headers, String body, String model, boolean streamed, int status,
        int inputTokens, int outputTokens, @Nullable Failure failure, State state) {

    /** How far a call is. */
    public enum State {
        /** Being answered. */
        RUNNING,
        /** Answered as it should be. */
        FINISHED,
        /** Refused by the provider's rules. */
        REFUSED,
        /** Spoilt by a failure that was asked for. */
        FAILED,
        /** The caller left before the end. */
        ABANDONED
    }

    static LedgerEntry opened(long number) {
        return new LedgerEntry(number, Instant.EPOCH, "", "", "", "", Map.of(), "", "", false, 0, 0, 0, null,
                State.RUNNING);
    }

    LedgerEntry received(Instant when, String id, Received request, String kept) {
        return new LedgerEntry(number, when, id, request.headers().getOrDefault("x-request-id", ""), request.method(),
                request.target(), request.headers(), kept, model, streamed, status, inputTokens, outputTokens, failure,
                state);
    }

    LedgerEntry modelled(String name, boolean streams, int input) {
        return new LedgerEntry(number, at, requestId, callerRequestId, method, target, headers, body, name, streams,
                status, input, outputTokens, failure, state);
    }

    LedgerEntry failing(Failure applied) {
        return new LedgerEntry(number, at, requestId, callerRequestId, method, target, headers, body, model, streamed,
                status, inputTokens, outputTokens, applied, state);
    }

    LedgerEntry produced(int tokens) {
        return new LedgerEntry(number, at, requestId, callerRequestId, method, target, headers, body, model, streamed,
                status, inputTokens, tokens, failure, state);
    }

    LedgerEntry ended(int sent, State end) {
        return new LedgerEntry(number, at, requestId, callerRequestId, method, target, headers, body, model, streamed,
                sent, inputTokens, outputTokens, failure, state == State.RUNNING ? end : state);
    }

    /** Whom its tokens are billed to: the caller's request id, or else the provider's. */
    public String billedTo() {
        return callerRequestId.isEmpty() ? requestId : callerRequestId;
    }
}
