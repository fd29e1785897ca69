package org.gatehouse.gpu.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.gatehouse.gpu.FakeBoxes;
import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuIdentity;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuTopology;
import org.gatehouse.gpu.ManualTime;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.SourceKind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

final class GpuHistoryTest {
    private final ManualTime time = new ManualTime();
    private final GpuHistory history = new GpuHistory(new MinutesInMemory());

    @Test
    void everySecondOfTenMinutesIsKeptAndNoMore() {
        for (int second = 0; second < 1_000; second++) {
            add(second);
        }
        List<GpuHistory.Moment> moments = history.seconds("box", FakeBoxes.uuid(0), Instant.EPOCH, Instant.MAX);
        assertThat(moments).hasSize(601);
        assertThat(moments.getLast().readings().whole(GpuMetric.TEMPERATURE)).hasValue(999);
        assertThat(moments.getFirst().at()).isEqualTo(moments.getLast().at().minus(GpuHistory.SECONDS_KEPT));
        assertThat(history.seconds("other", FakeBoxes.uuid(0), Instant.EPOCH, Instant.MAX)).isEmpty();
    }

    @Test
    void aMinuteHasTheMeanAndThePeakOfGaugesAndTheLastOfCounters() {
        for (int second = 0; second <= 60; second++) {
            add(second);
        }
        GpuMinute minute = history.minutes("box", FakeBoxes.uuid(0), Instant.EPOCH, Instant.MAX).getFirst();
        assertThat(minute.start()).isEqualTo(FakeBoxes.NOW);
        assertThat(minute.samples()).isEqualTo(60);
        assertThat(minute.mean().orNaN(GpuMetric.POWER)).isCloseTo(29.5, within(1e-9));
        assertThat(minute.peak().value(GpuMetric.POWER)).hasValue(59);
        assertThat(minute.mean().whole(GpuMetric.ENERGY)).hasValue(59_000);
        assertThat(minute.mean().has(GpuMetric.FAN_SPEED)).isFalse();
    }

    @Test
    void aMinuteWithGapsIsMadeOfWhatThereWas() {
        add(10);
        time.pass(Duration.ofSeconds(30));
        add(30);
        time.pass(Duration.ofMinutes(3));
        add(50);
        List<GpuMinute> minutes = history.minutes("box", FakeBoxes.uuid(0), Instant.EPOCH, Instant.MAX);
        assertThat(minutes).singleElement().satisfies(minute -> {
            assertThat(minute.samples()).isEqualTo(2);
            assertThat(minute.mean().orNaN(GpuMetric.POWER)).isCloseTo(20, within(1e-9));
        });
    }

    @Test
    void memoryKeepsAWeekOfMinutes() {
        MinutesInMemory store = new MinutesInMemory();
        Instant start = FakeBoxes.NOW;
        for (int minute = 0; minute < 8 * 24 * 60; minute += 60) {
            store.keep(List.of(new GpuMinute("box", "GPU-a", start.plus(Duration.ofMinutes(minute)), 60,
                    Readings.none(), Readings.none())));
        }
        List<GpuMinute> kept = store.minutes("box", "GPU-a", Instant.EPOCH, Instant.MAX);
        assertThat(Duration.between(kept.getFirst().start(), kept.getLast().start())).isEqualTo(Duration.ofDays(7));
        assertThat(store.minutes("box", "GPU-a", kept.getFirst().start(), kept.getFirst().start().plusSeconds(1)))
                .hasSize(1);
    }

    private void add(int value) {
        Readings readings = new Readings.Builder().put(GpuMetric.TEMPERATURE, value).put(GpuMetric.POWER, value)
                .put(GpuMetric.ENERGY, value * 1_000L).build();
        history.add(new GpuSnapshot("box", SourceKind.NVML, false, time.now(),
                List.of(new Gpu(GpuIdentity.of(0, FakeBoxes.uuid(0), "H100"), GpuCondition.OK, readings, false,
                        List.of(), List.of(), false)),
                GpuTopology.unknown(), List.of()));
        time.pass(Duration.ofSeconds(1));
    }
}
