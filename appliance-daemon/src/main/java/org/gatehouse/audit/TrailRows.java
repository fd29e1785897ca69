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
    private static final String QUERY = "SELECT position, node, seq, prev_hash, hash, record, "
            + TrailColumns.NAMES + " FROM trail WHERE position > ? AND position <= ? ORDER BY position FETCH FIRST "
            + PAGE + " ROWS ONLY";

    private TrailRows() {}

    /** Every node that has a trail, in a fixed order. */
    static List<TrailNode> nodes(Connection connection) throws SQLException {
        List<TrailNode> nodes = new ArrayList<>();
        try (PreparedStatement query = connection
                .prepareStatement("SELECT node, number FROM trail_position ORDER BY number");
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                nodes.add(new TrailNode(row.getObject(1, UUID.class), row.getInt(2)));
            }
        }
        return nodes;
    }

    /** Up to where the database has a node's records. */
    static ChainHead position(Connection connection, UUID node) throws SQLException {
        return head(connection, "SELECT seq, hash FROM trail_position WHERE node = ?", node, ChainHead.start(node));
    }

    /** A row's number and hash, or the given one where it is missing. */
    static ChainHead at(Connection connection, TrailNode node, long sequence, ChainHead otherwise)
            throws SQLException {
        return head(connection, "SELECT seq, hash FROM trail WHERE position = ?", node.position(sequence), otherwise);
    }

    /** The numbers of a node's first and last row in a time range; {@code null} when there is none. */
    static long @Nullable [] range(Connection connection, TrailNode node, @Nullable Instant from,
            @Nullable Instant to) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT MIN(position), MAX(position) FROM trail "
                + "WHERE position > ? AND position <= ? AND at_micros >= ? AND at_micros < ?")) {
            query.setLong(1, node.position(0));
            query.setLong(2, node.end());
            query.setLong(3, from == null ? Long.MIN_VALUE : Micros.of(from));
            query.setLong(4, to == null ? Long.MAX_VALUE : Micros.of(to));
            try (ResultSet row = query.executeQuery()) {
                row.next();
                Long first = row.getObject(1, Long.class);
                Long last = row.getObject(2, Long.class);
                return first == null || last == null
                        ? null
                        : new long[]{first - node.position(0), last - node.position(0)};
            }
        }
    }

    /** Hands rows over in the order of their numbers until the taker answers false. */
    static void read(Connection connection, TrailNode node, long after, long upTo, Predicate<TrailRow> taker)
            throws SQLException {
        long last = node.position(after);
        try (PreparedStatement query = connection.prepareStatement(QUERY)) {
            boolean more = true;
            while (more) {
                query.setLong(1, last);
                query.setLong(2, upTo == Long.MAX_VALUE ? node.end() : node.position(upTo));
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

    private static TrailRow row(TrailNode node, ResultSet row) throws SQLException {
        long sequence = row.getLong(1) - node.position(0);
        String json = RecordJson.text(row.getBytes(6));
        String difference;
        if (!node.id().equals(row.getObject(2, UUID.class))) {
            difference = "node";
        } else if (row.getLong(3) != sequence) {
            difference = "seq";
        } else {
            try {
                difference = TrailColumns.difference(RecordJson.read(json), row, 7);
            } catch (IllegalArgumentException e) {
                difference = "record";
            }
        }
        return new TrailRow(node.id(), sequence, row.getBytes(4), row.getBytes(5), json, difference);
    }

    private static ChainHead head(Connection connection, String sql, Object key, ChainHead otherwise)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setObject(1, key);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? new ChainHead(row.getLong(1), row.getBytes(2)) : otherwise;
            }
        }
    }
}
