package org.gatehouse.usage;

import java.nio.file.Path;
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
    private static final Instant FIRST = Instant.parse("2026-11-01T00:00:00Z");
    private static final Instant END = FIRST.plus(Duration.ofDays(12));
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
            // A day without calls among them.
            Instant at = FIRST.plus(Duration.ofMinutes(i * 57L));
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
        UsageReport report = new UsageReport(database(), Clock.fixed(END, ZoneOffset.UTC));
        Caller caller = samples.caller(1, 0);
        Map<String, List<UsageReport.Line>> all = new LinkedHashMap<>();
        for (Grain bucket : new @Nullable Grain[]{null, Grain.DAY}) {
            ask(all, report, bucket, List.of(), Map.of(), null);
            for (Dimension dimension : Dimension.values()) {
                ask(all, report, bucket, List.of(dimension), Map.of(), null);
            }
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
        UsageReport.Question question = new UsageReport.Question(FIRST.plusSeconds(3_600), END, bucket, by, only,
                within);
        all.put(question.toString(), ((UsageReport.Report) report.answer(question)).lines());
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
        fixture.append(List.of(samples.completed(FIRST.plus(Duration.ofDays(3)))));
        Map<String, List<UsageReport.Line>> after = reports();
        assertThat(after).isNotEqualTo(before);
        assertThat(AllDigests.make(database(), END.plus(Duration.ofHours(2)))).isEqualTo(1);
        assertThat(reports()).isEqualTo(after);
    }

    @Test
    void daysThatAreNotOverHaveNoDigest() throws InterruptedException {
        assertThat(AllDigests.make(database(), FIRST.plus(Duration.ofHours(24)))).isZero();
        assertThat(AllDigests.make(database(), FIRST.plus(Duration.ofHours(25)))).isEqualTo(1);
    }
}
