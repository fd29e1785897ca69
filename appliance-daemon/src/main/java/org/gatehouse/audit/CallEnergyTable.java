package org.gatehouse.audit;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The energy of single calls, beside their rows: a row of the trail is sealed when its call ends, and what the call took is known minutes
 * later. Not under the trail's hashes. Parts go with the row that they belong to. Stateless.
 */
public final class CallEnergyTable {
    private static final int BATCH = 1_000;
    private static final int IDS_A_QUERY = 500;

    private CallEnergyTable() {}

    /**
     * A call's part of a minute.
     *
     * @param currency of the cost; empty when no price says what it cost, which then is 0
     */
    public record Part(UUID call, long microWattHours, long gpuMicros, BigDecimal cost, String currency) {}

    /** Puts the parts of one minute in, in batches; to be closed before the transaction ends. For one thread. */
    public static final class Minute implements AutoCloseable {
        private final PreparedStatement merge;
        private final long bucket;
        private final UUID box;
        private int waiting;

        /**
         * Opens it in a transaction.
         *
         * @param bucket the minute's first second since 1970
         * @param box which box measured it
         */
        public Minute(Connection connection, long bucket, UUID box) throws SQLException {
            this.bucket = bucket;
            this.box = box;
            // Merged, not inserted: a clock that was set back measures a minute twice.
            this.merge = connection.prepareStatement(
                    """
                            MERGE INTO call_energy t
                            USING (VALUES (CAST(? AS UUID), CAST(? AS BIGINT), CAST(? AS UUID), CAST(? AS VARCHAR(3)),
                                CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS NUMERIC(38, 18))))
                            AS s (call_id, bucket, box, currency, micro_watt_hours, gpu_micros, local_cost)
                            ON t.call_id = s.call_id AND t.bucket = s.bucket AND t.box = s.box AND t.currency = s.currency
                            WHEN MATCHED THEN UPDATE SET micro_watt_hours = t.micro_watt_hours + s.micro_watt_hours,
                                gpu_micros = t.gpu_micros + s.gpu_micros, local_cost = t.local_cost + s.local_cost
                            WHEN NOT MATCHED THEN INSERT (call_id, bucket, box, currency, micro_watt_hours, gpu_micros, local_cost)
                            VALUES (s.call_id, s.bucket, s.box, s.currency, s.micro_watt_hours, s.gpu_micros, s.local_cost)""");
        }

        /** Adds a part; one of nothing leaves no row. */
        public void add(Part part) throws SQLException {
            if (part.microWattHours() == 0 && part.gpuMicros() == 0) {
                return;
            }
            merge.setObject(1, part.call());
            merge.setLong(2, bucket);
            merge.setObject(3, box);
            merge.setString(4, part.currency());
            merge.setLong(5, part.microWattHours());
            merge.setLong(6, part.gpuMicros());
            merge.setBigDecimal(7, part.cost());
            merge.addBatch();
            waiting++;
            if (waiting == BATCH) {
                write();
            }
        }

        /** Writes what is left. */
        public void write() throws SQLException {
            if (waiting > 0) {
                merge.executeBatch();
                waiting = 0;
            }
        }

        @Override
        public void close() throws SQLException {
            merge.close();
        }
    }

    /** What calls took; those of which nothing is shared out are not in it. */
    static Map<UUID, CallEnergy> of(Connection connection, Collection<UUID> calls) throws SQLException {
        Map<UUID, CallEnergy> found = new HashMap<>();
        List<UUID> all = List.copyOf(calls);
        for (int from = 0; from < all.size(); from += IDS_A_QUERY) {
            read(connection, all.subList(from, Math.min(all.size(), from + IDS_A_QUERY)), found);
        }
        return found;
    }

    private static void read(Connection connection, List<UUID> some, Map<UUID, CallEnergy> found)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT call_id, currency, SUM(micro_watt_hours), "
                + "SUM(gpu_micros), SUM(local_cost) FROM call_energy WHERE call_id IN (?"
                + ", ?".repeat(some.size() - 1) + ") GROUP BY call_id, currency ORDER BY call_id, currency")) {
            for (int i = 0; i < some.size(); i++) {
                query.setObject(i + 1, some.get(i));
            }
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    String currency = row.getString(2);
                    List<Cost> costs = currency.isEmpty()
                            ? List.of()
                            : List.of(new Cost(row.getBigDecimal(5), currency));
                    found.merge(row.getObject(1, UUID.class),
                            new CallEnergy(row.getLong(3), row.getLong(4), costs), CallEnergyTable::together);
                }
            }
        }
    }

    private static CallEnergy together(CallEnergy one, CallEnergy other) {
        List<Cost> costs = new ArrayList<>(one.costs());
        costs.addAll(other.costs());
        return new CallEnergy(one.microWattHours() + other.microWattHours(), one.gpuMicros() + other.gpuMicros(),
                costs);
    }

    /** Removes what belongs to the rows of a node up to a number, which are about to go. */
    static void remove(Connection connection, TrailNode node, long upTo) throws SQLException {
        try (PreparedStatement query = connection
                .prepareStatement("SELECT id FROM trail WHERE position > ? AND position <= ? AND kind = ?");
                PreparedStatement delete = connection.prepareStatement("DELETE FROM call_energy WHERE call_id = ?")) {
            query.setLong(1, node.position(0));
            query.setLong(2, node.position(upTo));
            query.setString(3, TrailRecord.Kind.CALL.id());
            int waiting = 0;
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    delete.setObject(1, row.getObject(1, UUID.class));
                    delete.addBatch();
                    waiting++;
                    if (waiting % BATCH == 0) {
                        delete.executeBatch();
                    }
                }
            }
            delete.executeBatch();
        }
    }
}
