package org.gatehouse.usage;

import java.time.Clock;
import java.time.Instant;
import java.util.List;

import org.jdbi.v3.core.Jdbi;

import org.gatehouse.store.Database;

/** Removes minute and hour rows that are older than reports need; day rows stay. Thread-safe. */
public final class RollupPruning {
    private final Jdbi jdbi;
    private final Clock clock;

    /** Takes the database and the clock. */
    public RollupPruning(Database database, Clock clock) {
        this.jdbi = database.jdbi();
        this.clock = clock;
    }

    /** Removes what is due; how many rows that were. */
    public int prune() {
        Instant now = clock.instant();
        int removed = 0;
        for (Grain grain : List.of(Grain.MINUTE, Grain.HOUR)) {
            long before = grain.keptSince(now);
            removed += jdbi.inTransaction(handle -> {
                if (grain == Grain.HOUR) {
                    UsageDigests.forgetHours(handle, before);
                }
                return handle.createUpdate("DELETE FROM usage_rollup WHERE grain = :grain AND bucket < :before")
                        .bind("grain", grain.code()).bind("before", before).execute();
            });
        }
        return removed;
    }
}
