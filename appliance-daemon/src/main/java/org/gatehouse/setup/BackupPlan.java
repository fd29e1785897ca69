package org.gatehouse.setup;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;

import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.store.Database;

/** Where a backup is laid each day, kept in the store. Thread-safe. */
public final class BackupPlan {
    private static final int ONLY = 1;
    private static final int LONGEST_TROUBLE = 2_000;

    private final Jdbi jdbi;

    /** In that store. */
    public BackupPlan(Database database) {
        this.jdbi = database.jdbi();
    }

    /** What is wanted. */
    public record Daily(
            @About(value = "A directory on the box, best on another disk or machine: an absolute path.", min = 2, max = 1000, pattern = "/[^\\p{Cntrl}]*") String directory,
            @About(value = "After which hour of the box's day it is made.", fallback = "2", max = 23) int hour,
            @About(value = "How many of the newest are kept.", fallback = "7", min = 1, max = 365) int keep) {}

    /**
     * What is wanted, and how the last one went.
     *
     * @param lastAt when one was last made; {@code null} for never
     * @param lastFile where it lies; {@code null} for none
     * @param trouble why the last attempt failed; {@code null} when it did not
     */
    public record Planned(Daily daily, @Nullable Instant lastAt, @Nullable String lastFile, @Nullable String trouble) {}

    /** What is planned; empty for nothing. */
    public Optional<Planned> planned() {
        return jdbi.withHandle(handle -> handle.createQuery("""
                SELECT directory, at_hour, keep_count, last_at, last_file, last_trouble FROM backup_plan WHERE id = :id
                """).bind("id", ONLY).map((row, _) -> planned(row)).findOne());
    }

    private static Planned planned(ResultSet row) throws SQLException {
        OffsetDateTime last = row.getObject("last_at", OffsetDateTime.class);
        return new Planned(new Daily(Objects.requireNonNull(row.getString("directory")), row.getInt("at_hour"),
                row.getInt("keep_count")), last == null ? null : last.toInstant(), row.getString("last_file"),
                row.getString("last_trouble"));
    }

    /** Plans this, or nothing for {@code null}. Says whether something else was planned before. */
    public boolean plan(@Nullable Daily daily) {
        Daily before = planned().map(Planned::daily).orElse(null);
        if (Objects.equals(before, daily)) {
            return false;
        }
        jdbi.useTransaction(handle -> {
            if (daily == null) {
                handle.createUpdate("DELETE FROM backup_plan WHERE id = :id").bind("id", ONLY).execute();
                return;
            }
            String change = before == null
                    ? "INSERT INTO backup_plan (id, directory, at_hour, keep_count) VALUES (:id, :directory, :hour, :keep)"
                    : "UPDATE backup_plan SET directory = :directory, at_hour = :hour, keep_count = :keep WHERE id = :id";
            handle.createUpdate(change).bind("id", ONLY).bind("directory", daily.directory())
                    .bind("hour", daily.hour()).bind("keep", daily.keep()).execute();
        });
        return true;
    }

    /** One was made. */
    public void made(Instant at, String file) {
        jdbi.useTransaction(handle -> handle.createUpdate("""
                UPDATE backup_plan SET last_at = :at, last_file = :file, last_trouble = NULL WHERE id = :id
                """).bind("at", at.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC)).bind("file", file)
                .bind("id", ONLY).execute());
    }

    /** One could not be made. */
    public void failed(String why) {
        String cut = why.length() <= LONGEST_TROUBLE ? why : why.substring(0, LONGEST_TROUBLE);
        jdbi.useTransaction(
                handle -> handle.createUpdate("UPDATE backup_plan SET last_trouble = :why WHERE id = :id")
                        .bind("why", cut).bind("id", ONLY).execute());
    }
}
