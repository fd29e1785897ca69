package org.gatehouse.gpu;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class GpuSourceTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);

    @Test
    void aBoxWithoutGpusSaysSoAndListsNothing() {
        assertThat(new NoGpus(clock).snapshot())
                .isEqualTo(new GpuSnapshot(NOW, "none", false, java.util.List.of()));
    }

    @Test
    void simulatedGpusAreLabelledOnTheSnapshotAndOnEachDevice() {
        GpuSnapshot snapshot = new SimulatedGpus(clock, 2).snapshot();

        assertThat(snapshot.simulated()).isTrue();
        assertThat(snapshot.gpus()).hasSize(2).allSatisfy(gpu -> assertThat(gpu.name()).startsWith("Simulated"));
    }

    @Test
    void whatCannotBeReadIsAbsentAndNotZero() {
        Gpu blind = new Gpu(0, "GPU-1", "H100", 1, null, null, null, null);

        assertThat(blind.memoryUsed()).isEmpty();
        assertThat(blind.busy()).isEmpty();
        assertThat(blind.temperature()).isEmpty();
        assertThat(blind.power()).isEmpty();
    }
}
