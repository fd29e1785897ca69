package org.gatehouse.usage;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.SampleCalls;
import org.gatehouse.audit.TrailFixture;
import org.gatehouse.store.Databases;
import org.gatehouse.usage.EnergyRollups.Measured;
import org.gatehouse.usage.EnergyRollups.Shared;
import org.gatehouse.usage.EnergyRollups.Tariffs;
import org.gatehouse.usage.UsageReport.Dimension;
import org.gatehouse.usage.UsageReport.Line;
import org.gatehouse.usage.UsageReport.Question;

import static org.assertj.core.api.Assertions.assertThat;

/** What GPUs took, shared out over calls, on both databases. */
@ParameterizedClass
@EnumSource(Databases.class)
final class EnergyRollupsIT {
    private static final Instant MINUTE = Instant.parse("2026-11-20T12:00:00Z");
    private static final Instant LATER = MINUTE.plus(Duration.ofHours(2));
    private static final Tariffs EURO = (upstream, _) -> upstream.isEmpty()
            ? Optional.empty()
            : Optional.of(new LocalTariff(new BigDecimal("0.317"), new BigDecimal("2.49"), "EUR"));
    private static final Tariffs NONE = (_, _) -> Optional.empty();

    private final Databases kind;
    private final SampleCalls samples = new SampleCalls(5);
    private TrailFixture fixture;
    private EnergyRollups energy;

    EnergyRollupsIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = TrailFixture.on(kind, directory, new UsageRollups());
        energy = new EnergyRollups(fixture.fresh().database(), new UUID(0, 7), CallsUnderWay.none());
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void whatIsSharedOutAddsUpToWhatWasMeasuredInEveryGrainToTheLastDigit() {
        List<CallRecord> calls = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            calls.add(samples.completed(MINUTE.plusSeconds(i)));
        }
        fixture.append(calls);
        TreeSet<String> upstreams = new TreeSet<>();
        calls.forEach(call -> upstreams.add(Objects.requireNonNull(call.upstream())));
        Random random = new Random(11);
        long energySum = 0;
        long timeSum = 0;
        BigDecimal costSum = BigDecimal.ZERO;
        for (int minute = 0; minute < 7; minute++) {
            List<Measured> measured = new ArrayList<>();
            upstreams.forEach(upstream -> measured
                    .add(new Measured(upstream, random.nextInt(50_000_000), random.nextInt(480_000_000))));
            for (Measured one : measured) {
                energySum += one.microWattHours();
                timeSum += one.gpuMicros();
                costSum = costSum.add(EURO.of(one.upstream(), MINUTE).orElseThrow().costOf(one.microWattHours(),
                        one.gpuMicros()));
            }
            energy.keep(MINUTE.plusSeconds(60L * minute), measured);
        }

        List<Shared> shared = energy.shareOut(LATER, EURO);

        assertThat(shared.stream().mapToLong(Shared::microWattHours).sum()).isEqualTo(energySum);
        assertThat(energy.shareOut(LATER, EURO)).isEmpty();
        for (Grain grain : Grain.values()) {
            for (Dimension dimension : Dimension.values()) {
                List<Line> lines = report(grain, List.of(dimension), Map.of());
                assertThat(lines.stream().mapToLong(line -> line.sums().microWattHours()).sum()).isEqualTo(energySum);
                assertThat(lines.stream().mapToLong(line -> line.sums().gpuMicros()).sum()).isEqualTo(timeSum);
                assertThat(lines.stream().map(line -> line.sums().localCost()).reduce(BigDecimal.ZERO, BigDecimal::add))
                        .isEqualByComparingTo(costSum);
                assertThat(lines.stream().mapToLong(line -> line.sums().calls()).sum()).isEqualTo(calls.size());
            }
        }
        assertThat(report(Grain.DAY, List.of(Dimension.DEPARTMENT), Map.of()).stream()
                .filter(line -> !"".equals(line.values().get(Dimension.DEPARTMENT)) && "EUR".equals(line.currency())))
                .isNotEmpty()
                .allMatch(line -> line.sums().microWattHours() > 0);
    }

    @Test
    void aMinuteIsSharedOutOnlyWhenItsCallsAreKnown() {
        energy.keep(MINUTE, List.of(new Measured("engine", 1_000, 60_000_000)));

        assertThat(energy.shareOut(MINUTE.plusSeconds(149), NONE)).isEmpty();
        assertThat(energy.shareOut(MINUTE.plusSeconds(150), NONE)).hasSize(1);
    }

    @Test
    void whatNoCallEndedInIsALineOfTheUpstreamAlone() {
        energy.keep(MINUTE, List.of(new Measured("engine", 1_234, 60_000_000), new Measured("", 77, 5)));
        energy.keep(MINUTE, List.of(new Measured("engine", 1, 0)));

        energy.shareOut(LATER, EURO);

        List<Line> lines = report(Grain.MINUTE, List.of(Dimension.DEPARTMENT, Dimension.UPSTREAM), Map.of());
        assertThat(lines).hasSize(2);
        Line engine = lines.stream().filter(line -> "engine".equals(line.values().get(Dimension.UPSTREAM))).findFirst()
                .orElseThrow();
        assertThat(engine.values()).containsEntry(Dimension.DEPARTMENT, "");
        assertThat(engine.currency()).isEqualTo("EUR");
        assertThat(engine.sums().microWattHours()).isEqualTo(1_235);
        assertThat(engine.sums().localCost()).isEqualByComparingTo("0.041500391495");
    }

    @Test
    void eachBoxSharesOutWhatItMeasuredItself() {
        EnergyRollups other = new EnergyRollups(fixture.fresh().database(), new UUID(0, 8), CallsUnderWay.none());
        energy.keep(MINUTE, List.of(new Measured("engine", 10, 1)));
        other.keep(MINUTE, List.of(new Measured("engine", 20, 1)));

        energy.shareOut(LATER, NONE);
        assertThat(report(Grain.DAY, List.of(), Map.of()).getFirst().sums().microWattHours()).isEqualTo(10);
        other.shareOut(LATER, NONE);
        assertThat(report(Grain.DAY, List.of(), Map.of()).getFirst().sums().microWattHours()).isEqualTo(30);
    }

    @Test
    void producedTokensWeighFourTimesAndCachedOnesNothing() {
        assertThat(Payers.weight(100, 60, 10)).isEqualTo(40 + 40 + 1);
        assertThat(Payers.weight(0, 0, 0)).isEqualTo(1);
        assertThat(Payers.weight(5, 9, 0)).isEqualTo(1);
    }

    private List<Line> report(Grain grain, List<Dimension> by, Map<Dimension, String> only) {
        UsageReport.Answer answer = new UsageReport(fixture.fresh().database(), java.time.Clock.fixed(LATER,
                java.time.ZoneOffset.UTC))
                .answer(new Question(MINUTE, MINUTE.plus(Duration.ofHours(1)), grain, by, only));
        return ((UsageReport.Report) answer).lines();
    }
}
