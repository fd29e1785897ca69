package org.gatehouse.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

import org.gatehouse.store.StoredText;

/**
 * The calls of some upstreams, out of the trail page by page, for what is derived from them later than their rows. For one thread; closed
 * before its transaction ends.
 */
public final class TrailCalls implements AutoCloseable {
    private static final int PAGE = 1_000;
    private static final int UPSTREAM_LENGTH = 200;
    /** How far a clock may be set back between making a call's id and reading its request line. */
    private static final Duration CLOCK_STEP = Duration.ofMinutes(1);

    private final PreparedStatement query;
    private final Instant begunBefore;
    private long at;
    private long position = Long.MIN_VALUE;
    private boolean more = true;

    private TrailCalls(PreparedStatement query, Instant from, Instant begunBefore) {
        this.query = query;
        this.at = Micros.of(from);
        this.begunBefore = begunBefore;
    }

    /**
     * Opens those calls that the gateway did not refuse and that went to one of the upstreams.
     *
     * @param from they ended then or later
     * @param to they ended before then
     * @param begunBefore they began before then
     * @param upstreams at least one, by name
     */
    public static TrailCalls open(Connection connection, Instant from, Instant to, Instant begunBefore,
            Set<String> upstreams) throws SQLException {
        PreparedStatement query = connection.prepareStatement("SELECT record, at_micros, position FROM trail "
                + "WHERE at_micros >= ? AND at_micros < ? AND (at_micros > ? OR position > ?) AND kind = ? "
                + "AND outcome <> ? AND id < ? AND upstream IN (?" + ", ?".repeat(upstreams.size() - 1)
                + ") ORDER BY at_micros, position FETCH FIRST " + PAGE + " ROWS ONLY");
        query.setLong(2, Micros.of(to));
        query.setString(5, TrailRecord.Kind.CALL.id());
        query.setString(6, Outcome.REFUSED.name().toLowerCase(Locale.ROOT));
        // RFC 9562 5.7: an id begins with the milliseconds of its making, so most calls that began later are not even parsed.
        query.setObject(7, new UUID(begunBefore.plus(CLOCK_STEP).toEpochMilli() << 16, 0));
        int index = 8;
        for (String upstream : upstreams) {
            query.setString(index++, StoredText.fit(upstream, UPSTREAM_LENGTH));
        }
        return new TrailCalls(query, from, begunBefore);
    }

    /** The next of them, by the time they ended; none when that was all. */
    public List<CallRecord> next() throws SQLException {
        List<CallRecord> page = new ArrayList<>();
        while (more && page.isEmpty()) {
            query.setLong(1, at);
            query.setLong(3, at);
            query.setLong(4, position);
            int rows = 0;
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    rows++;
                    at = row.getLong(2);
                    position = row.getLong(3);
                    if (RecordJson.read(RecordJson.text(row.getBytes(1))) instanceof CallRecord call
                            && call.startedAt().isBefore(begunBefore)) {
                        page.add(call);
                    }
                }
            }
            more = rows == PAGE;
        }
        return page;
    }

    @Override
    public void close() throws SQLException {
        query.close();
    }
}
