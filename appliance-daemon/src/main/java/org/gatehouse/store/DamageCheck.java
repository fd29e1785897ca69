package org.gatehouse.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Tells a damaged embedded database from one that cannot be opened for another reason, and looks for damage that opening
 * alone does not show. Stateless.
 */
final class DamageCheck {

    /** What H2 says of a file that it cannot read. */
    static final int FILE_CORRUPTED = 90030;
    private static final int GENERAL_ERROR = 50000;
    private static final int ALREADY_OPEN = 90020;
    /** The store's own codes at the end of its messages: 3 internal, 6 corrupt, 9 chunk not found, 50 and 51 garbled. */
    private static final Pattern STORE_CODE = Pattern.compile("\\[[0-9.]+/(\\d+)]");
    private static final String DAMAGED_CODES = "3 6 9 50 51";
    /** A crash damages what was written last. */
    private static final int TAIL = 10_000;
    /** A trail position is the node's number above so many bits of the record's. */
    private static final int SEQUENCE_BITS = 44;
    private static final int LONGEST_SECONDS = 60;

    private DamageCheck() {}

    /** Whether a failure to open or to read says that the file is damaged. */
    static boolean saysDamaged(Throwable failure) {
        boolean damaged = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Matcher code = STORE_CODE.matcher(String.valueOf(cause.getMessage()));
            if (code.find()) {
                return Arrays.asList(DAMAGED_CODES.split(" ")).contains(code.group(1));
            }
            if (cause instanceof SQLException sql) {
                if (sql.getErrorCode() == ALREADY_OPEN) {
                    return false;
                }
                damaged |= sql.getErrorCode() == FILE_CORRUPTED || sql.getErrorCode() == GENERAL_ERROR;
            }
            damaged |= cause instanceof StackOverflowError;
        }
        return damaged;
    }

    /** Refuses what H2 takes for a new file: one whose content it cannot find at all. */
    static void requireSchema(Connection connection) throws SQLException {
        try (ResultSet table = connection.getMetaData().getTables(null, null, "SCHEMA_DIGEST", null)) {
            if (!table.next()) {
                throw new SQLException("the file is empty or missing, and there are copies of what was in it", "90030",
                        FILE_CORRUPTED);
            }
        }
    }

    /** Tells a file that fell back to an older state; {@code null} when it did not. */
    static @Nullable String olderThan(long copied, Connection connection) throws SQLException {
        long changes = changes(connection);
        return changes < copied
                ? "the file fell back to an older state: it knows of " + changes + " changes and its copy of " + copied
                : null;
    }

    /** How many transactions the file knows of. */
    static long changes(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT COALESCE(MAX(changes), 0) FROM change_count")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Whether everything that people set can be read. */
    static boolean settingsReadable(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(LONGEST_SECONDS);
            for (String table : TableCopy.tables(connection)) {
                if (LocalCopies.Part.SETTINGS.holds(table)) {
                    readAll(statement, table);
                }
            }
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    /**
     * Reads every small table and the trail's end. After a kill H2 (seen with 2.5.252) may open a file in which a whole branch of a
     * table is missing while its indexes still name the rows.
     *
     * @param noted rows that no rebuild brings back
     * @return what is wrong; {@code null} when nothing is
     */
    static @Nullable String find(Connection connection, List<MissingRows> noted) {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(LONGEST_SECONDS);
            for (String table : TableCopy.tables(connection)) {
                if (LocalCopies.Part.SETTINGS.holds(table) || LocalCopies.Part.SUMS.holds(table)) {
                    readAll(statement, table);
                }
            }
            List<MissingRows> missing = new ArrayList<>();
            String wrong = trailsEnd(connection, missing);
            if (wrong != null) {
                return wrong;
            }
            missing.removeIf(rows -> noted.stream().anyMatch(rows::isWithin));
            return missing.isEmpty()
                    ? null
                    : "rows " + missing.getFirst().first() + " to " + missing.getFirst().last()
                            + " of the trail of node " + missing.getFirst().node() + " are missing";
        } catch (SQLException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Which rows are missing among the last of each trail. */
    static List<MissingRows> missing(Connection connection) throws SQLException {
        List<MissingRows> missing = new ArrayList<>();
        trailsEnd(connection, missing);
        return missing;
    }

    private static void readAll(Statement statement, String table) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT * FROM " + table)) {
            int columns = row.getMetaData().getColumnCount();
            while (row.next()) {
                for (int i = 1; i <= columns; i++) {
                    row.getObject(i);
                }
            }
        }
    }

    /** Says what contradicts itself in the rows that are there; collects those that are not. */
    private static @Nullable String trailsEnd(Connection connection, List<MissingRows> missing) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet node = statement.executeQuery("SELECT p.node, p.seq, p.hash, COALESCE(s.seq, 0), p.number "
                        + "FROM trail_position p LEFT JOIN trail_start s ON s.node = p.node")) {
            statement.setQueryTimeout(LONGEST_SECONDS);
            while (node.next()) {
                long reached = node.getLong(2);
                long removed = Math.max(node.getLong(4), reached - TAIL);
                if (reached > removed) {
                    String wrong = range(connection, node.getString(1), node.getLong(5) << SEQUENCE_BITS, removed,
                            reached, node.getBytes(3), missing);
                    if (wrong != null) {
                        return "the trail of node " + node.getString(1) + " had reached record " + reached + " and "
                                + wrong;
                    }
                }
            }
            return null;
        }
    }

    private static @Nullable String range(Connection connection, String node, long base, long after, long last,
            byte[] hash, List<MissingRows> missing) throws SQLException {
        long rows = 0;
        long earliest = Long.MAX_VALUE;
        long before = after;
        byte[] lastHash = {};
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT position, at_micros, record, hash FROM trail WHERE position > ? AND position <= ? ORDER BY position")) {
            query.setQueryTimeout(LONGEST_SECONDS);
            query.setLong(1, base + after);
            query.setLong(2, base + last);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    rows++;
                    long sequence = row.getLong(1) - base;
                    addGap(node, before, sequence, missing);
                    before = sequence;
                    earliest = Math.min(earliest, row.getLong(2));
                    row.getBytes(3);
                    lastHash = row.getBytes(4);
                }
            }
        }
        addGap(node, before, last + 1, missing);
        if (before == last && !Arrays.equals(lastHash, hash)) {
            return "its last row is another one";
        }
        try (PreparedStatement query = connection.prepareStatement("SELECT COUNT(*) FROM trail USE INDEX (trail_at) "
                + "WHERE at_micros >= ? AND position > ? AND position <= ?")) {
            query.setQueryTimeout(LONGEST_SECONDS);
            query.setLong(1, earliest);
            query.setLong(2, base + after);
            query.setLong(3, base + last);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1) == rows
                        ? null
                        : "of its last rows " + rows + " are there, and its index by time names " + row.getLong(1);
            }
        }
    }

    private static void addGap(String node, long before, long next, List<MissingRows> missing) {
        if (next > before + 1) {
            missing.add(new MissingRows(node, before + 1, next - 1));
        }
    }
}
