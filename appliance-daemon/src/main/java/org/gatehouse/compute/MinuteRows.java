package org.gatehouse.compute;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gpu.monitor.GpuMinute;
import org.gatehouse.store.Database;
import org.gatehouse.store.StoreFailure;
import org.gatehouse.store.StoredText;

/**
 * The table of GPU minutes. Rows are committed by plain JDBC: they are readings, not something that anybody was promised, so the last
 * half second of them may be lost with the power, and no copy of the settings is made for their sake. Thread-safe.
 */
final class MinuteRows {
    /** How long minutes are kept. */
    static final Duration KEPT = Duration.ofDays(7);
    private static final int TEXT = 200;
    private static final int DEVICE_SHIFT = 32;
    private static final int MOST_DEVICES = 4_096;

    private final Database database;
    private final Map<String, Long> numbers = new HashMap<>();

    MinuteRows(Database database) {
        this.database = database;
    }

    /** Writes them all, or none. A minute that is there already is replaced. */
    void write(List<GpuMinute> minutes) {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement merge = connection.prepareStatement("""
                    MERGE INTO gpu_minute t
                    USING (VALUES (CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS INTEGER), CAST(? AS BYTEA)))
                    AS s (position, bucket, samples, readings)
                    ON t.position = s.position
                    WHEN MATCHED THEN UPDATE SET samples = s.samples, readings = s.readings
                    WHEN NOT MATCHED THEN INSERT (position, bucket, samples, readings)
                    VALUES (s.position, s.bucket, s.samples, s.readings)""")) {
                for (GpuMinute minute : minutes) {
                    Long device = number(connection, minute.node(), minute.gpuUuid(), true);
                    if (device == null) {
                        continue;
                    }
                    long since1970 = minuteOf(minute.start());
                    merge.setLong(1, device << DEVICE_SHIFT | since1970);
                    merge.setLong(2, since1970);
                    merge.setInt(3, minute.samples());
                    merge.setBytes(4, MinuteBytes.write(minute.mean(), minute.peak()));
                    merge.addBatch();
                }
                merge.executeBatch();
                connection.commit();
            } catch (SQLException e) {
                connection.rollback();
                forget();
                throw e;
            }
        } catch (SQLException e) {
            throw new StoreFailure("The minutes of the GPUs cannot be stored (" + e.getMessage()
                    + "). Check the database.", e);
        }
    }

    /** The minutes of one GPU that start in this time, oldest first. */
    List<GpuMinute> read(String node, String uuid, Instant from, Instant to) {
        try (Connection connection = database.dataSource().getConnection()) {
            Long device = number(connection, node, uuid, false);
            if (device == null || !from.isBefore(to)) {
                return List.of();
            }
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT bucket, samples, readings FROM gpu_minute WHERE position >= ? AND position < ?
                    ORDER BY position""")) {
                select.setLong(1, device << DEVICE_SHIFT | minuteFrom(from));
                select.setLong(2, device << DEVICE_SHIFT | minuteFrom(to));
                List<GpuMinute> minutes = new ArrayList<>();
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        MinuteBytes.Pair pair = MinuteBytes.read(rows.getBytes(3));
                        minutes.add(new GpuMinute(node, uuid,
                                Instant.ofEpochSecond(Duration.ofMinutes(rows.getLong(1)).toSeconds()), rows.getInt(2),
                                pair.mean(), pair.peak()));
                    }
                }
                return minutes;
            }
        } catch (SQLException e) {
            throw new StoreFailure("The minutes of the GPUs cannot be read (" + e.getMessage()
                    + "). Check the database.", e);
        }
    }

    /** The node on which a GPU with this uuid was ever seen; {@code null} when it never was. */
    @Nullable
    String nodeOf(String uuid) {
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement select = connection
                        .prepareStatement("SELECT node FROM gpu_device WHERE gpu_uuid = ? ORDER BY number DESC")) {
            select.setString(1, StoredText.fit(uuid, TEXT));
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        } catch (SQLException e) {
            throw new StoreFailure("The known GPUs cannot be read (" + e.getMessage() + "). Check the database.", e);
        }
    }

    /** Removes what is older than a week; how many rows that were. */
    int prune(Instant now) {
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement delete = connection.prepareStatement("DELETE FROM gpu_minute WHERE bucket < ?")) {
            connection.setAutoCommit(true);
            delete.setLong(1, minuteOf(now.minus(KEPT)));
            return delete.executeUpdate();
        } catch (SQLException e) {
            throw new StoreFailure("Old minutes of the GPUs cannot be removed (" + e.getMessage()
                    + "). Check the database.", e);
        }
    }

    private synchronized void forget() {
        numbers.clear();
    }

    private synchronized @Nullable Long number(Connection connection, String node, String uuid, boolean make)
            throws SQLException {
        String key = node + "/" + uuid;
        Long known = numbers.get(key);
        if (known != null) {
            return known;
        }
        try (PreparedStatement select = connection
                .prepareStatement("SELECT number FROM gpu_device WHERE node = ? AND gpu_uuid = ?")) {
            select.setString(1, StoredText.fit(node, TEXT));
            select.setString(2, StoredText.fit(uuid, TEXT));
            try (ResultSet row = select.executeQuery()) {
                if (row.next()) {
                    numbers.put(key, row.getLong(1));
                    return row.getLong(1);
                }
            }
        }
        return make ? insert(connection, key, node, uuid) : null;
    }

    /** Two boxes on one database may choose the same number: then one of them fails, and chooses again at its next try. */
    private @Nullable Long insert(Connection connection, String key, String node, String uuid) throws SQLException {
        long next;
        try (PreparedStatement select = connection
                .prepareStatement("SELECT COALESCE(MAX(number), 0) + 1 FROM gpu_device");
                ResultSet row = select.executeQuery()) {
            row.next();
            next = row.getLong(1);
        }
        if (next > MOST_DEVICES) {
            return null;
        }
        try (PreparedStatement insert = connection
                .prepareStatement("INSERT INTO gpu_device (number, node, gpu_uuid) VALUES (?, ?, ?)")) {
            insert.setLong(1, next);
            insert.setString(2, StoredText.fit(node, TEXT));
            insert.setString(3, StoredText.fit(uuid, TEXT));
            insert.executeUpdate();
        }
        numbers.put(key, next);
        return next;
    }

    private static long minuteOf(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), 60L);
    }

    /** The first minute that starts then or later, within what a row's key can hold. */
    private static long minuteFrom(Instant at) {
        long minute = -Math.floorDiv(-at.getEpochSecond(), 60L);
        return Math.clamp(minute, 0, (1L << DEVICE_SHIFT) - 1);
    }
}
