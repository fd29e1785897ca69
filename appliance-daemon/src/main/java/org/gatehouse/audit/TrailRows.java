package org.gatehouse.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/** Reads whole trails of nodes out of a database, page by page. Stateless. */
final class TrailRows {

    private static final int PAGE = 1_000;
    private static final String QUERY = "SELECT seq, prev_hash, hash, record, " + TrailColumns.NAMES
            + " FROM trail WHERE node = ? AND seq > ? AND seq <= ? ORDER BY seq FETCH FIRST " + PAGE + " ROWS ONLY";

    private TrailRows() {}

    /** Every node that has a trail, in a fixed order. */
    static List<UUID> nodes(Connection connection) throws SQLException {
        List<UUID> nodes = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("SELECT node FROM trail_position ORDER BY node");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                nodes.add(row.getObject(1, UUID.class));
            }
        }
        return nodes;
    }

    static ChainHead position(Connection connection, UUID node) throws SQLException {
        return head(connection, "SELECT seq, hash FROM trail_position WHERE node = ? AND seq >= ?", node, 0,
                ChainHead.start(node));
    }

    /** A row's number and hash, or the given one where it is missing. */
    static ChainHead at(Connection connection, UUID node, long sequence, ChainHead otherwise) throws SQLException {
        return head(connection, "SELECT seq, hash FROM trail WHERE node = ? AND seq = ?", node, sequence, otherwise);
    }

    /** The numbers of a node's first and last row in a time range; {@code null} when there is none. */
    static long @Nullable [] range(Connection connection, UUID node, @Nullable Instant from, @Nullable Instant to)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT MIN(seq), MAX(seq) FROM trail WHERE node = ? AND at_micros >= ? AND at_micros < ?")) {
            query.setObject(1, node);
            query.setLong(2, from == null ? Long.MIN_VALUE : Micros.of(from));
            query.setLong(3, to == null ? Long.MAX_VALUE : Micros.of(to));
            try (ResultSet row = query.executeQuery()) {
                row.next();
                Long first = row.getObject(1, Long.class);
                Long last = row.getObject(2, Long.class);
                return first == null || last == null ? null : new long[]{first, last};
            }
        }
    }

    /** Hands rows over in the order of their numbers until the taker answers false. */
    static void read(Connection connection, UUID node, long after, long upTo, Predicate<TrailRow> taker)
            throws SQLException {
        long last = after;
        try (PreparedStatement query = connection.prepareStatement(QUERY)) {
            boolean more = true;
            while (more) {
                query.setObject(1, node);
                query.setLong(2, last);
                query.setLong(3, upTo);
                int rows = 0;
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        rows++;
                        last = row.getLong(1);
                        if (!taker.test(row(node, row))) {
                            return;
                        }
                    }
                }
                more = rows == PAGE;
            }
        }
    }

    private static TrailRow row(UUID node, ResultSet row) throws SQLException {
        String json = row.getString(4);
        String difference;
        try {
            difference = TrailColumns.difference(RecordJson.read(json), row, 5);
        } catch (IllegalArgumentException e) {
            difference = "record";
        }
        return new TrailRow(node, row.getLong(1), row.getBytes(2), row.getBytes(3), json, difference);
    }

    private static ChainHead head(Connection connection, String sql, UUID node, long sequence, ChainHead otherwise)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setObject(1, node);
            query.setLong(2, sequence);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? new ChainHead(row.getLong(1), row.getBytes(2)) : otherwise;
            }
        }
    }
}
