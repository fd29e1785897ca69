package org.gatehouse.gateway.exchange;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.Surface;

/**
 * What was known of a call when its head had been read. Immutable.
 *
 * @param id UUIDv7
 * @param at wall clock
 * @param nanos monotonic clock, for durations
 * @param dialect what the client speaks
 * @param clientAddress the peer, not a forwarded header
 * @param requestId the client's own id, or the call's
 * @param scenario {@code x-gatehouse-scenario}, checked
 * @param contentType of the body, as sent
 * @param pathModel a model named in the path
 * @param hints what the client's headers say besides
 * @param snapshot the policies that hold for this call, whatever changes meanwhile
 * @param claim whose call it claims to be, unchecked
 */
public record Arrival(UUID id, Instant at, long nanos, Dialect dialect, Surface surface, InetAddress clientAddress,
        String requestId, TraceContext trace, @Nullable String scenario,
        @Nullable String contentType, @Nullable String pathModel, Hints hints, PolicySnapshot snapshot, Claim claim) {

    /**
     * What a client says in headers and in the query that its dialect has no field for.
     *
     * @param session {@code x-gatehouse-session}: what its conversation is called
     * @param betas {@code anthropic-beta}: passed on to Anthropic
     * @param hops through how many boxes like this one it has come already
     * @param part which part of a list it wants: what the query says, as it stands there
     * @param batch whether nobody waits for the answer: {@code x-gatehouse-class}, or a batch that the box executes
     */
    public record Hints(@Nullable String session, @Nullable String betas, int hops, Map<String, String> part,
            boolean batch) {
        /** Nothing. */
        public static final Hints NONE = new Hints(null, null, 0, Map.of(), false);
    }

    /** A call of a client that shows its key, or nothing. */
    public Arrival(UUID id, Instant at, long nanos, Dialect dialect, Surface surface, InetAddress clientAddress,
            String requestId, TraceContext trace, @Nullable String scenario, @Nullable String credential,
            @Nullable String contentType, @Nullable String pathModel, Hints hints, PolicySnapshot snapshot) {
        this(id, at, nanos, dialect, surface, clientAddress, requestId, trace, scenario,
                contentType, pathModel, hints, snapshot, new Claim.Presented(credential));
    }

    /** Checks what must be there. */
    public Arrival {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(claim, "claim");
        Objects.requireNonNull(at, "at");
        Objects.requireNonNull(surface, "surface");
        Objects.requireNonNull(snapshot, "snapshot");
    }
}
