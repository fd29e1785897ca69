package org.gatehouse.usage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
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

    private final Map<ProjectDay, Set<String>> seen = new HashMap<>();

    private record ProjectDay(UUID project, long day) {}

    /** Under what a call is to be filed. */
    String of(Connection connection, CallRecord call) throws SQLException {
        return file(connection, call, true);
    }

    /** Under what a call was filed that is in the rollups already; for an object of a short life, which reads each day once. */
    String filed(Connection connection, CallRecord call) throws SQLException {
        return file(connection, call, false);
    }

    private String file(Connection connection, CallRecord call, boolean isNew) throws SQLException {
        Caller caller = call.caller();
        String scenario = Bucket.fitting(call.scenario());
        if (scenario.isEmpty() || caller == null) {
            return "";
        }
        Set<String> known = known(connection, new ProjectDay(caller.projectId(), Grain.DAY.bucketOf(call.at())));
        if (isNew && known.size() < MOST) {
            known.add(scenario);
        }
        return known.contains(scenario) ? scenario : OTHER;
    }

    private Set<String> known(Connection connection, ProjectDay projectDay) throws SQLException {
        Set<String> known = seen.get(projectDay);
        if (known == null) {
            // Calls end at about now; a day is left behind for good two days later.
            long gone = projectDay.day() - 2 * Duration.ofDays(1).toSeconds();
            seen.keySet().removeIf(old -> old.day() < gone);
            known = stored(connection, projectDay.project(), projectDay.day());
            seen.put(projectDay, known);
        }
        return known;
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
