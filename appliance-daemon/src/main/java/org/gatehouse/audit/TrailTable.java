package org.gatehouse.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/** Writes batches of the trail and everything derived from it into the database. Stateless but for its node. */
final class TrailTable {

    private static final String INSERT = "INSERT INTO trail (node, seq, record, prev_hash, hash, " + TrailColumns.NAMES
            + ") VALUES (?, ?, ?, ?, ?" + String.join("", Collections.nCopies(TrailColumns.COUNT, ", ?")) + ")";
    private static final String INSERT_BODY = "INSERT INTO call_body (call_id, part, piece, expires_at, bytes) "
            + "VALUES (?, ?, ?, ?, ?)";

    private final DataSource dataSource;
    private final UUID node;
    private final List<CallProjection> projections;

    TrailTable(DataSource dataSource, UUID node, List<CallProjection> projections) {
        this.dataSource = dataSource;
        this.node = node;
        this.projections = List.copyOf(projections);
    }

    /** Up to where the database has this node's records; starts the node's trail when it is new. */
    ChainHead position() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            ChainHead known = read(connection);
            if (known != null) {
                return known;
            }
            ChainHead start = ChainHead.start(node);
            try (PreparedStatement insert = connection
                    .prepareStatement("INSERT INTO trail_position (node, seq, hash) VALUES (?, ?, ?)")) {
                insert.setObject(1, node);
                insert.setLong(2, start.sequence());
                insert.setBytes(3, start.hash());
                insert.executeUpdate();
            }
            return start;
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
                    ChainHead found = read(connection);
                    connection.rollback();
                    if (after.equals(found)) {
                        return false;
                    }
                    throw new SQLException("the trail of node " + node + " stands at " + found + " and not at " + before
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

    private boolean advance(Connection connection, ChainHead before, ChainHead after) throws SQLException {
        try (PreparedStatement update = connection
                .prepareStatement("UPDATE trail_position SET seq = ?, hash = ? WHERE node = ? AND seq = ?")) {
            update.setLong(1, after.sequence());
            update.setBytes(2, after.hash());
            update.setObject(3, node);
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
                insert.setObject(1, node);
                insert.setLong(2, row.sequence());
                insert.setString(3, RecordJson.text(row.json()));
                insert.setBytes(4, row.previous());
                insert.setBytes(5, row.head().hash());
                TrailColumns.bind(insert, 6, TrailColumns.values(item));
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

    private @Nullable ChainHead read(Connection connection) throws SQLException {
        try (PreparedStatement query = connection
                .prepareStatement("SELECT seq, hash FROM trail_position WHERE node = ?")) {
            query.setObject(1, node);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? new ChainHead(row.getLong(1), row.getBytes(2)) : null;
            }
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
