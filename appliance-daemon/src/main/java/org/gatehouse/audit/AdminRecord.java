package org.gatehouse.audit;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * What somebody changed. Immutable. Holds no secret: whoever makes one leaves secrets out of {@code before} and
 * {@code after}.
 *
 * @param actor who did it: a user's name, {@code token:<name>} or {@code system}
 * @param address from which IP address; {@code null} for the system itself
 * @param action what was done: {@code create}, {@code update}, {@code revoke}, …
 * @param objectType to which kind of thing: {@code key}, {@code budget}, …
 * @param objectId to which thing
 * @param before its JSON before; {@code null} when it was made
 * @param after its JSON after; {@code null} when it was removed
 * @param requestId the request that asked for it
 */
public record AdminRecord(UUID id, Instant at, String actor, @Nullable String address, String action, String objectType,
        String objectId, @Nullable String before, @Nullable String after, String requestId) implements TrailRecord {

    /** Checks what must be there. */
    public AdminRecord {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(actor, "actor");
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(objectType, "objectType");
        Objects.requireNonNull(objectId, "objectId");
        Objects.requireNonNull(requestId, "requestId");
        at = at.truncatedTo(ChronoUnit.MICROS);
    }
}
