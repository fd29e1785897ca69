package org.gatehouse.audit;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a call when it goes to its upstream: enough to account for it if the daemon dies meanwhile. Immutable.
 * The components mean what they mean in {@link CallRecord}.
 *
 * @param inputTokens the prompt's tokens, counted or estimated
 */
public record CallDraft(UUID id, String traceId, String requestId, Instant startedAt, Caller caller,
        String clientAddress, String dialect, String surface, boolean streamed, @Nullable String scenario,
        String modelAsked, String modelServed, String upstream, boolean simulated, long inputTokens) {

    /** Checks what must be there. */
    public CallDraft {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(requestId, "requestId");
        Objects.requireNonNull(startedAt, "startedAt");
        Objects.requireNonNull(caller, "caller");
        Objects.requireNonNull(clientAddress, "clientAddress");
        Objects.requireNonNull(dialect, "dialect");
        Objects.requireNonNull(surface, "surface");
        Objects.requireNonNull(modelAsked, "modelAsked");
        Objects.requireNonNull(modelServed, "modelServed");
        Objects.requireNonNull(upstream, "upstream");
    }

    /**
     * The record of a call that never came to its end.
     *
     * @param usage what it used until then
     * @param cost what that costs
     * @param totalMicros how long it is known to have lived
     */
    public CallRecord interrupted(Usage usage, @Nullable Cost cost, long totalMicros) {
        return new CallRecord(id, traceId, requestId, startedAt, caller, clientAddress, dialect, surface, streamed,
                scenario, modelAsked, modelServed, upstream, simulated, 500, Outcome.INTERRUPTED, "interrupted", usage,
                cost, null, totalMicros, null, null);
    }
}
