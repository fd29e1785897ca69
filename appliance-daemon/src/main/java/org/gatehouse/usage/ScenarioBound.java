package org.gatehouse.usage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Caller;

/**
 * Keeps clients from growing the rollups without bound: of a project's scenarios of one day the first 200 have rows of
 * their own, the rest are {@code other}. Confined to the trail's writer thread.
 */
final class ScenarioBound {
    static final int MOST = 200;
    static final String OTHER = "other";

    private final Map<UUID, Set<String>> seenToday = new HashMap<>();
    private long today = Long.MIN_VALUE;

    String of(Connection connection, CallRecord call) throws SQLException {
        String scenario = call.scenario();
        Caller caller = call.caller();
        if (scenario == null || caller == null) {
            return "";
        }
        long day = Grain.DAY.bucketOf(call.at());
        if (day > today) {
            today = day;
            seenToday.clear();
        }
        Set<String> seen = seenToday.get(caller.projectId());
        if (seen == null) {
            seen = stored(connection, caller.projectId(), today);
            seenToday.put(caller.projectId(), seen);
        }
        if (seen.contains(scenario)) {
            return scenario;
        }
        if (seen.size() >= MOST) {
            return OTHER;
        }
        seen.add(scenario);
        return scenario;
    }

    private static Set<String> stored(Connection connection, UUID project, long day) throws SQLException {
        Set<String> scenarios = new HashSet<>();
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT DISTINCT scenario FROM usage_rollup
                WHERE grain = ? AND bucket = ? AND project_id = ? AND scenario NOT IN ('', 'other')""")) {
            select.setInt(1, Grain.DAY.code());
            select.setLong(2, day);
            select.setObject(3, project);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    scenarios.add(rows.getString(1));
                }
            }
        }
        return scenarios;
    }
}
