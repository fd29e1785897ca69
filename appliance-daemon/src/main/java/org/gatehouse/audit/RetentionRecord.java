package org.gatehouse.audit;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.UUID;

/**
 * Says that old rows were removed on purpose. Immutable.
 *
 * @param sequence the last removed record
 * @param head that record's hash, 64 hex digits: what the first kept record is linked to
 * @param olderThan rows from before this time were to go
 */
public record RetentionRecord(UUID id, Instant at, long sequence, String head,
        Instant olderThan) implements TrailRecord {

    /** Checks what must be there. */
    public RetentionRecord {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(head, "head");
        at = at.truncatedTo(ChronoUnit.MICROS);
        olderThan = olderThan.truncatedTo(ChronoUnit.MICROS);
    }
}
