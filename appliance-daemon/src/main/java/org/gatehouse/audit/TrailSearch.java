package org.gatehouse.audit;

import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.store.Database;
import org.gatehouse.store.StoreFailure;

/**
 * Finds rows of the trail, all nodes together, in pages that continue where the last one ended: no page gets slower than
 * the first, however many rows there are. A row is found as soon as its call returned. Thread-safe.
 */
public final class TrailSearch {

    /** The most rows of a page. */
    public static final int LARGEST_PAGE = 1_000;

    private static final Duration CATCH_UP = Duration.ofMillis(200);
    private static final int SECONDS_A_QUERY = 20;
    /** How far a clock may have been set back between a call's beginning and its end. */
    private static final Duration CLOCK_STEP = Duration.ofMinutes(1);
    private static final Duration LONGEST_CALL = Duration.ofHours(25);

    private final Database database;
    private final Trail trail;

    /** A search over that trail's database. */
    public TrailSearch(Database database, Trail trail) {
        this.database = database;
        this.trail = trail;
    }

    /** Which end of the trail comes first. */
    public enum Order {
        NEWEST_FIRST, OLDEST_FIRST
    }

    /**
     * A page of rows.
     *
     * @param after where the last page ended; {@code null} for the first page
     * @param most 1 to {@value #LARGEST_PAGE}
     * @throws StoreFailure when the database does not answer
     */
    public TrailPage find(TrailFilter filter, Order order, TrailPage.@Nullable Cursor after, int most) {
        if (most < 1 || most > LARGEST_PAGE) {
            throw new IllegalArgumentException("a page has 1 to " + LARGEST_PAGE + " rows");
        }
        boolean upToDate = trail.flush(CATCH_UP);
        boolean down = order == Order.NEWEST_FIRST;
        if (BlockSearch.suits(filter)) {
            return byBlocks(filter, down, after, most, upToDate);
        }
        StringBuilder sql = new StringBuilder(
                "SELECT node, seq, record, hash, at_micros, position FROM trail WHERE 1 = 1");
        for (TrailFilter.Condition condition : filter.conditions()) {
            sql.append(" AND ").append(condition.sql());
        }
        if (after != null) {
            // Written out, because H2 finds no index for a comparison of row values.
            sql.append(down
                    ? " AND at_micros <= ? AND (at_micros < ? OR position < ?)"
                    : " AND at_micros >= ? AND (at_micros > ? OR position > ?)");
        }
        sql.append(down ? " ORDER BY at_micros DESC, position DESC" : " ORDER BY at_micros, position")
                .append(" FETCH FIRST ").append(most + 1).append(" ROWS ONLY");
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement query = connection.prepareStatement(sql.toString())) {
            query.setQueryTimeout(SECONDS_A_QUERY);
            bind(query, filter, after);
            return read(query, most, upToDate);
        } catch (SQLException e) {
            throw new StoreFailure("The trail could not be searched (" + e.getMessage()
                    + "). Check the database, or narrow the time range.", e);
        }
    }

    private TrailPage byBlocks(TrailFilter filter, boolean down, TrailPage.@Nullable Cursor after, int most,
            boolean upToDate) {
        try (Connection connection = database.dataSource().getConnection()) {
            List<TrailPage.Cursor> places = new BlockSearch(connection, filter, down, after, most + 1,
                    SECONDS_A_QUERY).places();
            Map<TrailPage.Cursor, TrailEntry> rows = new HashMap<>();
            for (int from = 0; from < places.size(); from += BlockSearch.atOnce()) {
                List<TrailPage.Cursor> some = places.subList(from,
                        Math.min(places.size(), from + BlockSearch.atOnce()));
                try (PreparedStatement query = connection.prepareStatement(BlockSearch.at(some.size()))) {
                    query.setQueryTimeout(SECONDS_A_QUERY);
                    for (int i = 0; i < some.size(); i++) {
                        query.setLong(i + 1, some.get(i).position());
                    }
                    try (ResultSet row = query.executeQuery()) {
                        while (row.next()) {
                            rows.put(new TrailPage.Cursor(row.getLong(5), row.getLong(6)), entry(row));
                        }
                    }
                }
            }
            List<TrailEntry> entries = places.stream().limit(most).map(rows::get).filter(Objects::nonNull).toList();
            return new TrailPage(entries, places.size() > most ? places.get(most - 1) : null, upToDate);
        } catch (SQLException e) {
            throw new StoreFailure("The trail could not be searched (" + e.getMessage()
                    + "). Check the database, or narrow the time range.", e);
        }
    }

    /**
     * The row of a call or action. Its id, a UUIDv7, tells when it began; it is looked for from then on for a day, and in
     * the first minutes before all else.
     */
    public Optional<TrailEntry> byId(UUID id) {
        Instant began = beginning(id);
        TrailFilter filter = TrailFilter.any().id(id);
        Optional<TrailEntry> soon = first(
                filter.from(began.minus(CLOCK_STEP)).before(began.plus(Duration.ofMinutes(10))));
        return soon.isPresent() ? soon : first(filter.from(began.minus(LONGEST_CALL)).before(began.plus(LONGEST_CALL)));
    }

    /** Which of these calls have a row; all of them began at that time or later. */
    Set<UUID> present(Collection<UUID> ids, Instant began) {
        Set<UUID> found = new HashSet<>();
        List<UUID> all = List.copyOf(ids);
        for (int from = 0; from < all.size(); from += LARGEST_PAGE) {
            List<UUID> some = all.subList(from, Math.min(all.size(), from + LARGEST_PAGE));
            try (Connection connection = database.dataSource().getConnection();
                    PreparedStatement query = connection.prepareStatement("SELECT id FROM trail WHERE at_micros >= ? "
                            + "AND id IN (?" + ", ?".repeat(some.size() - 1) + ")")) {
                query.setLong(1, Micros.of(began.minus(LONGEST_CALL)));
                for (int i = 0; i < some.size(); i++) {
                    query.setObject(i + 2, some.get(i));
                }
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        found.add(row.getObject(1, UUID.class));
                    }
                }
            } catch (SQLException e) {
                throw new StoreFailure(
                        "The trail could not be searched (" + e.getMessage() + "). Check the database.", e);
            }
        }
        return found;
    }

    private Optional<TrailEntry> first(TrailFilter filter) {
        return find(filter, Order.OLDEST_FIRST, null, 1).entries().stream().findFirst();
    }

    /** RFC 9562 5.7: the first 48 bits are milliseconds since 1970. */
    private static Instant beginning(UUID id) {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }

    /**
     * The bodies kept of a call, as far as policy recorded them and retention has not removed them.
     *
     * @throws StoreFailure when they were changed, or the database does not answer
     */
    public Bodies bodiesOf(UUID callId) {
        trail.flush(CATCH_UP);
        return new Bodies(body(callId, 0), body(callId, 1));
    }

    /**
     * What GPUs took for calls; those of which nothing is shared out, or not yet, are not in it.
     *
     * @throws StoreFailure when the database does not answer
     */
    public Map<UUID, CallEnergy> energyOf(Collection<UUID> calls) {
        try (Connection connection = database.dataSource().getConnection()) {
            return CallEnergyTable.of(connection, calls);
        } catch (SQLException e) {
            throw new StoreFailure("The energy of calls could not be read (" + e.getMessage()
                    + "). Check the database.", e);
        }
    }

    /** What was kept of a call's bodies; {@code null} where nothing was. */
    public record Bodies(byte @Nullable [] request, byte @Nullable [] reply) {}

    private byte @Nullable [] body(UUID callId, int part) {
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        try (Connection connection = database.dataSource().getConnection();
                PreparedStatement query = connection.prepareStatement(
                        "SELECT bytes FROM call_body WHERE call_id = ? AND part = ? ORDER BY piece")) {
            query.setObject(1, callId);
            query.setInt(2, part);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    sealed.writeBytes(row.getBytes(1));
                }
            }
        } catch (SQLException e) {
            throw new StoreFailure("The bodies of call " + callId + " could not be read (" + e.getMessage()
                    + "). Check the database.", e);
        }
        return sealed.size() == 0 ? null : trail.packing().unpack(callId, part, sealed.toByteArray());
    }

    private static void bind(PreparedStatement query, TrailFilter filter, TrailPage.@Nullable Cursor after)
            throws SQLException {
        int index = 1;
        for (TrailFilter.Condition condition : filter.conditions()) {
            query.setObject(index++, condition.value());
        }
        if (after != null) {
            query.setLong(index++, after.atMicros());
            query.setLong(index++, after.atMicros());
            query.setLong(index, after.position());
        }
    }

    private static TrailPage read(PreparedStatement query, int most, boolean upToDate) throws SQLException {
        List<TrailEntry> entries = new ArrayList<>();
        TrailPage.Cursor last = null;
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                if (entries.size() == most) {
                    return new TrailPage(entries, last, upToDate);
                }
                entries.add(entry(row));
                last = new TrailPage.Cursor(row.getLong(5), row.getLong(6));
            }
        }
        return new TrailPage(entries, null, upToDate);
    }

    private static TrailEntry entry(ResultSet row) throws SQLException {
        String json = RecordJson.text(row.getBytes(3));
        return new TrailEntry(row.getObject(1, UUID.class), row.getLong(2), RecordJson.read(json), json,
                HexFormat.of().formatHex(row.getBytes(4)));
    }
}
