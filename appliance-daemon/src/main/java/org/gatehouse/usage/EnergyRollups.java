package org.gatehouse.usage;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

import org.gatehouse.audit.Cost;
import org.gatehouse.store.Database;
import org.gatehouse.store.StoreFailure;

/**
 * Shares out what GPUs took over the calls that it was taken for. A minute of an upstream is divided over the calls of that upstream which
 * ended in that minute, by weight: a call's uncached prompt tokens, plus {@value #OUTPUT_WEIGHT} times its produced tokens, plus 1. Parts
 * add up to the whole to the last unit. What no call ended in goes to nobody: a line of the upstream alone. Thread-safe.
 */
public final class EnergyRollups {
    /**
     * A produced token costs a pass over all weights, a prompt token its part of one pass over many: the ratio that vendors' prices of
     * input and output tokens have, four to five, is the best known stand-in.
     */
    static final int OUTPUT_WEIGHT = 4;
    /** Rows of a minute are all there by then: the trail's writer is seconds behind, not minutes. */
    static final Duration SETTLED = Duration.ofSeconds(90);

    private static final BigDecimal UNIT = BigDecimal.ONE.movePointLeft(Cost.MAXIMUM_SCALE);
    private static final int MOST_MINUTES = 60;

    private final Database database;
    private final UUID box;

    /** @param box which box of a fleet this is: each shares out what it has measured itself */
    public EnergyRollups(Database database, UUID box) {
        this.database = database;
        this.box = box;
    }

    /**
     * What GPUs took for an upstream in one minute.
     *
     * @param upstream the upstream's name; empty for what is nobody's
     */
    public record Measured(String upstream, long microWattHours, long gpuMicros) {}

    /** Finds what an upstream's energy and hardware cost at a time. */
    @FunctionalInterface
    public interface Tariffs {
        /** Empty when the price book says nothing of it. */
        Optional<LocalTariff> of(String upstream, Instant at);
    }

    /** A part that was shared out, for metrics. */
    public record Shared(String upstream, String department, long microWattHours, long gpuMicros) {}

    private record Row(Bucket bucket, String departmentName, BigInteger weight) {}

    private record Part(long microWattHours, long gpuMicros, BigDecimal cost) {
        Part plus(Part other) {
            return new Part(microWattHours + other.microWattHours, gpuMicros + other.gpuMicros, cost.add(other.cost));
        }
    }

    /** Keeps what was measured in a minute, to be shared out later; adds to what is kept of that minute already. */
    public void keep(Instant minute, List<Measured> measured) {
        inTransaction("kept", connection -> {
            try (PreparedStatement merge = connection.prepareStatement("""
                    MERGE INTO gpu_energy t
                    USING (VALUES (CAST(? AS BIGINT), CAST(? AS UUID), CAST(? AS VARCHAR(200)), CAST(? AS BIGINT),
                        CAST(? AS BIGINT))) AS s (bucket, box, owner, micro_watt_hours, gpu_micros)
                    ON t.bucket = s.bucket AND t.box = s.box AND t.owner = s.owner
                    WHEN MATCHED THEN UPDATE SET micro_watt_hours = t.micro_watt_hours + s.micro_watt_hours,
                        gpu_micros = t.gpu_micros + s.gpu_micros
                    WHEN NOT MATCHED THEN INSERT (bucket, box, owner, micro_watt_hours, gpu_micros)
                    VALUES (s.bucket, s.box, s.owner, s.micro_watt_hours, s.gpu_micros)""")) {
                for (Measured one : measured) {
                    merge.setLong(1, Grain.MINUTE.bucketOf(minute));
                    merge.setObject(2, box);
                    merge.setString(3, Bucket.fitting(one.upstream()));
                    merge.setLong(4, one.microWattHours());
                    merge.setLong(5, one.gpuMicros());
                    merge.addBatch();
                }
                merge.executeBatch();
            }
            return true;
        });
    }

    /** Shares out every minute that is over for long enough, each in a transaction; what came of it. */
    public List<Shared> shareOut(Instant now, Tariffs tariffs) {
        List<Shared> all = new ArrayList<>();
        long before = now.minus(SETTLED).minus(Duration.ofMinutes(1)).getEpochSecond();
        for (long minute : waiting(before)) {
            all.addAll(inTransaction("shared out", connection -> shareOut(connection, minute, tariffs)));
        }
        return all;
    }

    private List<Long> waiting(long before) {
        return inTransaction("read", connection -> {
            try (PreparedStatement select = connection.prepareStatement("""
                    SELECT DISTINCT bucket FROM gpu_energy WHERE box = ? AND bucket <= ? ORDER BY bucket LIMIT ?""")) {
                select.setObject(1, box);
                select.setLong(2, before);
                select.setInt(3, MOST_MINUTES);
                List<Long> minutes = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        minutes.add(row.getLong(1));
                    }
                }
                return minutes;
            }
        });
    }

    private List<Shared> shareOut(Connection connection, long minute, Tariffs tariffs) throws SQLException {
        List<Shared> shared = new ArrayList<>();
        Map<Bucket, Part> touched = new TreeMap<>(Bucket.LOCK_ORDER);
        for (Measured whole : taken(connection, minute)) {
            Optional<LocalTariff> tariff = tariffs.of(whole.upstream(), Instant.ofEpochSecond(minute));
            List<Row> rows = rows(connection, minute, whole.upstream());
            List<Part> parts = parts(whole, tariff, rows.stream().map(Row::weight).toList());
            for (int i = 0; i < rows.size(); i++) {
                Part part = parts.get(i);
                Bucket own = rows.get(i).bucket();
                Bucket paid = tariff.map(found -> in(own, found.currency())).orElse(own);
                for (Grain grain : Grain.values()) {
                    touched.merge(paid.in(grain), part, Part::plus);
                }
                shared.add(new Shared(whole.upstream(), rows.get(i).departmentName(), part.microWattHours(),
                        part.gpuMicros()));
            }
        }
        add(connection, touched);
        return shared;
    }

    private static Bucket in(Bucket bucket, String currency) {
        return new Bucket(bucket.grain(), bucket.start(), bucket.department(), bucket.project(), bucket.user(),
                bucket.key(), bucket.scenario(), bucket.model(), bucket.upstream(), currency);
    }

    private static List<Part> parts(Measured whole, Optional<LocalTariff> tariff, List<BigInteger> weights) {
        List<BigInteger> energy = Split.of(BigInteger.valueOf(whole.microWattHours()), weights);
        List<BigInteger> time = Split.of(BigInteger.valueOf(whole.gpuMicros()), weights);
        BigDecimal cost = tariff.map(found -> found.costOf(whole.microWattHours(), whole.gpuMicros()))
                .orElse(BigDecimal.ZERO).setScale(Cost.MAXIMUM_SCALE);
        List<BigInteger> money = Split.of(cost.unscaledValue(), weights);
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < weights.size(); i++) {
            parts.add(new Part(energy.get(i).longValueExact(), time.get(i).longValueExact(),
                    UNIT.multiply(new BigDecimal(money.get(i)))));
        }
        return parts;
    }

    /** Reads what was measured and removes it: the same transaction puts it where it belongs. */
    private List<Measured> taken(Connection connection, long minute) throws SQLException {
        List<Measured> measured = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                """
                        SELECT owner, micro_watt_hours, gpu_micros FROM gpu_energy WHERE bucket = ? AND box = ? ORDER BY owner""")) {
            select.setLong(1, minute);
            select.setObject(2, box);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    measured.add(new Measured(row.getString(1), row.getLong(2), row.getLong(3)));
                }
            }
        }
        try (PreparedStatement delete = connection
                .prepareStatement("DELETE FROM gpu_energy WHERE bucket = ? AND box = ?")) {
            delete.setLong(1, minute);
            delete.setObject(2, box);
            delete.executeUpdate();
        }
        return measured;
    }

    /** The minute's rows that pay; one of nobody's when there are none. */
    private static List<Row> rows(Connection connection, long minute, String upstream) throws SQLException {
        List<Row> rows = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT r.department_id, r.project_id, r.user_id, r.key_id, r.scenario, r.model, r.currency, n.name,
                    r.input_tokens, r.cached_tokens, r.output_tokens, r.calls - r.refusals AS served
                FROM usage_rollup r LEFT JOIN usage_name n ON n.id = r.department_id
                WHERE r.grain = ? AND r.bucket = ? AND r.upstream = ? AND r.upstream <> '' AND r.calls > r.refusals
                ORDER BY r.department_id, r.project_id, r.user_id, r.key_id, r.scenario, r.model, r.currency""")) {
            select.setInt(1, Grain.MINUTE.code());
            select.setLong(2, minute);
            select.setString(3, upstream);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    Bucket bucket = new Bucket(Grain.MINUTE, minute, row.getObject(1, UUID.class),
                            row.getObject(2, UUID.class), row.getObject(3, UUID.class), row.getObject(4, UUID.class),
                            row.getString(5), row.getString(6), upstream, row.getString(7));
                    String name = row.getString(8);
                    rows.add(new Row(bucket, name == null ? "" : name,
                            weight(row.getLong(9), row.getLong(10), row.getLong(11), row.getLong(12))));
                }
            }
        }
        if (rows.isEmpty()) {
            rows.add(new Row(new Bucket(Grain.MINUTE, minute, Bucket.NIL, Bucket.NIL, Bucket.NIL, Bucket.NIL, "", "",
                    upstream, ""), "", BigInteger.ONE));
        }
        return rows;
    }

    /** Each call weighs at least 1, for one that produced nothing was served, too. */
    static BigInteger weight(long input, long cached, long output, long calls) {
        return BigInteger.valueOf(Math.max(0, input - cached))
                .add(BigInteger.valueOf(output).multiply(BigInteger.valueOf(OUTPUT_WEIGHT)))
                .add(BigInteger.valueOf(calls));
    }

    private static void add(Connection connection, Map<Bucket, Part> touched) throws SQLException {
        try (PreparedStatement merge = connection.prepareStatement(
                """
                        MERGE INTO usage_rollup t
                        USING (VALUES (CAST(? AS SMALLINT), CAST(? AS BIGINT), CAST(? AS UUID), CAST(? AS UUID), CAST(? AS UUID),
                            CAST(? AS UUID), CAST(? AS VARCHAR(200)), CAST(? AS VARCHAR(200)), CAST(? AS VARCHAR(200)),
                            CAST(? AS VARCHAR(3)), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS NUMERIC(38, 18))))
                        AS s (grain, bucket, department_id, project_id, user_id, key_id, scenario, model, upstream, currency,
                            micro_watt_hours, gpu_micros, local_cost)
                        ON t.grain = s.grain AND t.bucket = s.bucket AND t.department_id = s.department_id
                            AND t.project_id = s.project_id AND t.user_id = s.user_id AND t.key_id = s.key_id
                            AND t.scenario = s.scenario AND t.model = s.model AND t.upstream = s.upstream
                            AND t.currency = s.currency
                        WHEN MATCHED THEN UPDATE SET micro_watt_hours = t.micro_watt_hours + s.micro_watt_hours,
                            gpu_micros = t.gpu_micros + s.gpu_micros, local_cost = t.local_cost + s.local_cost
                        WHEN NOT MATCHED THEN INSERT (grain, bucket, department_id, project_id, user_id, key_id, scenario, model,
                            upstream, currency, calls, refusals, failures, estimated, input_tokens, output_tokens, cached_tokens,
                            cache_writes, reasoning, audio_millis, images, characters, cost, micro_watt_hours, gpu_micros,
                            local_cost)
                        VALUES (s.grain, s.bucket, s.department_id, s.project_id, s.user_id, s.key_id, s.scenario, s.model,
                            s.upstream, s.currency, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, s.micro_watt_hours, s.gpu_micros,
                            s.local_cost)""")) {
            for (Map.Entry<Bucket, Part> entry : touched.entrySet()) {
                Bucket bucket = entry.getKey();
                Part part = entry.getValue();
                Object[] values = {bucket.grain().code(), bucket.start(), bucket.department(), bucket.project(),
                        bucket.user(), bucket.key(), bucket.scenario(), bucket.model(), bucket.upstream(),
                        bucket.currency(), part.microWattHours(), part.gpuMicros(), part.cost()};
                for (int i = 0; i < values.length; i++) {
                    merge.setObject(i + 1, values[i]);
                }
                merge.addBatch();
            }
            merge.executeBatch();
        }
    }

    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /** By plain JDBC, as the trail's own rows are written: figures of a second ago may be lost with the power. */
    private <T> T inTransaction(String what, Work<T> work) {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try {
                T done = work.on(connection);
                connection.commit();
                return done;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        } catch (SQLException e) {
            throw new StoreFailure("What the GPUs took cannot be " + what + " (" + e.getMessage()
                    + "). Check the database.", e);
        }
    }
}
