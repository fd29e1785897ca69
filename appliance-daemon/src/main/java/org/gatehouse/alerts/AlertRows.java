package org.gatehouse.alerts;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.AlertSeverity;
import org.gatehouse.store.Database;

/** Alerts in the store. Thread-safe. */
final class AlertRows {
    private final Jdbi jdbi;

    AlertRows(Database database) {
        // Not the database's own: that copies what people set with each commit, and waits for it.
        this.jdbi = Jdbi.create(database.dataSource());
    }

    /** Writes it as it is now, whether it was there or not. */
    void write(Alert alert) {
        jdbi.useTransaction(handle -> {
            handle.createUpdate("DELETE FROM alert WHERE id = :id").bind("id", alert.id()).execute();
            handle.createUpdate("""
                    INSERT INTO alert (id, node, rule_id, rule, kind, severity, subject, about, message, state, since,
                        seen_at, times, acknowledged_by, acknowledged_at, note, resolved_at)
                    VALUES (:id, :node, :ruleId, :rule, :kind, :severity, :subject, :about, :message, :state, :since,
                        :seenAt, :times, :by, CAST(:at AS TIMESTAMP WITH TIME ZONE), :note,
                        CAST(:end AS TIMESTAMP WITH TIME ZONE))
                    """).bind("id", alert.id()).bind("node", alert.node()).bind("ruleId", alert.ruleId())
                    .bind("rule", alert.rule()).bind("kind", alert.kind().name())
                    .bind("severity", alert.severity().name()).bind("subject", alert.subject())
                    .bind("about", alert.about()).bind("message", alert.message()).bind("state", alert.state().name())
                    .bind("since", stamp(alert.since())).bind("seenAt", stamp(alert.seenAt()))
                    .bind("times", alert.times()).bind("by", alert.acknowledgedBy())
                    .bindByType("at", stamp(alert.acknowledgedAt()), OffsetDateTime.class).bind("note", alert.note())
                    .bindByType("end", stamp(alert.resolvedAt()), OffsetDateTime.class).execute();
        });
    }

    private static @Nullable OffsetDateTime stamp(@Nullable Instant at) {
        return at == null ? null : at.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
    }

    /** What a box has not seen the end of. */
    List<Alert> unresolved(UUID node) {
        return jdbi.withHandle(handle -> handle
                .createQuery("SELECT * FROM alert WHERE node = :node AND state <> 'RESOLVED' ORDER BY since, id")
                .bind("node", node).map((row, _) -> alert(row)).list()).stream().flatMap(Optional::stream).toList();
    }

    Optional<Alert> find(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT * FROM alert WHERE id = :id").bind("id", id)
                .map((row, _) -> alert(row)).findOne()).flatMap(found -> found);
    }

    /**
     * The newest first.
     *
     * @param state one of them; {@code null}: those that are not over
     * @param after the id behind which to go on; {@code null} for the beginning
     */
    List<Alert> list(Alert.@Nullable State state, @Nullable AlertKind kind, @Nullable UUID after, int limit) {
        List<String> conditions = new ArrayList<>();
        conditions.add(state == null ? "state <> 'RESOLVED'" : "state = :state");
        if (kind != null) {
            conditions.add("kind = :kind");
        }
        if (after != null) {
            conditions.add("id < :after");
        }
        return jdbi.withHandle(handle -> {
            // UUIDv7 are in the order of time.
            Query query = handle.createQuery("SELECT * FROM alert WHERE " + String.join(" AND ", conditions)
                    + " ORDER BY id DESC FETCH FIRST :limit ROWS ONLY").bind("limit", limit);
            if (state != null) {
                query.bind("state", state.name());
            }
            if (kind != null) {
                query.bind("kind", kind.name());
            }
            if (after != null) {
                query.bind("after", after);
            }
            return query.map((row, _) -> alert(row)).list();
        }).stream().flatMap(Optional::stream).toList();
    }

    /** Removes what was over before then. */
    void forget(Instant before) {
        jdbi.useHandle(handle -> handle.createUpdate("DELETE FROM alert WHERE resolved_at < :before")
                .bind("before", before.atOffset(ZoneOffset.UTC)).execute());
    }

    /** Empty for one of a kind that a later version knew. */
    private static Optional<Alert> alert(ResultSet row) throws SQLException {
        Optional<AlertKind> kind = AlertKind.of(String.valueOf(row.getString("kind")).toLowerCase(Locale.ROOT));
        return kind.isEmpty() ? Optional.empty() : Optional.of(alert(row, kind.get()));
    }

    private static Alert alert(ResultSet row, AlertKind kind) throws SQLException {
        return new Alert(row.getObject("id", UUID.class), row.getObject("node", UUID.class),
                row.getObject("rule_id", UUID.class), row.getString("rule"),
                kind, AlertSeverity.valueOf(row.getString("severity")),
                row.getString("subject"), row.getString("about"), row.getString("message"),
                Alert.State.valueOf(row.getString("state")), Objects.requireNonNull(instant(row, "since")),
                Objects.requireNonNull(instant(row, "seen_at")), row.getInt("times"),
                row.getString("acknowledged_by"), instant(row, "acknowledged_at"), row.getString("note"),
                instant(row, "resolved_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
