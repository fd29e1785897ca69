package org.gatehouse.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.gatehouse.store.Database;
import org.gatehouse.store.StoreFailure;

/**
 * Makes the summaries of the trail's full blocks, a few every half minute on a thread of its own: a busy box makes them later. A block
 * is 512 numbers of a node's trail, all of them stored. Thread-safe.
 */
public final class TrailBlocks implements AutoCloseable {
    /** Records of a block: a search reads that many for what it does not find in it. */
    static final int SIZE = 512;
    private static final System.Logger LOG = System.getLogger(TrailBlocks.class.getName());
    private static final Duration EVERY = Duration.ofSeconds(30);
    private static final int AT_ONCE = 200;
    private static final String ROWS = "SELECT at_micros, " + String.join(", ", BlockSummary.COLUMNS)
            + " FROM trail WHERE position >= ? AND position < ?";

    private final Database database;
    private final Thread thread;
    private volatile boolean closed;

    private TrailBlocks(Database database) {
        this.database = database;
        this.thread = Thread.ofPlatform().daemon().priority(Thread.MIN_PRIORITY).name("trail-blocks")
                .unstarted(this::work);
    }

    /** Begins to make them. */
    public static TrailBlocks open(Database database) {
        TrailBlocks blocks = new TrailBlocks(database);
        blocks.thread.start();
        return blocks;
    }

    private void work() {
        boolean failing = false;
        while (!closed) {
            try {
                Thread.sleep(EVERY);
                summarise(database, AT_ONCE);
                failing = false;
            } catch (InterruptedException _) {
                return;
            } catch (StoreFailure e) {
                if (!failing) {
                    LOG.log(System.Logger.Level.WARNING,
                            "Searches of the trail may be slow for now: " + e.getMessage());
                }
                failing = true;
            }
        }
    }

    /**
     * Makes summaries of the oldest blocks that have none.
     *
     * @param most how many at most
     * @return how many were made
     */
    public static int summarise(Database database, int most) {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            forgetRemoved(connection);
            int made = 0;
            for (TrailNode node : TrailRows.nodes(connection)) {
                made += summarise(connection, node, most - made);
            }
            connection.commit();
            return made;
        } catch (SQLException e) {
            throw new StoreFailure("The trail's blocks could not be summed up (" + e.getMessage()
                    + "). Check the database.", e);
        }
    }

    /** Retention removes the oldest rows; a summary of rows that are gone would only cost time. */
    private static void forgetRemoved(Connection connection) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(
                "DELETE FROM trail_block WHERE at_to < (SELECT MIN(at_micros) FROM trail)")) {
            delete.executeUpdate();
        }
    }

    private static int summarise(Connection connection, TrailNode node, int most) throws SQLException {
        long head = TrailRows.position(connection, node.id()).sequence();
        long next = next(connection, node);
        int made = 0;
        for (; made < most && next + SIZE - 1 <= head; made++, next += SIZE) {
            make(connection, node.position(next));
            connection.commit();
        }
        return made;
    }

    /** The number of the first record behind what is summed up. Blocks are aligned: their first number is 1 more than a multiple. */
    private static long next(Connection connection, TrailNode node) throws SQLException {
        Map<String, Long> found = new HashMap<>();
        for (String sql : new String[]{
                "SELECT MAX(first_position) FROM trail_block WHERE first_position > ? AND first_position <= ?",
                "SELECT MIN(position) FROM trail WHERE position > ? AND position <= ?"}) {
            try (PreparedStatement query = connection.prepareStatement(sql)) {
                query.setLong(1, node.position(0));
                query.setLong(2, node.end());
                try (ResultSet row = query.executeQuery()) {
                    row.next();
                    long value = row.getLong(1);
                    if (!row.wasNull()) {
                        found.put(sql.substring(0, 10), value - node.position(0));
                    }
                }
            }
        }
        Long last = found.get("SELECT MAX");
        Long first = found.get("SELECT MIN");
        long begin = first == null ? 1 : (first - 1) / SIZE * SIZE + 1;
        return last == null ? begin : Math.max(begin, last + SIZE);
    }

    private static void make(Connection connection, long first) throws SQLException {
        BlockSummary summary = new BlockSummary();
        long from = Long.MAX_VALUE;
        long to = Long.MIN_VALUE;
        try (PreparedStatement query = connection.prepareStatement(ROWS)) {
            query.setLong(1, first);
            query.setLong(2, first + SIZE);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    from = Math.min(from, row.getLong(1));
                    to = Math.max(to, row.getLong(1));
                    for (int i = 0; i < BlockSummary.COLUMNS.size(); i++) {
                        String value = row.getString(i + 2);
                        if (value != null) {
                            summary.add(i, value);
                        }
                    }
                }
            }
        }
        if (from > to) {
            // Retention took all of it meanwhile: an empty range holds nothing that anybody looks for.
            from = Long.MAX_VALUE;
            to = Long.MAX_VALUE;
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO trail_block (first_position, at_from, at_to, summary) VALUES (?, ?, ?, ?)")) {
            insert.setLong(1, first);
            insert.setLong(2, from);
            insert.setLong(3, to);
            insert.setBytes(4, summary.bytes());
            insert.executeUpdate();
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join(Duration.ofSeconds(5));
    }
}
