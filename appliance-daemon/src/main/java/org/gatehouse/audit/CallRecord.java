package org.gatehouse.audit;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * The one row that every call leaves in the trail, refusals included. Immutable.
 *
 * @param id the call, UUIDv7; unique in the trail
 * @param traceId W3C trace id, 32 hex digits
 * @param requestId the client's {@code x-request-id}, or one made for it
 * @param startedAt when the request line was read, microseconds kept
 * @param caller whose key it was; {@code null} when the key was missing or unknown
 * @param clientAddress the peer's IP address
 * @param dialect what the client spoke: {@code openai}, …
 * @param surface what was called: {@code chat.completions}, …
 * @param streamed whether a streamed reply was asked for
 * @param scenario the client's {@code x-gatehouse-scenario}
 * @param modelAsked the public model name asked for
 * @param modelServed the upstream's name of the model that answered
 * @param upstream the upstream's name
 * @param simulated whether the upstream is a simulation
 * @param status the HTTP status that the client got or would have got
 * @param outcome how it ended
 * @param errorCode the contract's code of the refusal or failure
 * @param usage what it used
 * @param cost what it cost; {@code null} when no price applies
 * @param firstByteMicros microseconds until the first reply byte went to the client; {@code null} when none did
 * @param totalMicros microseconds until the end
 * @param requestSha256 hex digest of the recorded request body, when policy records it
 * @param replySha256 hex digest of the recorded reply body, when policy records it
 * @param instance which engine of the upstream it went to, where the upstream has several or they come and go
 * @param attempts the tries at other targets that failed before, in their order; the row's other fields tell of the last
 * @param saved what the box's cache saved by answering; {@code null} when it did not
 */
public record CallRecord(UUID id, String traceId, String requestId, Instant startedAt, @Nullable Caller caller,
        String clientAddress, String dialect, String surface, boolean streamed, @Nullable String scenario,
        @Nullable String modelAsked, @Nullable String modelServed, @Nullable String upstream, boolean simulated,
        int status, Outcome outcome, @Nullable String errorCode, Usage usage, @Nullable Cost cost,
        @Nullable Long firstByteMicros, long totalMicros, @Nullable String requestSha256,
        @Nullable String replySha256, @Nullable String instance,
        List<CallAttempt> attempts, @Nullable Saved saved) implements TrailRecord {

    /** The row of a call to an upstream that is one thing. */
    public CallRecord(UUID id, String traceId, String requestId, Instant startedAt, @Nullable Caller caller,
            String clientAddress, String dialect, String surface, boolean streamed, @Nullable String scenario,
            @Nullable String modelAsked, @Nullable String modelServed, @Nullable String upstream, boolean simulated,
            int status, Outcome outcome, @Nullable String errorCode, Usage usage, @Nullable Cost cost,
            @Nullable Long firstByteMicros, long totalMicros, @Nullable String requestSha256,
            @Nullable String replySha256) {
        this(id, traceId, requestId, startedAt, caller, clientAddress, dialect, surface, streamed, scenario,
                modelAsked, modelServed, upstream, simulated, status, outcome, errorCode, usage, cost, firstByteMicros,
                totalMicros, requestSha256, replySha256, null, List.of(), null);
    }

    /** Checks what must be there. */
    public CallRecord {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(traceId, "traceId");
        Objects.requireNonNull(requestId, "requestId");
        Objects.requireNonNull(startedAt, "startedAt");
        Objects.requireNonNull(clientAddress, "clientAddress");
        Objects.requireNonNull(dialect, "dialect");
        Objects.requireNonNull(surface, "surface");
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(usage, "usage");
        attempts = List.copyOf(attempts);
        startedAt = startedAt.truncatedTo(ChronoUnit.MICROS);
        if (totalMicros < 0) {
            throw new IllegalArgumentException("a call cannot end before it starts");
        }
    }

    /** When it ended, to the microsecond: the time under which the trail and all sums file the call. */
    @Override
    public Instant at() {
        return startedAt.plusNanos(totalMicros * 1_000).truncatedTo(ChronoUnit.MICROS);
    }

    /** The same record with the digests of its recorded bodies. */
    public CallRecord withDigests(@Nullable String request, @Nullable String reply) {
        return new CallRecord(id, traceId, requestId, startedAt, caller, clientAddress, dialect, surface, streamed,
                scenario, modelAsked, modelServed, upstream, simulated, status, outcome, errorCode, usage, cost,
                firstByteMicros, totalMicros, request, reply, instance, attempts, saved);
    }

    /**
     * The record of a call whose reply was ready and was kept back, because this record could not be written in time.
     *
     * @param heldStatus what the client got instead
     * @param code the contract's code of that
     */
    public CallRecord keptBack(int heldStatus, String code) {
        return new CallRecord(id, traceId, requestId, startedAt, caller, clientAddress, dialect, surface, streamed,
                scenario, modelAsked, modelServed, upstream, simulated, heldStatus, Outcome.FAILED, code, usage, cost,
                firstByteMicros, totalMicros, requestSha256, replySha256, instance, attempts, saved);
    }
}
