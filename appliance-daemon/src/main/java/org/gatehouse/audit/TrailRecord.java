package org.gatehouse.audit;

import java.time.Instant;
import java.util.UUID;

/** What stands in one row of the trail. */
public sealed interface TrailRecord permits CallRecord, AdminRecord, Checkpoint, RetentionRecord {

    /** The record's own identity, UUIDv7; unique in the trail. */
    UUID id();

    /** When it happened, to the microsecond. */
    Instant at();

    /** What kind of record it is. */
    default Kind kind() {
        return switch (this) {
            case CallRecord _ -> Kind.CALL;
            case AdminRecord _ -> Kind.ADMIN;
            case Checkpoint _ -> Kind.CHECKPOINT;
            case RetentionRecord _ -> Kind.RETENTION;
        };
    }

    /** The kinds of records. Their order is stored: only add at the end. */
    enum Kind {
        CALL, ADMIN, CHECKPOINT, RETENTION;

        /** The name in records and in the API, lower case. */
        public String id() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
