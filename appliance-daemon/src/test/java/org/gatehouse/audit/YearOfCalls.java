package org.gatehouse.audit;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

import org.gatehouse.store.Database;

/**
 * A year of a busy company in a store: rows of the trail, and the sums that the box would have made of them. Some departments,
 * models and errors are frequent and some are rare, because a search for what is rare is the hard one. The rows stand under a node
 * of their own and are not chained: for searches and reports only.
 */
public final class YearOfCalls {
    /** Where most calls come from, and where one in five thousand does. */
    public static final int DEPARTMENTS = 12;
    private static final int KEYS = 200;
    private static final int BATCH = 5_000;
    private static final UUID ORGANISATION = id("organisation", 0);
    private static final String[] UPSTREAMS = {"openai", "anthropic", "local-a", "local-b"};
    private static final String[] SCENARIOS = {"", "search", "support", "coding", "translation"};
    private static final String INSERT = "INSERT INTO trail (position, node, seq, record, prev_hash, hash, "
            + TrailColumns.NAMES + ") VALUES (?, ?, ?, ?, ?, ?"
            + String.join("", Collections.nCopies(TrailColumns.COUNT, ", ?")) + ")";
    private final Random random = new Random(42);
    private final Map<List<Object>, long[]> sums = new HashMap<>();
    private final UUID node = UUID.randomUUID();
    private final Instant end;
    private final int rows;

    private YearOfCalls(Instant end, int rows) {
        this.end = end;
        this.rows = rows;
    }

    /** Fills a store with so many calls, spread over the year before that moment. */
    public static void fill(Database database, Instant end, int rows) throws SQLException {
        YearOfCalls year = new YearOfCalls(end, rows);
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            year.trail(connection);
            year.rollups(connection);
            year.names(connection);
            connection.commit();
        }
        while (TrailBlocks.summarise(database, 1000) > 0) {
            // until nothing is left
        }
    }

    /** The id of the department, project, key or user of that number. */
    public static UUID id(String type, int number) {
        return UUID.nameUUIDFromBytes((type + number).getBytes(StandardCharsets.UTF_8));
    }

    private void trail(Connection connection) throws SQLException {
        long step = Duration.ofDays(365).toMillis() / rows;
        Instant begin = end.minus(Duration.ofDays(365));
        byte[] hash = new byte[32];
        try (PreparedStatement known = connection
                .prepareStatement("INSERT INTO trail_position (node, number, seq, hash) VALUES (?, 1000, ?, ?)")) {
            known.setObject(1, node);
            known.setLong(2, rows);
            known.setBytes(3, hash);
            known.executeUpdate();
        }
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (int i = 0; i < rows; i++) {
                Instant at = begin.plusMillis(i * step);
                TrailRecord item = i % 500 == 0 ? action(at, i) : call(at, i);
                insert.setLong(1, (1000L << 44) + i + 1);
                insert.setObject(2, node);
                insert.setLong(3, i + 1);
                insert.setBytes(4, RecordJson.write(item));
                insert.setBytes(5, hash);
                insert.setBytes(6, hash);
                TrailColumns.bind(insert, 7, TrailColumns.values(item));
                insert.addBatch();
                if (i % BATCH == BATCH - 1) {
                    insert.executeBatch();
                    connection.commit();
                }
            }
            insert.executeBatch();
        }
    }

    private AdminRecord action(Instant at, int number) {
        return new AdminRecord(uuid(at), at, number % 50_000 == 0 ? "ada" : "token:first", "10.1.2.3", "update",
                number % 5_000 == 0 ? "budgets" : "keys", id("key", number % KEYS).toString(), "{\"name\":\"a\"}",
                "{\"name\":\"b\"}", "req-" + number);
    }

    private CallRecord call(Instant at, int number) {
        // The smaller, the more frequent; the last department has one call in five thousand.
        int key = number % 5_000 == 17 ? KEYS - 1 : (int) (Math.pow(random.nextDouble(), 2) * (KEYS - 10));
        int department = key == KEYS - 1 ? DEPARTMENTS - 1 : key % (DEPARTMENTS - 1);
        int project = key == KEYS - 1 ? 59 : key % 55;
        String model = number % 10_000 == 33 ? "model-rare" : "model-" + (key + random.nextInt(2)) % 8;
        int fate = random.nextInt(1000);
        boolean refused = fate < 20;
        boolean failed = fate >= 20 && fate < 30;
        String code = number % 100_000 == 77
                ? "context_length_exceeded"
                : refused ? "rate_limit_exceeded" : failed ? "upstream_timeout" : null;
        long input = 200 + random.nextInt(3_000);
        long output = 20 + random.nextInt(800);
        Caller caller = new Caller(ORGANISATION, id("department", department), "Department " + department,
                id("project", project), "Project " + project, id("key", key), "key " + key, id("user", key / 2),
                "User " + key / 2);
        // A key has its purpose: two models, each at its upstream, with or without one scenario.
        String scenario = random.nextBoolean() ? "" : SCENARIOS[key % SCENARIOS.length];
        String upstream = UPSTREAMS[Math.floorMod(model.hashCode(), UPSTREAMS.length)];
        BigDecimal cost = new BigDecimal(input * 3 + output * 12).movePointLeft(6);
        sum(at, department, project, key, scenario, model, refused ? "" : upstream, input, output, cost);
        return new CallRecord(uuid(at), String.format("%032x", (long) number), "req-" + number, at, caller, "10.1.2.3",
                "openai", "chat.completions", random.nextBoolean(), scenario.isEmpty() ? null : scenario, model,
                refused ? null : "served", refused ? null : upstream, false, refused ? 429 : failed ? 504 : 200,
                refused ? Outcome.REFUSED : failed ? Outcome.FAILED : Outcome.COMPLETED, code,
                Usage.tokens(refused ? 0 : input, refused ? 0 : output,
                        refused ? Usage.Source.NONE : Usage.Source.REPORTED),
                refused ? null : new Cost(cost, "USD"), (long) random.nextInt(500_000), random.nextInt(5_000_000), null,
                null);
    }

    private UUID uuid(Instant at) {
        return new UUID(at.toEpochMilli() << 16 | 0x7000L | random.nextInt(0x1000),
                random.nextLong() & ~(3L << 62) | 1L << 63);
    }

    private void sum(Instant at, int department, int project, int key, String scenario, String model, String upstream,
            long input, long output, BigDecimal cost) {
        add(3, 86_400, at, department, project, key, scenario, model, upstream, input, output, cost);
        if (at.isAfter(end.minus(Duration.ofDays(90)))) {
            add(2, 3_600, at, department, project, key, scenario, model, upstream, input, output, cost);
        }
        if (at.isAfter(end.minus(Duration.ofDays(2)))) {
            add(1, 60, at, department, project, key, scenario, model, upstream, input, output, cost);
        }
    }

    private void add(int grain, long seconds, Instant at, int department, int project, int key, String scenario,
            String model, String upstream, long input, long output, BigDecimal cost) {
        long[] line = sums.computeIfAbsent(List.of(grain, Math.floorDiv(at.getEpochSecond(), seconds) * seconds,
                department, project, key, scenario, model, upstream), _ -> new long[4]);
        line[0]++;
        line[1] += input;
        line[2] += output;
        line[3] += cost.movePointRight(6).longValueExact();
    }

    private void rollups(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO usage_rollup (grain, bucket, department_id, project_id, user_id, key_id, scenario, model,
                    upstream, currency, calls, refusals, failures, estimated, input_tokens, output_tokens,
                    cached_tokens, cache_writes, reasoning, audio_millis, images, characters, cost)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'USD', ?, 0, 0, 0, ?, ?, 0, 0, 0, 0, 0, 0, ?)""")) {
            int count = 0;
            for (Map.Entry<List<Object>, long[]> entry : sums.entrySet()) {
                List<Object> by = entry.getKey();
                int key = (Integer) by.get(4);
                Object[] values = {by.get(0), by.get(1), id("department", (Integer) by.get(2)),
                        id("project", (Integer) by.get(3)), id("user", key / 2), id("key", key), by.get(5), by.get(6),
                        by.get(7), entry.getValue()[0], entry.getValue()[1], entry.getValue()[2],
                        BigDecimal.valueOf(entry.getValue()[3], 6)};
                for (int i = 0; i < values.length; i++) {
                    insert.setObject(i + 1, values[i]);
                }
                insert.addBatch();
                if (++count % BATCH == 0) {
                    insert.executeBatch();
                    connection.commit();
                }
            }
            insert.executeBatch();
        }
    }

    private static void names(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection
                .prepareStatement("INSERT INTO usage_name (id, name) VALUES (?, ?)")) {
            for (String type : List.of("department", "project", "key", "user")) {
                for (int i = 0; i < KEYS; i++) {
                    insert.setObject(1, id(type, i));
                    insert.setString(2, type + " " + i);
                    insert.addBatch();
                }
            }
            insert.executeBatch();
        }
    }
}
