package org.gatehouse.usage;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.jdbi.v3.core.Jdbi;

import org.gatehouse.store.Database;

/** The sums that quotas and budgets start from: read once, from the day rollups, which are never removed. */
public final class UsageTotals {
    private final Jdbi jdbi;

    /** Takes the database. */
    public UsageTotals(Database database) {
        this.jdbi = database.jdbi();
    }

    /** Every department's, project's, user's and key's totals as of now. */
    public List<ScopeUsage> all(Instant now) {
        long today = Grain.DAY.bucketOf(now);
        LocalDate date = LocalDate.ofInstant(now, ZoneOffset.UTC);
        long month = date.withDayOfMonth(1).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
        List<ScopeUsage> totals = new ArrayList<>();
        for (UsageReport.Dimension dimension : List.of(UsageReport.Dimension.DEPARTMENT, UsageReport.Dimension.PROJECT,
                UsageReport.Dimension.USER, UsageReport.Dimension.KEY)) {
            totals.addAll(jdbi.withHandle(handle -> handle
                    .createQuery("SELECT " + dimension.column() + " AS id, SUM(input_tokens) AS input_tokens,"
                            + " SUM(output_tokens) AS output_tokens,"
                            + " SUM(CASE WHEN bucket = :today THEN cost ELSE 0 END) AS today,"
                            + " SUM(CASE WHEN bucket >= :month THEN cost ELSE 0 END) AS this_month"
                            + " FROM usage_rollup WHERE grain = :grain AND " + dimension.column() + " <> :nil GROUP BY "
                            + dimension.column())
                    .bind("today", today).bind("month", month).bind("grain", Grain.DAY.code()).bind("nil", Bucket.NIL)
                    .map((row, _) -> new ScopeUsage(dimension, row.getObject("id", UUID.class),
                            row.getLong("input_tokens"), row.getLong("output_tokens"), row.getBigDecimal("today"),
                            row.getBigDecimal("this_month")))
                    .list()));
        }
        return totals;
    }
}
