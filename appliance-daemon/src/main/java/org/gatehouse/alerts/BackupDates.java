package org.gatehouse.alerts;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

import org.jdbi.v3.core.Jdbi;

import org.gatehouse.store.Database;

/** When a backup was taken last. Thread-safe. */
public final class BackupDates {
    private final Jdbi jdbi;

    /** Keeps it in that store. */
    public BackupDates(Database database) {
        this.jdbi = database.jdbi();
    }

    /** One was taken whole. */
    public void taken(Instant at) {
        jdbi.useTransaction(handle -> {
            handle.execute("DELETE FROM backup_taken");
            handle.createUpdate("INSERT INTO backup_taken (id, taken_at) VALUES (1, :at)")
                    .bind("at", at.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC)).execute();
        });
    }

    /** The last one; empty when nobody knows of any. */
    public Optional<Instant> last() {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT taken_at FROM backup_taken")
                .mapTo(OffsetDateTime.class).findOne()).map(OffsetDateTime::toInstant);
    }

    /** Since when there is something to lose: when the box made its first token. */
    public Optional<Instant> begun() {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT MIN(created_at) FROM admin_token")
                .mapTo(OffsetDateTime.class).findOne()).map(OffsetDateTime::toInstant);
    }
}
