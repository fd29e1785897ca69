package org.gatehouse.audit;

import java.time.Instant;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The bodies of a call, as far as policy wants them kept. The arrays must not be written to any more.
 *
 * @param request what the client sent
 * @param reply what it got
 * @param expiresAt when retention may remove them
 */
public record RecordedBodies(byte @Nullable [] request, byte @Nullable [] reply, Instant expiresAt) {

    /** Checks that the time is there. */
    public RecordedBodies(byte @Nullable [] request, byte @Nullable [] reply, Instant expiresAt) {
        this.request = request;
        this.reply = reply;
        this.expiresAt = Objects.requireNonNull(expiresAt, "expiresAt");
    }
}
