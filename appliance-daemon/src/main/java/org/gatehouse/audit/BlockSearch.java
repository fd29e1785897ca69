package org.gatehouse.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.TrailPage.Cursor;

/**
 * Finds rows by the summaries of their blocks: those that may hold what is looked for, in the order of their times, until the page is
 * full and no other block can hold anything that belongs before its end. Confined to one search.
 */
final class BlockSearch {
    private static final int BLOCKS_A_QUERY = 500;
    private static final int POSITIONS_A_QUERY = 500;
    /** Where a node's number is all that matters. */
    private static final UUID NOBODY = new UUID(0, 0);

    private final Connection connection;
    private final TrailFilter filter;
    private final boolean down;
    private final @Nullable Cursor after;
    private final int most;
    private final int seconds;
    private final TreeSet<Cursor> found;

    /**
     * A search.
     *
     * @param down whether the newest come first
     * @param most how many rows at most
     * @param seconds how long a query may take
     */
    BlockSearch(Connection connection, TrailFilter filter, boolean down, @Nullable Cursor after, int most,
            int seconds) {
        this.connection = connection;
        this.filter = filter;
        this.down = down;
        this.after = after;
        this.most = most;
        this.seconds = seconds;
        Comparator<Cursor> order = Comparator.comparingLong(Cursor::atMicros).thenComparingLong(Cursor::position);
        this.found = new TreeSet<>(down ? order.reversed() : order);
    }

    /** Whether a search has anything to gain: it looks for values that blocks know of, and not by a key, which has an index. */
    static boolean suits(TrailFilter filter) {
        return filter.conditions().stream().noneMatch(condition -> "key_id".equals(condition.column()))
                && filter.conditions().stream()
                        .anyMatch(condition -> BlockSummary.COLUMNS.contains(condition.column()));
    }

    /** The rows' places, in order. */
    List<Cursor> places() throws SQLException {
        tails();
        blocks();
        return found.stream().limit(most).toList();
    }

    /** What no summary speaks of yet: the newest rows of each node. */
    private void tails() throws SQLException {
        Map<Integer, Long> summed = new HashMap<>();
        try (PreparedStatement query = connection.prepareStatement("""
                SELECT p.number, MAX(b.first_position) FROM trail_position p
                LEFT JOIN trail_block b ON b.first_position > p.number * 17592186044416
                    AND b.first_position < (p.number + 1) * CAST(17592186044416 AS BIGINT)
                GROUP BY p.number"""); ResultSet row = query.executeQuery()) {
            while (row.next()) {
                int number = row.getInt(1);
                long last = row.getLong(2);
                summed.put(number, row.wasNull() ? -1 : last);
            }
        }
        for (Map.Entry<Integer, Long> node : summed.entrySet()) {
            TrailNode numbered = new TrailNode(NOBODY, node.getKey());
            read(node.getValue() < 0 ? numbered.position(0) : node.getValue() + TrailBlocks.SIZE, numbered.end());
        }
    }

    private void blocks() throws SQLException {
        long edge = down ? Long.MAX_VALUE : Long.MIN_VALUE;
        long place = down ? Long.MAX_VALUE : Long.MIN_VALUE;
        String time = down ? "at_to" : "at_from";
        String sql = "SELECT first_position, at_from, at_to, summary FROM trail_block WHERE "
                + (down
                        ? "at_to <= ? AND (at_to < ? OR first_position < ?)"
                        : "at_from >= ? AND (at_from > ? OR first_position > ?)")
                + " ORDER BY " + time + (down ? " DESC" : "") + ", first_position" + (down ? " DESC" : "")
                + " FETCH FIRST " + BLOCKS_A_QUERY + " ROWS ONLY";
        while (true) {
            record Block(long first, long time) {}
            List<Block> candidates = new ArrayList<>();
            int rows = 0;
            try (PreparedStatement query = connection.prepareStatement(sql)) {
                query.setQueryTimeout(seconds);
                query.setLong(1, edge);
                query.setLong(2, edge);
                query.setLong(3, place);
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        rows++;
                        place = row.getLong(1);
                        edge = row.getLong(down ? 3 : 2);
                        if (overlaps(row.getLong(2), row.getLong(3)) && mayHold(new BlockSummary(row.getBytes(4)))) {
                            candidates.add(new Block(place, edge));
                        }
                    }
                }
            }
            for (Block block : candidates) {
                if (isFullBefore(block.time())) {
                    return;
                }
                read(block.first(), block.first() + TrailBlocks.SIZE - 1);
            }
            if (rows < BLOCKS_A_QUERY || isFullBefore(edge)) {
                return;
            }
        }
    }

    /** Whether nothing at that time or behind it belongs on the page. */
    private boolean isFullBefore(long time) {
        if (found.size() < most) {
            return false;
        }
        long last = found.last().atMicros();
        return down ? last > time : last < time;
    }

    private boolean overlaps(long from, long to) {
        for (TrailFilter.Condition condition : filter.conditions()) {
            if (condition.value() instanceof Long bound
                    && (condition.sql().equals(TrailFilter.FROM) && to < bound
                            || condition.sql().equals(TrailFilter.BEFORE) && from >= bound)) {
                return false;
            }
        }
        Cursor behind = after;
        return behind == null || (down ? from <= behind.atMicros() : to >= behind.atMicros());
    }

    private boolean mayHold(BlockSummary summary) {
        return filter.conditions().stream()
                .allMatch(condition -> summary.mayHold(condition.column(), String.valueOf(condition.value())));
    }

    private void read(long first, long last) throws SQLException {
        StringBuilder sql = new StringBuilder(
                "SELECT at_micros, position FROM trail WHERE position >= ? AND position <= ?");
        filter.conditions().forEach(condition -> sql.append(" AND ").append(condition.sql()));
        Cursor behind = after;
        if (behind != null) {
            sql.append(down
                    ? " AND (at_micros < ? OR at_micros = ? AND position < ?)"
                    : " AND (at_micros > ? OR at_micros = ? AND position > ?)");
        }
        try (PreparedStatement query = connection.prepareStatement(sql.toString())) {
            query.setQueryTimeout(seconds);
            query.setLong(1, first);
            query.setLong(2, last);
            int index = 3;
            for (TrailFilter.Condition condition : filter.conditions()) {
                query.setObject(index++, condition.value());
            }
            if (behind != null) {
                query.setLong(index++, behind.atMicros());
                query.setLong(index++, behind.atMicros());
                query.setLong(index, behind.position());
            }
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    found.add(new Cursor(row.getLong(1), row.getLong(2)));
                    if (found.size() > most) {
                        found.pollLast();
                    }
                }
            }
        }
    }

    /** The SQL for rows at so many places. */
    static String at(int places) {
        return "SELECT node, seq, record, hash, at_micros, position FROM trail WHERE position IN (?"
                + ", ?".repeat(places - 1) + ")";
    }

    /** How many places a query takes. */
    static int atOnce() {
        return POSITIONS_A_QUERY;
    }
}
