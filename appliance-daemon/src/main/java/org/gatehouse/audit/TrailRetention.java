package org.gatehouse.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.store.Database;
import org.gatehouse.store.StoreFailure;

/**
 * Removes what has been kept long enough, in small transactions: old rows of this node's trail, up to a checkpoint, so
 * that the rest still verifies from a signed mark on; and recorded bodies that expired. Call it now and then from one
 * thread.
 */
public final class TrailRetention {

    private static final int PAGE = 2_000;
    private static final int BODIES_A_STEP = 200;

    private final Database database;
    private final Trail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    /** For that trail's rows and bodies. */
    public TrailRetention(Database database, Trail trail, Clock clock, Supplier<UUID> ids) {
        this.database = database;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Removes this node's rows older than that, up to the last checkpoint among them, and puts a record of it into the
     * trail.
     *
     * @return how many rows went
     * @throws StoreFailure when the database does not answer; what was removed until then is marked
     */
    public long removeRecords(Duration age) {
        Instant olderThan = clock.instant().minus(age);
        long removed = 0;
        ChainHead cut = null;
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            TrailNode node = TrailRows.nodes(connection).stream().filter(one -> one.id().equals(trail.node()))
                    .findFirst().orElseThrow();
            TrailStart start = TrailStart.read(connection, node.id());
            long after = start == null ? 0 : start.removed().sequence();
            ChainHead next;
            while ((next = lastCheckpoint(connection, node, after, Micros.of(olderThan))) != null) {
                removed += delete(connection, node, next);
                connection.commit();
                cut = next;
                after = next.sequence();
            }
            connection.rollback();
        } catch (SQLException e) {
            throw new StoreFailure(
                    "Old trail rows could not be removed (" + e.getMessage() + "). It is tried again.", e);
        }
        if (cut != null) {
            trail.append(new RetentionRecord(ids.get(), clock.instant(), cut.sequence(), cut.hex(), olderThan),
                    Duration.ofSeconds(10));
        }
        return removed;
    }

    /**
     * Removes recorded bodies whose time is over, from the database and from the records kept beside it, and of these
     * what {@link #removeRecords} has removed from the database.
     *
     * @throws StoreFailure when the database does not answer
     */
    public void removeBodies() {
        long now = Micros.of(clock.instant());
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement query = connection.prepareStatement("SELECT DISTINCT call_id FROM call_body "
                        + "WHERE expires_at < ? FETCH FIRST " + BODIES_A_STEP + " ROWS ONLY");
                PreparedStatement delete = connection
                        .prepareStatement("DELETE FROM call_body WHERE call_id = ? AND expires_at < ?")) {
            int calls;
            do {
                calls = 0;
                query.setLong(1, now);
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        delete.setObject(1, row.getObject(1, UUID.class));
                        delete.setLong(2, now);
                        delete.addBatch();
                        calls++;
                    }
                }
                if (calls > 0) {
                    delete.executeBatch();
                }
            } while (calls > 0);
        } catch (SQLException e) {
            throw new StoreFailure(
                    "Expired bodies could not be removed (" + e.getMessage() + "). It is tried again.", e);
        }
        trail.tidyKept(clock.instant());
    }

    /** The last checkpoint of the next page that holds one, if every row up to it is old enough. */
    private @Nullable ChainHead lastCheckpoint(Connection connection, TrailNode node, long after, long olderThan)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT seq, at_micros, kind, hash FROM trail "
                + "WHERE position > ? AND position <= ? ORDER BY position FETCH FIRST " + PAGE + " ROWS ONLY")) {
            long last = after;
            while (true) {
                query.setLong(1, node.position(last));
                query.setLong(2, node.end());
                ChainHead found = null;
                int rows = 0;
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        if (row.getLong(2) >= olderThan) {
                            return found;
                        }
                        rows++;
                        last = row.getLong(1);
                        if (row.getString(3).equals(TrailRecord.Kind.CHECKPOINT.id())) {
                            found = new ChainHead(last, row.getBytes(4));
                        }
                    }
                }
                if (found != null || rows < PAGE) {
                    return found;
                }
            }
        }
    }

    private int delete(Connection connection, TrailNode node, ChainHead upTo) throws SQLException {
        TrailStart.sign(trail.node(), upTo, clock.instant(), trail.key()).write(connection);
        CallEnergyTable.remove(connection, node, upTo.sequence());
        try (PreparedStatement delete = connection
                .prepareStatement("DELETE FROM trail WHERE position > ? AND position <= ?")) {
            delete.setLong(1, node.position(0));
            delete.setLong(2, node.position(upTo.sequence()));
            return delete.executeUpdate();
        }
    }
}
