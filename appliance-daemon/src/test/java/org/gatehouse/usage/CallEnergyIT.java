package org.gatehouse.usage;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Cost;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.SampleCalls;
import org.gatehouse.audit.TrailFixture;
import org.gatehouse.store.Databases;
import org.gatehouse.usage.EnergyRollups.Measured;
import org.gatehouse.usage.EnergyRollups.Tariffs;
import org.gatehouse.usage.UsageReport.Dimension;
import org.gatehouse.usage.UsageReport.Line;
import org.gatehouse.usage.UsageReport.Question;

import static org.assertj.core.api.Assertions.assertThat;

/** What GPUs took for single calls, on both databases. */
@ParameterizedClass
@EnumSource(Databases.class)
final class CallEnergyIT {
    private static final Instant MINUTE = Instant.parse("2026-11-20T12:00:00Z");
    private static final Instant LATER = MINUTE.plus(Duration.ofHours(2));
    private static final Tariffs EURO = (upstream, _) -> upstream.isEmpty()
            ? Optional.empty()
            : Optional.of(new LocalTariff(new BigDecimal("0.317"), new BigDecimal("2.49"), "EUR"));
    private static final Tariffs NONE = (_, _) -> Optional.empty();

    private final Databases kind;
    private final SampleCalls samples = new SampleCalls(5);
    private Map<String, Instant> underWay = Map.of();
    private TrailFixture fixture;
    private EnergyRollups energy;

    CallEnergyIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = TrailFixture.on(kind, directory, new UsageRollups());
        energy = new EnergyRollups(fixture.fresh().database(), new UUID(0, 7), () -> underWay);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** One call's part of a minute as it is stored. */
    private record Part(UUID call, long minute, long microWattHours, long gpuMicros, BigDecimal cost,
            String currency) {}

    @Test
    void whatTheCallsOfAMinuteTookAddsUpToTheSharesOfThatMinuteToTheLastDigit() {
        Random random = new Random(17);
        List<String> upstreams = List.of("engine-a", "engine-b", "engine-idle");
        List<CallRecord> calls = new ArrayList<>();
        for (int i = 0; i < 2_300; i++) {
            // Some shorter than a tick, some over many minutes, some of the length of nothing.
            long micros = switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> random.nextInt(50);
                case 2 -> random.nextInt(5_000_000);
                default -> random.nextLong(400_000_000L);
            };
            calls.add(call(MINUTE.plusMillis(random.nextInt(420_000)), micros, upstreams.get(random.nextInt(2)),
                    random.nextInt(10) == 0 ? Outcome.FAILED : Outcome.COMPLETED, random.nextInt(2_000),
                    random.nextInt(500), new Cost(BigDecimal.valueOf(random.nextInt(100)), "USD")));
        }
        for (int i = 0; i < 50; i++) {
            calls.add(samples.refused(MINUTE.plusSeconds(i)));
        }
        fixture.append(calls);
        Map<String, long[]> measured = new HashMap<>();
        for (int minute = 0; minute < 14; minute++) {
            long second = MINUTE.getEpochSecond() + 60L * minute;
            List<Measured> some = new ArrayList<>();
            for (String upstream : upstreams) {
                // Now and then less than there are calls, or nothing.
                long[] took = {random.nextInt(1, 3) == 1 ? random.nextInt(40) : random.nextInt(50_000_000),
                        random.nextInt(480_000_000)};
                measured.put(second + upstream, took);
                some.add(new Measured(upstream, took[0], took[1]));
            }
            energy.keep(Instant.ofEpochSecond(second), some);
        }

        energy.shareOut(LATER, EURO);

        Map<UUID, CallRecord> byId = new HashMap<>();
        calls.forEach(call -> byId.put(call.id(), call));
        Map<String, long[]> ofCalls = new HashMap<>();
        Map<String, BigDecimal> costs = new HashMap<>();
        for (Part part : parts()) {
            CallRecord call = Objects.requireNonNull(byId.get(part.call()));
            assertThat(call.outcome()).isNotEqualTo(Outcome.REFUSED);
            assertThat(part.currency()).isEqualTo("EUR");
            // It ran in that minute.
            assertThat(call.startedAt().getEpochSecond()).isLessThan(part.minute() + 60);
            assertThat(call.at().getEpochSecond()).isGreaterThanOrEqualTo(part.minute());
            long[] sum = ofCalls.computeIfAbsent(part.minute() + call.upstream(), _ -> new long[2]);
            sum[0] += part.microWattHours();
            sum[1] += part.gpuMicros();
            costs.merge(part.minute() + call.upstream(), part.cost(), BigDecimal::add);
        }
        int shared = 0;
        for (Line line : report(Grain.MINUTE, List.of(Dimension.UPSTREAM, Dimension.DEPARTMENT))) {
            if (line.start() == null || line.sums().gpuMicros() == 0 || !"EUR".equals(line.currency())) {
                continue;
            }
            String minute = line.start().getEpochSecond() + line.values().get(Dimension.UPSTREAM);
            long[] left = Objects.requireNonNull(measured.get(minute));
            left[0] -= line.sums().microWattHours();
            left[1] -= line.sums().gpuMicros();
            if (!"".equals(line.values().get(Dimension.DEPARTMENT))) {
                shared++;
                long[] sum = ofCalls.computeIfAbsent(minute, _ -> new long[2]);
                sum[0] -= line.sums().microWattHours();
                sum[1] -= line.sums().gpuMicros();
                costs.merge(minute, line.sums().localCost().negate(), BigDecimal::add);
            } else {
                assertThat(ofCalls).as("nobody's, though calls ran").doesNotContainKey(minute);
            }
        }
        assertThat(shared).isGreaterThan(20);
        // Whatever was measured is on a line, and whatever is on a department's line is at its calls.
        assertThat(measured.values()).allSatisfy(left -> assertThat(left).containsExactly(0, 0));
        assertThat(ofCalls.values()).allSatisfy(left -> assertThat(left).containsExactly(0, 0));
        assertThat(costs.values()).allSatisfy(left -> assertThat(left).isEqualByComparingTo("0"));
    }

    @Test
    void aCallOverSeveralMinutesGetsItsPartFromEach() {
        CallRecord longOne = call(MINUTE.plusSeconds(30), 120_000_000, "engine", Outcome.COMPLETED, 0, 0, null);
        // Weighs as much as the long one whole, in the second minute alone, where the long one has half of its time.
        CallRecord shortOne = call(MINUTE.plusSeconds(70), 1_000_000, "engine", Outcome.COMPLETED, 0, 0, null);
        fixture.append(List.of(longOne, shortOne));
        for (int minute = 0; minute < 4; minute++) {
            energy.keep(MINUTE.plusSeconds(60L * minute), List.of(new Measured("engine", 900, 60_000_000)));
        }

        energy.shareOut(LATER, NONE);

        assertThat(parts()).extracting(part -> List.of(part.call(), (part.minute() - MINUTE.getEpochSecond()) / 60,
                part.microWattHours(), part.currency())).containsExactlyInAnyOrder(
                        List.of(longOne.id(), 0L, 900L, ""), List.of(longOne.id(), 1L, 300L, ""),
                        List.of(shortOne.id(), 1L, 600L, ""), List.of(longOne.id(), 2L, 900L, ""));
        assertThat(report(null, List.of(Dimension.DEPARTMENT)).stream()
                .filter(line -> "".equals(line.values().get(Dimension.DEPARTMENT))).findFirst().orElseThrow().sums()
                .microWattHours()).isEqualTo(900);
    }

    @Test
    void aMinuteWaitsForTheCallsThatRanInItButNotForEver() {
        energy.keep(MINUTE, List.of(new Measured("engine", 1_000, 60_000_000)));
        energy.keep(MINUTE.plusSeconds(60), List.of(new Measured("other", 500, 60_000_000)));
        Instant end = MINUTE.plusSeconds(60);
        underWay = Map.of("engine", end.minusSeconds(1));

        assertThat(energy.shareOut(end.plus(Duration.ofMinutes(9)), NONE)).extracting(EnergyRollups.Shared::upstream)
                .containsExactly("other");
        assertThat(energy.shareOut(end.plus(EnergyRollups.LONGEST_WAIT), NONE)).hasSize(1);

        energy.keep(MINUTE, List.of(new Measured("engine", 1_000, 60_000_000)));
        underWay = Map.of("engine", end);
        assertThat(energy.shareOut(end.plus(EnergyRollups.SETTLED), NONE)).hasSize(1);
    }

    @Test
    void aMinuteThatIsMeasuredTwiceAddsToWhatItsCallsHave() {
        CallRecord call = call(MINUTE, 1_000, "engine", Outcome.COMPLETED, 5, 5, null);
        fixture.append(List.of(call));
        for (int time = 0; time < 2; time++) {
            energy.keep(MINUTE, List.of(new Measured("engine", 10, 20)));
            energy.shareOut(LATER, EURO);
        }

        assertThat(parts()).singleElement().satisfies(part -> {
            assertThat(part.microWattHours()).isEqualTo(20);
            assertThat(part.gpuMicros()).isEqualTo(40);
        });
    }

    @Test
    void energyOfAScenarioBeyondTheBoundStandsOnTheLineOfItsCalls() {
        List<CallRecord> calls = new ArrayList<>();
        for (int i = 0; i < ScenarioBound.MOST + 20; i++) {
            calls.add(scenario(call(MINUTE, 1_000, "engine", Outcome.COMPLETED, 5, 5, null), "s" + i));
        }
        fixture.append(calls);
        energy.keep(MINUTE, List.of(new Measured("engine", 1_000_000, 1_000_000)));

        energy.shareOut(LATER, EURO);

        assertThat(parts()).hasSize(calls.size());
        assertThat(report(null, List.of(Dimension.SCENARIO)))
                .allMatch(line -> line.sums().calls() > 0 && line.sums().microWattHours() > 0);
    }

    @Test
    void aCallThatIsNotChargedByTokensStandsOnOneLineWithItsEnergy() {
        CallRecord call = call(MINUTE, 1_000, "engine", Outcome.COMPLETED, 5, 5, null);
        fixture.append(List.of(call, call(MINUTE, 1_000, "elsewhere", Outcome.COMPLETED, 7, 7, null)));
        energy.keep(MINUTE, List.of(new Measured("engine", 1_000, 60_000_000)));

        energy.shareOut(LATER, EURO);
        // Ended in the same day, and not shared out yet.
        fixture.append(List.of(call(MINUTE.plusSeconds(1_000), 1_000, "engine", Outcome.COMPLETED, 5, 5, null)));

        for (@Nullable
        Grain grain : new Grain[]{Grain.DAY, null}) {
            List<Line> lines = report(grain, List.of(Dimension.UPSTREAM));
            assertThat(lines).hasSize(2);
            Line engine = lines.stream().filter(line -> "engine".equals(line.values().get(Dimension.UPSTREAM)))
                    .findFirst().orElseThrow();
            assertThat(engine.currency()).isEqualTo("EUR");
            assertThat(engine.sums().calls()).isEqualTo(2);
            assertThat(engine.sums().microWattHours()).isEqualTo(1_000);
            assertThat(engine.sums().cost()).isEqualByComparingTo("0");
            // Of what nobody has priced it stays said.
            assertThat(lines).anyMatch(line -> line.currency().isEmpty() && line.sums().inputTokens() == 7);
        }
    }

    @Test
    void aCallThatIsChargedInAnotherCurrencyThanItsEnergyKeepsItsLine() {
        fixture.append(List.of(call(MINUTE, 1_000, "engine", Outcome.COMPLETED, 5, 5,
                new Cost(BigDecimal.TEN, "USD"))));
        energy.keep(MINUTE, List.of(new Measured("engine", 1_000, 60_000_000)));

        energy.shareOut(LATER, EURO);

        assertThat(report(Grain.DAY, List.of(Dimension.UPSTREAM))).extracting(Line::currency)
                .containsExactlyInAnyOrder("EUR", "USD");
    }

    private CallRecord call(Instant start, long micros, String upstream, Outcome outcome, long input, long output,
            @Nullable Cost cost) {
        CallRecord like = samples.call(start, samples.caller(input % 2 == 0 ? 0 : 2, 0), outcome, input, output);
        return new CallRecord(like.id(), like.traceId(), like.requestId(), start, like.caller(), like.clientAddress(),
                like.dialect(), like.surface(), false, null, "model", "served", upstream, true, like.status(), outcome,
                null, like.usage(), cost, null, micros, null, null);
    }

    private static CallRecord scenario(CallRecord like, String scenario) {
        return new CallRecord(like.id(), like.traceId(), like.requestId(), like.startedAt(), like.caller(),
                like.clientAddress(), like.dialect(), like.surface(), false, scenario, "model", "served",
                like.upstream(), true, 200, like.outcome(), null, like.usage(), like.cost(), null, like.totalMicros(),
                null, null);
    }

    private List<Part> parts() {
        return fixture.fresh().database().jdbi().withHandle(handle -> handle.createQuery("SELECT * FROM call_energy")
                .map((row, _) -> new Part(row.getObject("call_id", UUID.class), row.getLong("bucket"),
                        row.getLong("micro_watt_hours"), row.getLong("gpu_micros"), row.getBigDecimal("local_cost"),
                        row.getString("currency")))
                .list());
    }

    private List<Line> report(@Nullable Grain grain, List<Dimension> by) {
        UsageReport.Answer answer = new UsageReport(fixture.fresh().database(), Clock.fixed(LATER, ZoneOffset.UTC))
                .answer(new Question(MINUTE, MINUTE.plus(Duration.ofHours(1)), grain, by, Map.of()));
        return ((UsageReport.Report) answer).lines();
    }
}
