package org.gatehouse.usage;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.SampleCalls;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

@ParameterizedClass
@EnumSource(Databases.class)
final class LatenciesIT {
    private static final Instant DAY = Instant.parse("2026-11-20T00:00:00Z");
    private static final Instant END = DAY.plus(Duration.ofDays(2));
    private final Databases kind;
    private final SampleCalls samples = new SampleCalls(5);
    private Databases.Fresh fresh;

    LatenciesIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        fresh = kind.fresh(directory);
    }

    @AfterEach
    void close() {
        fresh.close();
    }

    /** A box at that moment. Its minute does not end while a test runs: it writes when it is told to. */
    private Latencies box(int number, Instant now) {
        return new Latencies(fresh.database(), new UUID(0, number), Clock.fixed(now, ZoneOffset.UTC));
    }

    private CallRecord call(Instant at, String model, @Nullable String upstream, Outcome outcome,
            @Nullable Long firstByteMillis, long totalMillis) {
        CallRecord any = samples.completed(at);
        return new CallRecord(any.id(), any.traceId(), any.requestId(), at, any.caller(), any.clientAddress(),
                any.dialect(), any.surface(), any.streamed(), any.scenario(), model, any.modelServed(), upstream,
                any.simulated(), any.status(), outcome, any.errorCode(), any.usage(), any.cost(),
                firstByteMillis == null ? null : firstByteMillis * 1_000, totalMillis * 1_000, any.requestSha256(),
                any.replySha256(), any.instance(), any.attempts(), any.saved());
    }

    private CallRecord completed(Instant at, String model, String upstream, long totalMillis) {
        return call(at, model, upstream, Outcome.COMPLETED, totalMillis / 2, totalMillis);
    }

    private static Latencies.Question over(Grain grain, boolean cut, boolean byModel, boolean byUpstream) {
        return new Latencies.Question(DAY, END, grain, cut, byModel, byUpstream, null, null);
    }

    private static long calls(List<Latencies.Line> lines) {
        return lines.stream().mapToLong(line -> line.total().calls()).sum();
    }

    @Test
    void hoursAddUpToDaysHoweverOftenTheyAreWritten() throws Exception {
        try (Latencies box = box(1, END)) {
            for (int i = 0; i < 96; i++) {
                box.ended(completed(DAY.plus(Duration.ofMinutes(30L * i)), "m", "u", 10 + i));
                if (i % 7 == 0) {
                    box.write();
                }
            }
            box.write();
            List<Latencies.Line> hours = box.report(over(Grain.HOUR, true, false, false));
            List<Latencies.Line> days = box.report(over(Grain.DAY, true, false, false));
            assertThat(hours).hasSize(48).allMatch(line -> line.total().calls() == 2);
            assertThat(days).extracting(Latencies.Line::start).containsExactly(DAY, DAY.plus(Duration.ofDays(1)));
            for (Latencies.Line day : days) {
                LatencyHistogram total = new LatencyHistogram();
                LatencyHistogram firstByte = new LatencyHistogram();
                hours.stream().filter(hour -> hour.start() != null && day.start() != null
                        && Grain.DAY.bucketOf(hour.start()) == day.start().getEpochSecond()).forEach(hour -> {
                            total.add(hour.total());
                            firstByte.add(hour.firstByte());
                        });
                assertThat(day.total().calls()).isEqualTo(48);
                assertThat(day.total().bytes()).isEqualTo(total.bytes());
                assertThat(day.firstByte().bytes()).isEqualTo(firstByte.bytes());
            }
        }
    }

    @Test
    void boxesOfAFleetAddUpToOneReport() throws Exception {
        LatencyHistogram expected = new LatencyHistogram();
        for (int number = 1; number <= 3; number++) {
            try (Latencies box = box(number, END)) {
                for (int i = 0; i < number * 10; i++) {
                    box.ended(completed(DAY, "m", "u", 5 * number + i));
                    expected.add((5L * number + i) * 1_000);
                }
            }
        }
        try (Latencies any = box(4, END)) {
            List<Latencies.Line> lines = any.report(over(Grain.HOUR, true, true, true));
            assertThat(lines).singleElement().satisfies(line -> {
                assertThat(line.total().bytes()).isEqualTo(expected.bytes());
                assertThat(line.model()).isEqualTo("m");
                assertThat(line.upstream()).isEqualTo("u");
            });
        }
    }

    @Test
    void quantilesAreThoseOfEachModelAtEachUpstream() throws Exception {
        try (Latencies box = box(1, END)) {
            for (int i = 1; i <= 100; i++) {
                box.ended(completed(DAY, "quick", "near", i));
                box.ended(completed(DAY, "quick", "far", i * 10L));
                box.ended(completed(DAY, "slow", "near", i * 100L));
            }
            box.write();
            List<Latencies.Line> models = box.report(over(Grain.DAY, false, true, false));
            assertThat(models).extracting(Latencies.Line::model).containsExactly("quick", "slow");
            assertThat(models).allMatch(line -> line.start() == null && line.upstream() == null);
            assertThat(models.get(1).total().quantileMillis(0.95)).isCloseTo(9_500, withPercentage(10));
            assertThat(models.get(1).firstByte().quantileMillis(0.5)).isCloseTo(2_500, withPercentage(10));
            List<Latencies.Line> both = box.report(over(Grain.DAY, false, true, true));
            assertThat(both).extracting(line -> line.model() + " " + line.upstream())
                    .containsExactly("quick far", "quick near", "slow near");
            assertThat(both.get(0).total().quantileMillis(0.5)).isCloseTo(500, withPercentage(10));
            assertThat(both.get(1).total().quantileMillis(0.5)).isCloseTo(50, withPercentage(10));
            List<Latencies.Line> near = box
                    .report(new Latencies.Question(DAY, END, Grain.HOUR, false, false, false, null, "near"));
            assertThat(near).singleElement().matches(line -> line.total().calls() == 200);
            List<Latencies.Line> one = box
                    .report(new Latencies.Question(DAY, END, Grain.HOUR, false, false, true, "quick", "near"));
            assertThat(one).singleElement()
                    .satisfies(line -> assertThat(line.total().quantileMillis(0.5)).isCloseTo(50, withPercentage(10)));
        }
    }

    @Test
    void onlyCallsThatAnUpstreamCompletedAreCountedAndFirstBytesWhereTheyWereSeen() throws Exception {
        try (Latencies box = box(1, END)) {
            box.ended(samples.refused(DAY));
            box.ended(call(DAY, "m", "u", Outcome.FAILED, 1L, 2));
            box.ended(call(DAY, "m", null, Outcome.COMPLETED, 1L, 2));
            box.ended(call(DAY, "m", "u", Outcome.COMPLETED, null, 2));
            box.write();
            assertThat(box.report(over(Grain.DAY, false, false, false))).singleElement().satisfies(line -> {
                assertThat(line.total().calls()).isEqualTo(1);
                assertThat(line.firstByte().calls()).isZero();
            });
        }
    }

    @Test
    void whatIsLeftIsWrittenWhenTheBoxCloses() throws Exception {
        try (Latencies box = box(1, END)) {
            box.ended(completed(DAY, "m", "u", 7));
            assertThat(box.report(over(Grain.DAY, false, false, false))).isEmpty();
        }
        try (Latencies box = box(1, END)) {
            assertThat(calls(box.report(over(Grain.DAY, false, false, false)))).isEqualTo(1);
        }
    }

    @Test
    void whatTheStoreDidNotTakeIsWrittenWithTheNext() throws Exception {
        try (Latencies box = box(1, END)) {
            box.ended(completed(DAY, "m", "u", 7));
            execute("ALTER TABLE latency_rollup RENAME TO latency_away");
            assertThatThrownBy(box::write).isInstanceOf(RuntimeException.class);
            box.ended(completed(DAY, "m", "u", 9));
            execute("ALTER TABLE latency_away RENAME TO latency_rollup");
            box.write();
            box.write();
            assertThat(calls(box.report(over(Grain.HOUR, false, false, false)))).isEqualTo(2);
            assertThat(calls(box.report(over(Grain.DAY, false, false, false)))).isEqualTo(2);
        }
    }

    @Test
    void hoursThatAreTooOldGoAndTheirDayStays() throws Exception {
        try (Latencies box = box(1, END)) {
            box.ended(completed(DAY, "m", "u", 7));
        }
        Instant later = DAY.plus(Grain.HOUR.kept()).plus(Duration.ofDays(1));
        try (Latencies box = box(1, later)) {
            box.ended(completed(later, "m", "u", 7));
            box.write();
            assertThat(box.report(over(Grain.HOUR, false, false, false))).isEmpty();
            assertThat(calls(box.report(over(Grain.DAY, false, false, false)))).isEqualTo(1);
            assertThat(calls(box.report(new Latencies.Question(later, later.plusSeconds(1), Grain.HOUR, false, false,
                    false, null, null)))).isEqualTo(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = fresh.database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
