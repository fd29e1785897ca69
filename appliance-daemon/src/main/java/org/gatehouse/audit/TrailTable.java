package org.gatehouse.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

import javax.sql.DataSource;

/** Writes batches of the trail and everything derived from it into the database. Stateless but for its node. */
final class TrailTable {

    private static final String INSERT = "INSERT INTO trail (position, node, seq, record, prev_hash, hash, "
            + TrailColumns.NAMES
            + ") VALUES (?, ?, ?, ?, ?, ?" + String.join("", Collections.nCopies(TrailColumns.COUNT, ", ?")) + ")";
    private static final String INSERT_BODY = "INSERT INTO call_body (call_id, part, piece, expires_at, bytes) "
            + "VALUES (?, ?, ?, ?, ?)";

    private final DataSource dataSource;
    private final TrailNode node;
    private final List<CallProjection> projections;

    private TrailTable(DataSource dataSource, TrailNode node, List<CallProjection> projections) {
        this.dataSource = dataSource;
        this.node = node;
        this.projections = List.copyOf(projections);
    }

    /** Opens a node's part of the table; starts the node's trail when it is new. */
    static TrailTable open(DataSource dataSource, UUID id, List<CallProjection> projections) throws SQLException {
        SQLException last = null;
        // Two new boxes may take the same number at the same moment: one of them then takes the next.
        for (int attempt = 0; attempt < 10; attempt++) {
            try (Connection connection = dataSource.getConnection()) {
                for (TrailNode known : TrailRows.nodes(connection)) {
                    if (known.id().equals(id)) {
                        return new TrailTable(dataSource, known, projections);
                    }
                }
                begin(connection, id);
            } catch (SQLException e) {
                last = e;
            }
        }
        throw last == null ? new SQLException("the node's trail could not be started") : last;
    }

    /** Up to where the database has this node's records. */
    ChainHead position() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return TrailRows.position(connection, node.id());
        }
    }

    /**
     * Stores a batch, exactly once: its rows, its bodies, what the projections make of it and the new position commit
     * together.
     *
     * @param before the position that the batch follows
     * @return false when an earlier try had committed after all
     * @throws SQLException when nothing of it was stored, or nobody knows: try again
     */
    boolean store(ChainHead before, List<Committed> batch) throws SQLException {
        ChainHead after = batch.getLast().head();
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                if (!advance(connection, before, after)) {
                    connection.rollback();
                    ChainHead found = TrailRows.position(connection, node.id());
                    connection.rollback();
                    if (after.equals(found)) {
                        return false;
                    }
                    throw new SQLException(
                            "the trail of node " + node.id() + " stands at " + found + " and not at " + before
                                    + ": another daemon writes under the same node id");
                }
                List<CallRecord> calls = insert(connection, batch);
                for (CallProjection projection : projections) {
                    projection.apply(connection, calls);
                }
                connection.commit();
                return true;
            } catch (SQLException | RuntimeException e) {
                rollback(connection, e);
                throw e;
            }
        }
    }

    /** Stores rows that the position and everything derived count already. */
    void putBack(List<Committed> batch) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                insert(connection, batch);
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                rollback(connection, e);
                throw e;
            }
        }
    }

    private boolean advance(Connection connection, ChainHead before, ChainHead after) throws SQLException {
        try (PreparedStatement update = connection
                .prepareStatement("UPDATE trail_position SET seq = ?, hash = ? WHERE node = ? AND seq = ?")) {
            update.setLong(1, after.sequence());
            update.setBytes(2, after.hash());
            update.setObject(3, node.id());
            update.setLong(4, before.sequence());
            return update.executeUpdate() == 1;
        }
    }

    private List<CallRecord> insert(Connection connection, List<Committed> batch) throws SQLException {
        List<CallRecord> calls = new ArrayList<>(batch.size());
        boolean bodies = false;
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (Committed row : batch) {
                TrailRecord item = row.toRecord();
                insert.setLong(1, node.position(row.sequence()));
                insert.setObject(2, node.id());
                insert.setLong(3, row.sequence());
                insert.setBytes(4, row.json());
                insert.setBytes(5, row.previous());
                insert.setBytes(6, row.head().hash());
                TrailColumns.bind(insert, 7, TrailColumns.values(item));
                insert.addBatch();
                bodies |= !row.bodies().isEmpty();
                if (item instanceof CallRecord call) {
                    calls.add(call);
                }
            }
            insert.executeBatch();
        }
        if (bodies) {
            insertBodies(connection, batch);
        }
        return calls;
    }

    private static void insertBodies(Connection connection, List<Committed> batch) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_BODY)) {
            for (Committed row : batch) {
                for (BodyChunk chunk : row.bodies()) {
                    insert.setObject(1, chunk.callId());
                    insert.setInt(2, chunk.part());
                    insert.setInt(3, chunk.index());
                    insert.setLong(4, chunk.expiresAtMicros());
                    insert.setBytes(5, chunk.bytes());
                    insert.addBatch();
                }
            }
            insert.executeBatch();
        }
    }

    private static void begin(Connection connection, UUID id) throws SQLException {
        ChainHead start = ChainHead.start(id);
        try (PreparedStatement insert = connection
                .prepareStatement("INSERT INTO trail_position (node, number, seq, hash) "
                        + "SELECT ?, COALESCE(MAX(number) + 1, 0), ?, ? FROM trail_position")) {
            insert.setObject(1, id);
            insert.setLong(2, start.sequence());
            insert.setBytes(3, start.hash());
            insert.executeUpdate();
        }
    }

    private static void rollback(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }
}
