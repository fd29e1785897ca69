package org.gatehouse.admin;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.YearOfCalls;
import org.gatehouse.store.Databases;
import org.gatehouse.usage.AllDigests;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * First pages over 1,000,000 audit rows and a year of usage, through the API's own door: how they were taken stands in
 * {@code bench/README.md}; they stand in {@code target/page-speed-*.txt}. Takes minutes, so only with {@code -Dgatehouse.page-speed=<rows>}.
 */
@ParameterizedClass
@EnumSource(Databases.class)
@EnabledIfSystemProperty(named = "gatehouse.page-speed", matches = "[0-9]+")
final class PageSpeedIT {
    private static final Duration BOUND = Duration.ofMillis(300);
    private static final int TRIES = 7;
    private final Databases kind;

    PageSpeedIT(Databases kind) {
        this.kind = kind;
    }

    @Test
    void firstPagesAreThereWithinThreeTenthsOfASecond(@TempDir Path directory) throws Exception {
        int rows = Integer.getInteger("gatehouse.page-speed");
        Instant end = Instant.now().truncatedTo(ChronoUnit.DAYS);
        try (AdminServer server = new AdminServer(kind, directory)) {
            long begun = System.nanoTime();
            YearOfCalls.fill(server.fresh.database(), end, rows);
            StringBuilder page = new StringBuilder(kind + ": " + rows + " rows made in "
                    + (System.nanoTime() - begun) / 1_000_000_000 + " s; usage rows " + count(server, "usage_rollup")
                    + "\n");
            long summing = System.nanoTime();
            AllDigests.make(server.fresh.database(), Instant.now());
            page.append("summed up in " + (System.nanoTime() - summing) / 1_000_000_000 + " s to "
                    + count(server, "usage_digest") + " rows; load "
                    + ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage() + "\n");
            if (kind == Databases.H2) {
                // It would answer the very same question again from memory.
                execute(server, "SET OPTIMIZE_REUSE_RESULTS 0");
            }
            List<String> slow = new ArrayList<>();
            questions(end).forEach((name, path) -> {
                long[] micros = new long[TRIES];
                int size = 0;
                for (int i = 0; i < TRIES; i++) {
                    long start = System.nanoTime();
                    AdminServer.Reply reply = server.get(path);
                    micros[i] = (System.nanoTime() - start) / 1_000;
                    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
                    size = Math.max(reply.json().path("items").size(), reply.json().path("lines").size());
                }
                long first = micros[0];
                Arrays.sort(micros);
                page.append(String.format("| %s | %d | %.1f | %.1f | %.1f |%n", name, size, first / 1e3,
                        micros[TRIES / 2] / 1e3, micros[TRIES - 1] / 1e3));
                if (micros[TRIES / 2] > BOUND.toNanos() / 1_000) {
                    slow.add(name);
                }
            });
            Files.writeString(Path.of("target", "page-speed-" + kind + ".txt"), page);
            assertThat(slow).as(page.toString()).isEmpty();
        }
    }

    private static void execute(AdminServer server, String sql) throws SQLException {
        try (Connection connection = server.fresh.database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long count(AdminServer server, String table) throws SQLException {
        try (Connection connection = server.fresh.database().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static Map<String, String> questions(Instant end) {
        Map<String, String> all = new LinkedHashMap<>();
        String audit = "/api/v1/audit?limit=100";
        all.put("audit, no filter", audit);
        all.put("audit, a usual department", audit + "&department=" + YearOfCalls.id("department", 1));
        all.put("audit, a rare department", audit + "&department="
                + YearOfCalls.id("department", YearOfCalls.DEPARTMENTS - 1));
        all.put("audit, a rare project", audit + "&project=" + YearOfCalls.id("project", 59));
        all.put("audit, a key", audit + "&key=" + YearOfCalls.id("key", 3));
        all.put("audit, a rare user", audit + "&user=" + YearOfCalls.id("user", 99));
        all.put("audit, a usual model", audit + "&model=model-3");
        all.put("audit, a rare model", audit + "&model=model-rare");
        all.put("audit, a model that nobody called", audit + "&model=nothing");
        all.put("audit, failed calls of a model", audit + "&outcome=failed&model=model-2");
        all.put("audit, a rare error", audit + "&errorCode=context_length_exceeded");
        all.put("audit, admin actions", audit + "&kind=admin");
        all.put("audit, what one actor did", audit + "&actor=ada");
        all.put("audit, what was done to budgets", audit + "&objectType=budgets");
        all.put("audit, one request of long ago", audit + "&requestId=req-1234");
        all.put("audit, a month of half a year ago", audit + "&from=" + end.minus(Duration.ofDays(200)) + "&to="
                + end.minus(Duration.ofDays(170)));
        String usage = "/api/v1/usage?from=" + end.minus(Duration.ofDays(365)) + "&to=" + end;
        all.put("usage of a year by department", usage + "&groupBy=department");
        all.put("usage of a year by project", usage + "&groupBy=project");
        all.put("usage of a year by model", usage + "&groupBy=model");
        all.put("usage of a year by key and model", usage + "&groupBy=key,model");
        all.put("usage of a year by day", usage + "&bucket=day");
        all.put("usage of a year by day and department", usage + "&bucket=day&groupBy=department");
        all.put("usage of a year by day of one department", usage + "&bucket=day&department="
                + YearOfCalls.id("department", 1));
        String month = "/api/v1/usage?from=" + end.minus(Duration.ofDays(30)) + "&to=" + end;
        all.put("usage of a month by department, project, model", month + "&groupBy=department,project,model");
        all.put("usage of a month by hour", month + "&bucket=hour");
        return all;
    }
}
