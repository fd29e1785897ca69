package org.gatehouse.usage;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Caller;
import org.gatehouse.audit.SampleCalls;
import org.gatehouse.audit.TrailFixture;
import org.gatehouse.store.Database;
import org.gatehouse.store.Databases;
import org.gatehouse.usage.UsageReport.Dimension;

import static org.assertj.core.api.Assertions.assertThat;

/** Digests of days change how fast a report is, never what it says. */
@ParameterizedClass
@EnumSource(Databases.class)
final class UsageDigestsIT {
    /** Some days before a block of eight begins, and before one of 64 that is over by the end. */
    private static final Instant FIRST = Instant.parse("2026-08-01T00:00:00Z");
    private static final Instant END = FIRST.plus(Duration.ofDays(96));
    /** All hours are kept by then. */
    private static final Clock CLOCK = Clock.fixed(FIRST.plus(Duration.ofDays(89)), ZoneOffset.UTC);
    private final Databases kind;
    private final SampleCalls samples = new SampleCalls(3);
    private TrailFixture fixture;

    UsageDigestsIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = TrailFixture.on(kind, directory, new UsageRollups());
        List<CallRecord> calls = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Instant at = FIRST.plus(Duration.ofMinutes(i * 456L));
            calls.add(i % 20 == 7 ? samples.refused(at) : samples.completed(at));
        }
        fixture.append(calls);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private Database database() {
        return fixture.fresh().database();
    }

    private Map<String, List<UsageReport.Line>> reports() {
        UsageReport report = new UsageReport(database(), CLOCK);
        Caller caller = samples.caller(1, 0);
        Map<String, List<UsageReport.Line>> all = new LinkedHashMap<>();
        for (Grain bucket : new @Nullable Grain[]{null, Grain.DAY, Grain.HOUR}) {
            ask(all, report, bucket, List.of(), Map.of(), null);
            for (Dimension dimension : Dimension.values()) {
                ask(all, report, bucket, List.of(dimension), Map.of(), null);
            }
            ask(all, report, bucket, List.of(Dimension.KEY, Dimension.MODEL), Map.of(), null);
            ask(all, report, bucket, List.of(Dimension.DEPARTMENT, Dimension.SCENARIO, Dimension.UPSTREAM), Map.of(),
                    null);
            ask(all, report, bucket, List.of(Dimension.PROJECT), Map.of(Dimension.PROJECT,
                    caller.projectId().toString()), null);
            ask(all, report, bucket, List.of(Dimension.MODEL), Map.of(Dimension.DEPARTMENT,
                    caller.departmentId().toString()), null);
            ask(all, report, bucket, List.of(Dimension.DEPARTMENT), Map.of(),
                    new UsageReport.Within(Set.of(caller.departmentId()), null));
            ask(all, report, bucket, List.of(Dimension.KEY), Map.of(),
                    new UsageReport.Within(Set.of(), caller.userId()));
        }
        return all;
    }

    private static void ask(Map<String, List<UsageReport.Line>> all, UsageReport report, @Nullable Grain bucket,
            List<Dimension> by, Map<Dimension, String> only, UsageReport.@Nullable Within within) {
        // The ends are no whole days, and the second half's no whole blocks.
        for (Duration begin : List.of(Duration.ofHours(2), Duration.ofHours(1_100))) {
            UsageReport.Question question = new UsageReport.Question(FIRST.plus(begin), END.minus(Duration.ofHours(2)),
                    bucket, by, only, within);
            all.put(question.toString(), ((UsageReport.Report) report.answer(question)).lines());
        }
    }

    @Test
    void reportsSayTheSameWithDigestsAsWithout() throws InterruptedException {
        Map<String, List<UsageReport.Line>> before = reports();
        assertThat(before.values()).anyMatch(lines -> lines.size() > 20);
        assertThat(AllDigests.make(database(), END.plus(Duration.ofHours(2)))).isPositive();
        assertThat(AllDigests.make(database(), END.plus(Duration.ofHours(2)))).isZero();
        assertThat(reports()).isEqualTo(before);
    }

    @Test
    void dayThatIsAddedToIsReadByItsRowsUntilItIsSummedUpAgain() throws InterruptedException {
        AllDigests.make(database(), END.plus(Duration.ofHours(2)));
        Map<String, List<UsageReport.Line>> before = reports();
        fixture.append(List.of(samples.completed(FIRST.plus(Duration.ofDays(30)))));
        Map<String, List<UsageReport.Line>> after = reports();
        assertThat(after).isNotEqualTo(before);
        // The day, and the blocks of eight and of 64 days that it is in.
        assertThat(AllDigests.make(database(), END.plus(Duration.ofHours(2)))).isEqualTo(3);
        assertThat(reports()).isEqualTo(after);
    }

    @Test
    void daysThatAreNotOverHaveNoDigest() throws InterruptedException {
        assertThat(AllDigests.make(database(), FIRST.plus(Duration.ofHours(24)))).isZero();
        assertThat(AllDigests.make(database(), FIRST.plus(Duration.ofHours(25)))).isEqualTo(1);
    }

    @Test
    void hoursThatAreRemovedAreRemovedFromTheDigestsToo() throws Exception {
        AllDigests.make(database(), END.plus(Duration.ofHours(2)));
        Instant kept = FIRST.plus(Duration.ofDays(50));
        String hours = "SELECT COUNT(*) FROM usage_digest WHERE form > 10 AND form < 100 AND bucket ";
        assertThat(count(hours + "< " + kept.getEpochSecond())).isPositive();
        long later = count(hours + ">= " + kept.getEpochSecond());
        long days = count("SELECT COUNT(*) FROM usage_digest WHERE form < 10 OR form > 100");
        new RollupPruning(database(), Clock.fixed(kept.plus(Grain.HOUR.kept()), ZoneOffset.UTC)).prune();
        assertThat(count(hours + "< " + kept.getEpochSecond())).isZero();
        assertThat(count(hours + ">= " + kept.getEpochSecond())).isEqualTo(later).isPositive();
        assertThat(count("SELECT COUNT(*) FROM usage_digest WHERE form < 10 OR form > 100")).isEqualTo(days);
    }

    private long count(String sql) throws SQLException {
        try (Connection connection = database().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
