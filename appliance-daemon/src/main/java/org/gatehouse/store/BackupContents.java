package org.gatehouse.store;

import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What a backup is, for whoever has to decide about it. Immutable.
 *
 * @param box the name of the box that wrote it; {@code null} in older ones
 * @param software the version that wrote it; {@code null} in older ones
 * @param createdAt when it was begun
 * @param schema the version of its database's schema
 * @param holdsKey whether the key that opens its secrets is in it, under a passphrase
 * @param rows in all tables
 * @param tables how many rows each has
 * @param unpackedBytes how large it is when it is unpacked
 */
public record BackupContents(@Nullable String box, @Nullable String software, Instant createdAt, String schema,
        boolean holdsKey, long rows, Map<String, Long> tables, long unpackedBytes) {

    /** Copies the counts. */
    public BackupContents {
        tables = Map.copyOf(tables);
    }

    /** How many rows that table has; 0 when it is not there. */
    public long rowsOf(String table) {
        return tables.getOrDefault(table, 0L);
    }
}
