package org.gatehouse.governance.snapshot;

import java.time.Instant;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * One secret of a key. A key has one, and two while a rotation overlaps. Immutable: do not change the array.
 *
 * @param publicId the 8 public characters after {@code ghk_}
 * @param secretHash keyed hash (HMAC-SHA-256) of the whole key text; compare in constant time
 * @param validUntil from when this secret is refused, because a newer one took over; {@code null} for the newest
 * @param key whose it is
 */
@SuppressWarnings("ArrayRecordComponent") // read on every call; never handed out of the box
public record Credential(String publicId, byte[] secretHash, @Nullable Instant validUntil, KeyRecord key) {

    /** Checks that nothing is missing. */
    public Credential {
        Objects.requireNonNull(publicId, "publicId");
        Objects.requireNonNull(secretHash, "secretHash");
        Objects.requireNonNull(key, "key");
    }
}
