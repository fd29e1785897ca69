package org.gatehouse.compute;

import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.monitor.GpuMinute;

import static org.assertj.core.api.Assertions.assertThat;

class GpuHoursTest {
    private static GpuMinute minute(String at, int samples, double watts) {
        return new GpuMinute("box", "GPU-1", Instant.parse(at), samples,
                new Readings.Builder().put(GpuMetric.POWER, watts).build(),
                new Readings.Builder().put(GpuMetric.POWER, watts + 5).build());
    }

    @Test
    void minutesOfAnHourAreOnePointWithTheirWeightedMeanAndHighestPeak() {
        List<GpuMinute> hours = GpuHours.of(List.of(minute("2026-11-20T10:58:00Z", 60, 100),
                minute("2026-11-20T10:59:00Z", 20, 300), minute("2026-11-20T11:00:00Z", 60, 40)));

        assertThat(hours).extracting(GpuMinute::start).containsExactly(Instant.parse("2026-11-20T10:00:00Z"),
                Instant.parse("2026-11-20T11:00:00Z"));
        assertThat(hours).extracting(GpuMinute::samples).containsExactly(80, 60);
        assertThat(hours.getFirst().mean().value(GpuMetric.POWER)).hasValue(150);
        assertThat(hours.getFirst().peak().value(GpuMetric.POWER)).hasValue(305);
        assertThat(hours.getLast().mean().value(GpuMetric.POWER)).hasValue(40);
    }

    @Test
    void nothingGivesNoHours() {
        assertThat(GpuHours.of(List.of())).isEmpty();
    }
}
