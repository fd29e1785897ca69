package org.gatehouse.gpu.energy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;

import org.gatehouse.gpu.FakeBoxes;
import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuIdentity;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuTopology;
import org.gatehouse.gpu.ManualTime;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.SourceKind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

final class EnergyMeterTest {
    private static final long GIB = 1L << 30;

    private final ManualTime time = new ManualTime();
    private Optional<String> reserved = Optional.empty();
    private final EnergyMeter meter = new EnergyMeter(new GpuOwners() {
        @Override
        public Optional<String> ofProcess(String node, Gpu gpu, GpuProcess process) {
            return Optional.ofNullable(Map.of(1L, "chat", 2L, "embed").get(process.pid()));
        }

        @Override
        public Optional<String> ofGpu(String node, Gpu gpu) {
            return reserved;
        }
    }, Duration.ofSeconds(10));

    @Test
    void theGrowthOfTheCounterIsTheEnergy() {
        second(joules(1_000).put(GpuMetric.POWER, 9_999), process(1, 10));
        second(joules(1_720).put(GpuMetric.POWER, 9_999), process(1, 10));
        GpuUse use = meter.drain().getOrDefault("chat", GpuUse.NONE);
        assertThat(use.wattHours()).isCloseTo(0.2, within(1e-9));
        assertThat(use.gpuSeconds()).isCloseTo(1, within(1e-9));
        assertThat(meter.drain()).isEmpty();
    }

    @Test
    void withoutACounterItIsTheMeanPowerTimesTheTime() {
        second(watts(100), process(1, 10));
        second(watts(300), process(1, 10));
        assertThat(meter.drain().getOrDefault("chat", GpuUse.NONE).wattHours()).isCloseTo(200 / 3_600.0, within(1e-9));
    }

    @Test
    void aCounterThatBeginsAnewIsBridgedByPower() {
        second(joules(5_000_000).put(GpuMetric.POWER, 360), process(1, 10));
        second(joules(12).put(GpuMetric.POWER, 360), process(1, 10));
        second(joules(372).put(GpuMetric.POWER, 360), process(1, 10));
        assertThat(meter.drain().getOrDefault("chat", GpuUse.NONE).wattHours()).isCloseTo(0.2, within(1e-9));
    }

    @Test
    void aCounterThatJumpsIsNotBelieved() {
        second(joules(0).put(GpuMetric.POWER, 360), process(1, 10));
        second(joules(1e12).put(GpuMetric.POWER, 360), process(1, 10));
        assertThat(meter.drain().getOrDefault("chat", GpuUse.NONE).wattHours()).isCloseTo(0.1, within(1e-9));
    }

    @Test
    void ownersShareAGpuByTheMemoryOfTheirProcesses() {
        second(joules(0), process(1, 30), process(2, 10), process(99, 40));
        second(joules(3_600 * 0.8), process(1, 30), process(2, 10), process(99, 40));
        Map<String, GpuUse> uses = meter.drain();
        assertThat(uses.getOrDefault("chat", GpuUse.NONE).wattHours()).isCloseTo(0.3, within(1e-9));
        assertThat(uses.getOrDefault("embed", GpuUse.NONE).wattHours()).isCloseTo(0.1, within(1e-9));
        assertThat(uses.getOrDefault(EnergyMeter.NOBODY, GpuUse.NONE).wattHours()).isCloseTo(0.4, within(1e-9));
        assertThat(uses.getOrDefault("embed", GpuUse.NONE).gpuSeconds()).isCloseTo(0.125, within(1e-9));
    }

    @Test
    void ownersShareEvenlyWhereTheDriverDoesNotTellTheMemory() {
        second(joules(0), new GpuProcess(1, -1, -1), process(2, 10));
        second(joules(360), new GpuProcess(1, -1, -1), process(2, 10));
        assertThat(meter.drain().getOrDefault("chat", GpuUse.NONE).wattHours()).isCloseTo(0.05, within(1e-9));
    }

    @Test
    void aGpuWithoutKnownProcessesBelongsToItsDeploymentOrToNobody() {
        second(joules(0), process(99, 10));
        second(joules(360), process(99, 10));
        assertThat(meter.drain()).containsOnlyKeys(EnergyMeter.NOBODY);
        reserved = Optional.of("chat");
        second(joules(720), process(99, 10));
        assertThat(meter.drain()).containsOnlyKeys("chat");
    }

    @Test
    void afterAGapTheCountersGrowthIsNobodys() {
        second(joules(0), process(1, 10));
        time.pass(Duration.ofHours(1));
        second(joules(3_600), process(1, 10));
        Map<String, GpuUse> uses = meter.drain();
        assertThat(uses).containsOnlyKeys(EnergyMeter.NOBODY);
        assertThat(uses.getOrDefault(EnergyMeter.NOBODY, GpuUse.NONE)).isEqualTo(new GpuUse(0, 1));
    }

    @Test
    void nothingIsLostOrMadeWhateverTheShares() {
        Random random = new Random(5);
        double joules = 0;
        second(joules(0), process(1, 1));
        double drained = 0;
        double seconds = 0;
        for (int i = 0; i < 2_000; i++) {
            joules += random.nextDouble() * 700;
            second(joules(joules), process(1, random.nextInt(40)), process(2, random.nextInt(40)),
                    process(3, random.nextInt(3)));
            if (random.nextInt(7) == 0) {
                drained += meter.drain().values().stream().mapToDouble(GpuUse::wattHours).sum();
            }
        }
        for (GpuUse use : meter.drain().values()) {
            drained += use.wattHours();
            seconds += use.gpuSeconds();
        }
        assertThat(drained).isCloseTo(Math.round(joules * 1_000) / 1_000.0 / 3_600, within(1e-3));
        assertThat(seconds).isPositive();
    }

    private static Readings.Builder joules(double joules) {
        return new Readings.Builder().put(GpuMetric.ENERGY, Math.round(joules * 1_000));
    }

    private static Readings.Builder watts(double watts) {
        return new Readings.Builder().put(GpuMetric.POWER, watts);
    }

    private static GpuProcess process(long pid, long gibibytes) {
        return new GpuProcess(pid, gibibytes * GIB, -1);
    }

    private void second(Readings.Builder readings, GpuProcess... processes) {
        meter.add(new GpuSnapshot("box", SourceKind.NVML, false, time.now(),
                List.of(new Gpu(GpuIdentity.of(0, FakeBoxes.uuid(0), "H100"), GpuCondition.OK, readings.build(), false,
                        List.of(), List.of(processes), true)),
                GpuTopology.unknown(), List.of()));
        time.pass(Duration.ofSeconds(1));
    }
}
