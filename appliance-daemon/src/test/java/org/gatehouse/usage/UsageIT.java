package org.gatehouse.usage;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Caller;
import org.gatehouse.audit.MediaTokens;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.SampleCalls;
import org.gatehouse.audit.TrailFixture;
import org.gatehouse.audit.Usage;
import org.gatehouse.store.Database;
import org.gatehouse.store.Databases;
import org.gatehouse.usage.UsageReport.Bound;
import org.gatehouse.usage.UsageReport.Dimension;
import org.gatehouse.usage.UsageReport.Line;
import org.gatehouse.usage.UsageReport.Question;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@ParameterizedClass
@EnumSource(Databases.class)
final class UsageIT {

    private static final Instant DAY = Instant.parse("2026-11-20T00:00:00Z");

    private final Databases kind;
    private final SampleCalls samples = new SampleCalls(77);
    private TrailFixture fixture;
    private int failuresToCome;

    UsageIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = TrailFixture.on(kind, directory, new UsageRollups(), new KeyLastUse(), this::failNowAndThen);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void everyGrainEqualsTheSumOfTheRows() {
        List<CallRecord> calls = aDayOfCalls();
        fixture.append(calls);
        for (Grain grain : Grain.values()) {
            for (Dimension dimension : Dimension.values()) {
                Map<String, Sums> expected = new HashMap<>();
                for (CallRecord call : calls) {
                    expected.merge(
                            grain.bucketOf(call.at()) + "/" + value(dimension, call) + "/"
                                    + (call.cost() == null ? "" : call.cost().currency()),
                            Sums.of(call), Sums::plus);
                }
                Map<String, Sums> found = new HashMap<>();
                for (Line line : answer(grain, List.of(dimension), Map.of())) {
                    found.put(Objects.requireNonNull(line.start()).getEpochSecond() + "/"
                            + line.values().get(dimension) + "/" + line.currency(), line.sums());
                }
                assertThat(found).as(grain + " by " + dimension).usingRecursiveComparison()
                        .withComparatorForType(BigDecimal::compareTo, BigDecimal.class).isEqualTo(expected);
            }
        }
    }

    @Test
    void writesForAnHourAndTokensOfSoundAndPicturesAreCountedApart() {
        CallRecord call = samples.completed(DAY);
        fixture.append(List.of(new CallRecord(call.id(), call.traceId(), call.requestId(), call.startedAt(),
                call.caller(),
                call.clientAddress(), call.dialect(), call.surface(), call.streamed(), call.scenario(),
                call.modelAsked(), call.modelServed(), call.upstream(), call.simulated(), call.status(),
                call.outcome(), call.errorCode(), new Usage(100, 5, 0, 60, 40, 0, 0, 0, 0,
                        new MediaTokens(30, 8, 4, 1), Usage.Source.REPORTED),
                call.cost(), call.firstByteMicros(), call.totalMicros(), call.requestSha256(), call.replySha256(),
                call.instance(), call.attempts(), call.saved())));

        assertThat(total().cacheWriteTokens()).isEqualTo(60);
        assertThat(total().longCacheWriteTokens()).isEqualTo(40);
        assertThat(total().media()).isEqualTo(new MediaTokens(30, 8, 4, 1));
    }

    @Test
    void rowsThatAreTriedAgainAreCountedOnce() {
        failuresToCome = 3;
        List<CallRecord> calls = aDayOfCalls();
        fixture.append(calls);
        assertThat(failuresToCome).isZero();
        assertThat(total().calls()).isEqualTo(calls.size());
    }

    @Test
    void totalsAreTheSumsOverEveryDayAndMoneyOverTodayAndThisMonth() {
        List<CallRecord> calls = new ArrayList<>();
        for (Instant day : List.of(DAY.minus(Duration.ofDays(40)), DAY.minus(Duration.ofDays(3)), DAY)) {
            for (int i = 0; i < 20; i++) {
                calls.add(samples.completed(day.plusSeconds(60 * i)));
            }
        }
        fixture.append(calls);
        List<ScopeUsage> totals = new UsageTotals(database()).all(DAY.plusSeconds(7_200));
        Map<Dimension, Function<Caller, UUID>> ids = new EnumMap<>(Dimension.class);
        ids.put(Dimension.DEPARTMENT, Caller::departmentId);
        ids.put(Dimension.PROJECT, Caller::projectId);
        ids.put(Dimension.KEY, Caller::keyId);
        ids.put(Dimension.USER, caller -> Objects.requireNonNull(caller.userId()));
        assertThat(totals).extracting(ScopeUsage::dimension).containsOnly(Dimension.DEPARTMENT, Dimension.PROJECT,
                Dimension.USER, Dimension.KEY);
        for (ScopeUsage total : totals) {
            List<CallRecord> own = calls.stream().filter(call -> Objects.requireNonNull(ids.get(total.dimension()))
                    .apply(Objects.requireNonNull(call.caller())).equals(total.id())).toList();
            assertThat(total.inputTokens()).isEqualTo(own.stream().mapToLong(call -> call.usage().inputTokens()).sum());
            assertThat(total.outputTokens())
                    .isEqualTo(own.stream().mapToLong(call -> call.usage().outputTokens()).sum());
            assertThat(total.spentToday()).isEqualByComparingTo(spent(own, DAY));
            assertThat(total.spentThisMonth()).isEqualByComparingTo(spent(own, Instant.parse("2026-11-01T00:00:00Z")));
        }
    }

    @Test
    void scenariosBeyondTheBoundCountAsOtherAlsoAfterARestart(@TempDir Path directory) throws SQLException {
        List<CallRecord> calls = new ArrayList<>();
        for (int i = 0; i < ScenarioBound.MOST + 50; i++) {
            calls.add(with("scenario-" + i, "m", samples.caller(0, 0), DAY.plusSeconds(i)));
        }
        calls.add(with("scenario-0", "m", samples.caller(2, 0), DAY.plusSeconds(1)));
        calls.add(with("scenario-249", "m", samples.caller(0, 0), DAY.plus(Duration.ofDays(1))));
        fixture.append(calls.subList(0, 150));
        try (Connection connection = database().dataSource().getConnection()) {
            connection.setAutoCommit(false);
            // A daemon that has just started knows nothing of what was seen before.
            new UsageRollups().apply(connection, calls.subList(150, calls.size()));
            connection.commit();
        }
        List<Line> lines = answer(Grain.DAY, List.of(Dimension.PROJECT, Dimension.SCENARIO), Map.of());
        List<Line> first = lines.stream().filter(line -> Objects.equals(line.start(), DAY)
                && id(samples.caller(0, 0).projectId()).equals(line.values().get(Dimension.PROJECT))).toList();
        assertThat(first).hasSize(ScenarioBound.MOST + 1);
        assertThat(first.stream().filter(line -> "other".equals(line.values().get(Dimension.SCENARIO))).findFirst()
                .orElseThrow().sums().calls()).isEqualTo(50);
        assertThat(lines).hasSize(ScenarioBound.MOST + 3);
    }

    @Test
    void oddAndOverlongNamesDoNotHoldUpTheTrail() {
        Caller caller = samples.caller(0, 0);
        Caller longNames = new Caller(caller.organisationId(), caller.departmentId(), "D\u0000".repeat(150),
                caller.projectId(), "p", caller.keyId(), "\uD83D", caller.userId(), "u".repeat(900));
        fixture.append(List.of(with("s\u0000".repeat(300), "m".repeat(500), longNames, DAY),
                with("\uD83D\uDE00".repeat(200), "\uDE00", caller, DAY)));
        assertThat(total().calls()).isEqualTo(2);
    }

    @Test
    void modelsThatNobodyServesAddNoRows() {
        List<CallRecord> calls = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            CallRecord refused = samples.refused(DAY.plusSeconds(i));
            calls.add(new CallRecord(refused.id(), refused.traceId(), refused.requestId(), refused.startedAt(),
                    refused.caller(), refused.clientAddress(), refused.dialect(), refused.surface(), false, null,
                    "made-up-" + i, null, null, false, 404, Outcome.REFUSED, "model_not_found", refused.usage(), null,
                    null, 5, null, null));
        }
        fixture.append(calls);
        assertThat(answer(Grain.DAY, List.of(Dimension.MODEL), Map.of())).singleElement()
                .satisfies(line -> assertThat(line.sums().refusals()).isEqualTo(30));
    }

    @Test
    void filtersNarrowAndNamesAreTold() {
        fixture.append(aDayOfCalls());
        Caller caller = samples.caller(1, 1);
        List<Line> lines = answer(Grain.DAY, List.of(Dimension.KEY),
                Map.of(Dimension.PROJECT, id(caller.projectId()), Dimension.MODEL, "gpt-4.1"));
        assertThat(lines).isNotEmpty().hasSizeLessThanOrEqualTo(2);
        assertThat(lines).anySatisfy(line -> {
            assertThat(line.values().get(Dimension.KEY)).isEqualTo(id(caller.keyId()));
            assertThat(line.names().get(Dimension.KEY)).isEqualTo(caller.keyName());
        });
        assertThatThrownBy(() -> new Question(DAY, DAY, Grain.DAY, List.of(), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void oldMinutesAndHoursGoAndDaysStay() {
        fixture.append(aDayOfCalls());
        long calls = total().calls();
        prune(DAY.plus(Duration.ofDays(2)));
        assertThat(answer(Grain.MINUTE, List.of(), Map.of())).isNotEmpty();
        prune(DAY.plus(Duration.ofDays(3)).plusSeconds(3_600));
        // A clock that stands still finds what is left in the table.
        assertThat(answer(Grain.MINUTE, List.of(), Map.of())).isEmpty();
        assertThat(answer(Grain.HOUR, List.of(), Map.of())).isNotEmpty();
        prune(DAY.plus(Duration.ofDays(92)));
        assertThat(answer(Grain.HOUR, List.of(), Map.of())).isEmpty();
        assertThat(total().calls()).isEqualTo(calls);
    }

    @Test
    void whatIsAnsweredIsTheSumOfTheRowsAndWhatNeedsRemovedSumsIsRefused() {
        Random random = new Random(20_261_121);
        List<CallRecord> calls = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            calls.add(samples.completed(DAY.minusSeconds(random.nextInt(100 * 86_400)).plusSeconds(86_400)));
        }
        fixture.append(calls);
        Instant now = DAY.plus(Duration.ofDays(1)).plusSeconds(47_123);
        prune(now);
        UsageReport report = new UsageReport(database(), Clock.fixed(now, ZoneOffset.UTC));
        int answered = 0;
        for (int i = 0; i < 400; i++) {
            Instant one = moment(random, now);
            Instant other = moment(random, now);
            if (one.equals(other)) {
                continue;
            }
            Instant from = one.isBefore(other) ? one : other;
            Instant to = one.isBefore(other) ? other : one;
            Grain bucket = random.nextInt(3) == 0 ? Grain.values()[random.nextInt(3)] : null;
            switch (report.answer(new Question(from, to, bucket, List.of(), Map.of()))) {
                case UsageReport.Report found -> {
                    answered++;
                    assertThat(found.from()).isBeforeOrEqualTo(from);
                    assertThat(found.to()).isAfterOrEqualTo(to);
                    assertThat(found.lines().stream().mapToLong(line -> line.sums().inputTokens()).sum())
                            .as("%s from %s to %s", bucket, from, to)
                            .isEqualTo(calls.stream()
                                    .filter(call -> !call.at().isBefore(found.from()) && call.at().isBefore(found.to()))
                                    .mapToLong(call -> call.usage().inputTokens()).sum());
                }
                case UsageReport.NotKept gone -> {
                    Duration unkept = gone.needed() == Grain.MINUTE ? Duration.ofDays(2) : Duration.ofDays(90);
                    assertThat(gone.needed()).isNotEqualTo(Grain.DAY);
                    assertThat(gone.keptSince()).isEqualTo(now.minus(unkept));
                    assertThat(gone.finest()).isGreaterThan(gone.needed());
                    assertThat(bucket == null ? gone.bound() != Bound.BUCKET : gone.bound() == Bound.BUCKET).isTrue();
                    // The remedy that it names works.
                    Grain finest = gone.finest();
                    Question coarser = switch (gone.bound()) {
                        case BUCKET -> new Question(from, to, finest, List.of(), Map.of());
                        case FROM -> new Question(start(finest, from), to, null, List.of(), Map.of());
                        case TO -> new Question(from, start(finest, to).plus(
                                finest == Grain.DAY ? Duration.ofDays(1) : Duration.ofHours(1)), null, List.of(),
                                Map.of());
                    };
                    assertThat(report.answer(coarser)).satisfiesAnyOf(
                            answer -> assertThat(answer).isInstanceOf(UsageReport.Report.class),
                            answer -> assertThat(answer).extracting("bound").isEqualTo(Bound.TO));
                }
            }
        }
        assertThat(answered).isBetween(100, 350);
    }

    private static Instant start(Grain grain, Instant at) {
        return Instant.ofEpochSecond(grain.bucketOf(at));
    }

    /** Seldom on an edge by itself, so half of them are put on one; most are recent, where minutes are kept. */
    private static Instant moment(Random random, Instant now) {
        Instant at = now.minusSeconds(random.nextInt(random.nextBoolean() ? 86_400 : 100 * 86_400))
                .plusMillis(random.nextInt(1000));
        return random.nextBoolean() ? start(Grain.values()[random.nextInt(3)], at) : at;
    }

    @Test
    void lastUseOfAKeyNeverGoesBack() {
        Caller caller = samples.caller(0, 1);
        fixture.append(List.of(samples.call(DAY.plusSeconds(600), caller, Outcome.COMPLETED, 1, 1)));
        Instant last = lastUse(caller.keyId());
        fixture.append(List.of(samples.call(DAY, caller, Outcome.INTERRUPTED, 1, 1)));
        assertThat(lastUse(caller.keyId())).isEqualTo(last).isAfterOrEqualTo(DAY.plusSeconds(600));
        fixture.append(List.of(samples.call(DAY.plusSeconds(900), caller, Outcome.COMPLETED, 1, 1)));
        assertThat(lastUse(caller.keyId())).isAfter(last);
    }

    @Test
    void twoBoxesOnOneDatabaseAddUpExactly() throws InterruptedException {
        List<Thread> boxes = new ArrayList<>();
        List<List<CallRecord>> shares = new ArrayList<>();
        for (int box = 0; box < 2; box++) {
            List<CallRecord> calls = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                calls.add(samples.completed(DAY.plusSeconds(i)));
            }
            shares.add(calls);
            boxes.add(Thread.ofPlatform().start(() -> applyInBatches(calls)));
        }
        for (Thread box : boxes) {
            box.join();
        }
        assertThat(total().calls()).isEqualTo(800);
        assertThat(total().inputTokens()).isEqualTo(
                shares.stream().flatMap(List::stream).mapToLong(call -> call.usage().inputTokens()).sum());
    }

    /** As the trail's writer does: a batch is a transaction, and one that fails is tried again. */
    private void applyInBatches(List<CallRecord> calls) {
        UsageRollups rollups = new UsageRollups();
        KeyLastUse lastUse = new KeyLastUse();
        for (int from = 0; from < calls.size(); from += 20) {
            boolean done = false;
            while (!done) {
                try (Connection connection = database().dataSource().getConnection()) {
                    connection.setAutoCommit(false);
                    try {
                        rollups.apply(connection, calls.subList(from, from + 20));
                        lastUse.apply(connection, calls.subList(from, from + 20));
                        connection.commit();
                        done = true;
                    } catch (SQLException e) {
                        connection.rollback();
                    }
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private void failNowAndThen(Connection connection, List<CallRecord> calls) throws SQLException {
        if (failuresToCome > 0) {
            failuresToCome--;
            throw new SQLException("the database went away");
        }
    }

    private List<CallRecord> aDayOfCalls() {
        List<CallRecord> calls = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Instant start = DAY.plusSeconds(240L * i);
            calls.add(i % 7 == 0
                    ? samples.refused(start)
                    : i % 11 == 0
                            ? samples.call(start, samples.caller(i % 4, 0), Outcome.FAILED, 9, 0)
                            : samples.completed(start));
        }
        return calls;
    }

    private CallRecord with(String scenario, String model, Caller caller, Instant start) {
        CallRecord call = samples.completed(start);
        return new CallRecord(call.id(), call.traceId(), call.requestId(), start, caller, "1".repeat(90),
                call.dialect(), call.surface(), false, scenario, model, "served", "u".repeat(300), false, 200,
                Outcome.COMPLETED, null, call.usage(), call.cost(), null, 5, null, null);
    }

    private List<Line> answer(Grain grain, List<Dimension> groups, Map<Dimension, String> only) {
        return report(new Question(DAY, DAY.plus(Duration.ofDays(2)), grain, groups, only)).lines();
    }

    private Sums total() {
        return report(new Question(DAY, DAY.plus(Duration.ofDays(2)), null, List.of(), Map.of())).lines().stream()
                .map(Line::sums).reduce(Sums::plus).orElseThrow();
    }

    private UsageReport.Report report(Question question) {
        return (UsageReport.Report) new UsageReport(database(), Clock.fixed(DAY.plusSeconds(60), ZoneOffset.UTC))
                .answer(question);
    }

    private void prune(Instant now) {
        new RollupPruning(database(), Clock.fixed(now, ZoneOffset.UTC)).prune();
    }

    private Instant lastUse(UUID key) {
        return database().jdbi().withHandle(
                handle -> handle.createQuery("SELECT last_used_at FROM key_last_use WHERE key_id = :key")
                        .bind("key", key).mapTo(Instant.class).one());
    }

    private Database database() {
        return fixture.fresh().database();
    }

    private static BigDecimal spent(List<CallRecord> calls, Instant since) {
        return calls.stream().filter(call -> !call.at().isBefore(since) && call.cost() != null)
                .map(call -> Objects.requireNonNull(call.cost()).amount()).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static String value(Dimension dimension, CallRecord call) {
        Caller caller = call.caller();
        return switch (dimension) {
            case DEPARTMENT -> caller == null ? "" : id(caller.departmentId());
            case PROJECT -> caller == null ? "" : id(caller.projectId());
            case USER -> caller == null ? "" : id(Objects.requireNonNull(caller.userId()));
            case KEY -> caller == null ? "" : id(caller.keyId());
            case SCENARIO -> caller == null ? "" : Objects.requireNonNullElse(call.scenario(), "");
            case MODEL -> call.upstream() == null ? "" : Objects.requireNonNullElse(call.modelAsked(), "");
            case UPSTREAM -> Objects.requireNonNullElse(call.upstream(), "");
        };
    }

    private static String id(UUID id) {
        return id.toString();
    }
}
