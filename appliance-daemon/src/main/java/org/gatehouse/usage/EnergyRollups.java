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
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

import org.gatehouse.audit.CallEnergyTable;
import org.gatehouse.audit.Cost;
import org.gatehouse.store.Database;
import org.gatehouse.store.StoreFailure;

/**
 * Shares out what GPUs took over the calls that it was taken for. A minute of an upstream is divided over the calls of that upstream which
 * ran in that minute, by weight ({@link Payers}): each call's part beside its row, and all parts added up in the rollups, in one transaction.
 * Parts add up to the whole to the last unit. What no call ran in goes to nobody: a line of the upstream alone. Thread-safe.
 */
public final class EnergyRollups {
    /** Rows of other boxes are all there by then: a trail's writer is seconds behind, not minutes. */
    static final Duration SETTLED = Duration.ofSeconds(90);
    /** So long a minute waits for the calls that ran in it to end; who takes longer does not pay for it. */
    static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private static final BigDecimal UNIT = BigDecimal.ONE.movePointLeft(Cost.MAXIMUM_SCALE);
    private static final int MOST_MINUTES = 60;

    private final Database database;
    private final UUID box;
    private final CallsUnderWay underWay;

    /**
     * Takes the database.
     *
     * @param box which box of a fleet this is: each shares out what it has measured itself
     * @param underWay the calls that a minute waits for
     */
    public EnergyRollups(Database database, UUID box, CallsUnderWay underWay) {
        this.database = database;
        this.box = box;
        this.underWay = underWay;
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

    /** What was shared out over a department's calls, for metrics; over nobody's, when the department is empty. */
    public record Shared(String upstream, String department, long microWattHours, long gpuMicros) {
        Shared plus(Shared other) {
            return new Shared(upstream, department, microWattHours + other.microWattHours, gpuMicros + other.gpuMicros);
        }
    }

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

    /** Shares out every minute that is over for long enough and whose calls are known, each in a transaction; what came of it. */
    public List<Shared> shareOut(Instant now, Tariffs tariffs) {
        List<Shared> all = new ArrayList<>();
        List<Long> minutes = waiting(now.minus(SETTLED).minus(Duration.ofMinutes(1)).getEpochSecond());
        if (minutes.isEmpty()) {
            return all;
        }
        Map<String, Instant> oldest = underWay.oldest();
        for (long minute : minutes) {
            all.addAll(inTransaction("shared out", connection -> {
                List<Measured> measured = measured(connection, minute);
                return isKnown(minute, measured, oldest, now)
                        ? shareOut(connection, minute, measured, tariffs)
                        : List.<Shared>of();
            }));
        }
        return all;
    }

    private static boolean isKnown(long minute, List<Measured> measured, Map<String, Instant> oldest, Instant now) {
        Instant end = Instant.ofEpochSecond(minute).plus(Duration.ofMinutes(1));
        return !now.isBefore(end.plus(LONGEST_WAIT)) || measured.stream()
                .allMatch(one -> !oldest.getOrDefault(one.upstream(), Instant.MAX).isBefore(end));
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

    private List<Shared> shareOut(Connection connection, long minute, List<Measured> measured, Tariffs tariffs)
            throws SQLException {
        Set<String> upstreams = measured.stream().map(Measured::upstream).filter(upstream -> !upstream.isEmpty())
                .collect(Collectors.toSet());
        Map<String, Payers> payers = upstreams.isEmpty()
                ? Map.of()
                : Payers.of(connection, minute, upstreams, LONGEST_WAIT);
        Map<Bucket, Part> minutes = new HashMap<>();
        List<Shared> shared = new ArrayList<>();
        try (CallEnergyTable.Minute calls = new CallEnergyTable.Minute(connection, minute, box)) {
            for (Measured whole : measured) {
                Optional<LocalTariff> tariff = tariffs.of(whole.upstream(), Instant.ofEpochSecond(minute));
                BigDecimal cost = tariff.map(found -> found.costOf(whole.microWattHours(), whole.gpuMicros()))
                        .orElse(BigDecimal.ZERO).setScale(Cost.MAXIMUM_SCALE);
                Part all = new Part(whole.microWattHours(), whole.gpuMicros(), cost);
                Payers paying = payers.get(whole.upstream());
                if (paying == null) {
                    Bucket nobody = Bucket.ofNobody(minute, whole.upstream());
                    minutes.merge(tariff.map(found -> nobody.paidIn(found.currency())).orElse(nobody), all, Part::plus);
                    shared.add(new Shared(whole.upstream(), "", whole.microWattHours(), whole.gpuMicros()));
                } else {
                    shared.addAll(share(all, paying, whole.upstream(), tariff, minutes, calls));
                }
            }
            calls.write();
        }
        remove(connection, minute);
        // Last: the trail's writer waits for whoever has these rows.
        Map<Bucket, Part> touched = new TreeMap<>(Bucket.LOCK_ORDER);
        minutes.forEach((bucket, part) -> {
            for (Grain grain : Grain.values()) {
                touched.merge(bucket.in(grain), part, Part::plus);
            }
        });
        add(connection, touched);
        return shared;
    }

    private static Collection<Shared> share(Part whole, Payers paying, String upstream, Optional<LocalTariff> tariff,
            Map<Bucket, Part> minutes, CallEnergyTable.Minute calls) throws SQLException {
        Split energy = new Split(BigInteger.valueOf(whole.microWattHours()), paying.weight());
        Split time = new Split(BigInteger.valueOf(whole.gpuMicros()), paying.weight());
        Split money = new Split(whole.cost().unscaledValue(), paying.weight());
        Map<String, Shared> byDepartment = new HashMap<>();
        for (Payers.Payer payer : paying.all()) {
            Part part = new Part(energy.next(payer.weight()).longValueExact(),
                    time.next(payer.weight()).longValueExact(),
                    UNIT.multiply(new BigDecimal(money.next(payer.weight()))));
            Bucket own = payer.bucket();
            minutes.merge(tariff.map(found -> own.paidIn(found.currency())).orElse(own), part, Part::plus);
            calls.add(new CallEnergyTable.Part(payer.call(), part.microWattHours(), part.gpuMicros(), part.cost(),
                    tariff.map(LocalTariff::currency).orElse("")));
            byDepartment.merge(payer.department(),
                    new Shared(upstream, payer.department(), part.microWattHours(), part.gpuMicros()), Shared::plus);
        }
        return byDepartment.values();
    }

    private List<Measured> measured(Connection connection, long minute) throws SQLException {
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
        return measured;
    }

    /** The same transaction has put it where it belongs. */
    private void remove(Connection connection, long minute) throws SQLException {
        try (PreparedStatement delete = connection
                .prepareStatement("DELETE FROM gpu_energy WHERE bucket = ? AND box = ?")) {
            delete.setLong(1, minute);
            delete.setObject(2, box);
            delete.executeUpdate();
        }
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
        UsageDigests.added(connection, touched.keySet());
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
