package org.gatehouse.compute;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.gatehouse.gpu.GpuAction;
import org.gatehouse.gpu.GpuEvent;
import org.gatehouse.gpu.Severity;
import org.gatehouse.store.Database;
import org.gatehouse.store.StoreFailure;
import org.gatehouse.store.StoredText;

/** The table of GPU events, as they stand; the trail has each turn of them. Committed by plain JDBC, as the minutes are. Thread-safe. */
final class EventRows {
    /** How long an event is kept after it was last seen. */
    static final Duration KEPT = Duration.ofDays(90);
    private static final int TEXT = 200;
    private static final long FARTHEST = 1_000_000_000_000L;
    private static final int LONG_TEXT = 2_000;

    private final Database database;

    EventRows(Database database) {
        this.database = database;
    }

    /** Writes them all, or none; each takes the place of what was there of it. */
    void write(Collection<GpuEvent> events) {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement merge = connection.prepareStatement(
                    """
                            MERGE INTO gpu_event t
                            USING (VALUES (CAST(? AS VARCHAR(200)), CAST(? AS VARCHAR(200)), CAST(? AS VARCHAR(200)),
                                CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS INTEGER), CAST(? AS VARCHAR(16)),
                                CAST(? AS VARCHAR(32)), CAST(? AS VARCHAR(2000)), CAST(? AS VARCHAR(2000)), CAST(? AS BIGINT),
                                CAST(? AS BOOLEAN)))
                            AS s (node, gpu_uuid, symptom, first_seen, last_seen, gpu_index, severity, action, text, advice, times,
                                active)
                            ON t.node = s.node AND t.gpu_uuid = s.gpu_uuid AND t.symptom = s.symptom
                                AND t.first_seen = s.first_seen
                            WHEN MATCHED THEN UPDATE SET last_seen = s.last_seen, gpu_index = s.gpu_index, times = s.times,
                                active = s.active
                            WHEN NOT MATCHED THEN INSERT (node, gpu_uuid, symptom, first_seen, last_seen, gpu_index, severity,
                                action, text, advice, times, active)
                            VALUES (s.node, s.gpu_uuid, s.symptom, s.first_seen, s.last_seen, s.gpu_index, s.severity, s.action,
                                s.text, s.advice, s.times, s.active)""")) {
                for (GpuEvent event : events) {
                    merge.setString(1, StoredText.fit(event.node(), TEXT));
                    merge.setString(2, StoredText.fit(event.gpuUuid(), TEXT));
                    merge.setString(3, StoredText.fit(event.symptom().key(), TEXT));
                    merge.setLong(4, micros(event.firstSeen()));
                    merge.setLong(5, micros(event.lastSeen()));
                    merge.setInt(6, event.gpuIndex());
                    merge.setString(7, event.symptom().severity().name());
                    merge.setString(8, event.symptom().action().name());
                    merge.setString(9, StoredText.fit(event.symptom().text(), LONG_TEXT));
                    merge.setString(10, StoredText.fit(event.symptom().advice(), LONG_TEXT));
                    merge.setLong(11, event.count());
                    merge.setBoolean(12, event.active());
                    merge.addBatch();
                }
                merge.executeBatch();
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            }
        } catch (SQLException e) {
            throw new StoreFailure("The events of the GPUs cannot be stored (" + e.getMessage()
                    + "). Check the database.", e);
        }
    }

    /** Events last seen at or after a moment, the newest first. */
    List<StoredEvent> since(Instant from, int most) {
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement select = connection.prepareStatement(
                        """
                                SELECT node, gpu_uuid, gpu_index, symptom, severity, action, text, advice, first_seen, last_seen,
                                    times, active
                                FROM gpu_event WHERE last_seen >= ? ORDER BY last_seen DESC, node, gpu_uuid, symptom LIMIT ?""")) {
            select.setLong(1, micros(from));
            select.setInt(2, most);
            List<StoredEvent> events = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    events.add(new StoredEvent(row.getString(1), row.getString(2), row.getInt(3), row.getString(4),
                            Severity.valueOf(row.getString(5)), GpuAction.valueOf(row.getString(6)), row.getString(7),
                            row.getString(8), instant(row.getLong(9)), instant(row.getLong(10)), row.getLong(11),
                            row.getBoolean(12)));
                }
            }
            return events;
        } catch (SQLException e) {
            throw new StoreFailure("The events of the GPUs cannot be read (" + e.getMessage()
                    + "). Check the database.", e);
        }
    }

    /** Says of those nodes' events that they last no longer: an earlier life began them, and nobody knows when they ended. */
    void endAll(Collection<String> nodes) {
        update("UPDATE gpu_event SET active = FALSE WHERE active AND node = ?", nodes);
    }

    /** Removes what was last seen too long ago; how many rows that were. */
    int prune(Instant now) {
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement delete = connection
                        .prepareStatement("DELETE FROM gpu_event WHERE NOT active AND last_seen < ?")) {
            connection.setAutoCommit(true);
            delete.setLong(1, micros(now.minus(KEPT)));
            return delete.executeUpdate();
        } catch (SQLException e) {
            throw new StoreFailure("Old events of the GPUs cannot be removed (" + e.getMessage()
                    + "). Check the database.", e);
        }
    }

    private void update(String sql, Collection<String> values) {
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement update = connection.prepareStatement(sql)) {
            connection.setAutoCommit(true);
            for (String value : values) {
                update.setString(1, StoredText.fit(value, TEXT));
                update.executeUpdate();
            }
        } catch (SQLException e) {
            throw new StoreFailure("The events of the GPUs cannot be changed (" + e.getMessage()
                    + "). Check the database.", e);
        }
    }

    private static long micros(Instant at) {
        // An Instant reaches farther than microseconds in a long do.
        long seconds = Math.clamp(at.getEpochSecond(), -FARTHEST, FARTHEST);
        return TimeUnit.SECONDS.toMicros(seconds) + TimeUnit.NANOSECONDS.toMicros(at.getNano());
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
    }
}
