package org.gatehouse.gpu;

import java.util.Random;

import org.junit.jupiter.api.Test;

import org.gatehouse.gpu.Readings.Absence;

import static org.assertj.core.api.Assertions.assertThat;

final class ReadingsTest {
    @Test
    void whatNobodyReadIsAbsentAndNotZero() {
        Readings none = Readings.none();
        for (GpuMetric metric : GpuMetric.values()) {
            assertThat(none.has(metric)).isFalse();
            assertThat(none.value(metric)).isEmpty();
            assertThat(none.whole(metric)).isEmpty();
            assertThat(none.orNaN(metric)).isNaN();
            assertThat(none.absence(metric)).isEqualTo(Absence.NOT_READ);
        }
        assertThat(none.size()).isZero();
    }

    @Test
    void anAbsenceKeepsItsReason() {
        for (Absence reason : Absence.values()) {
            Readings readings = new Readings.Builder().put(GpuMetric.POWER, reason).build();
            assertThat(readings.has(GpuMetric.POWER)).isFalse();
            assertThat(readings.absence(GpuMetric.POWER)).isEqualTo(reason);
        }
    }

    @Test
    void wholeNumbersKeepAllTheirBits() {
        Random random = new Random(7);
        for (int i = 0; i < 1_000; i++) {
            long value = random.nextLong() >>> random.nextInt(1, 40);
            Readings readings = new Readings.Builder().put(GpuMetric.POWER_VIOLATION, value).build();
            assertThat(readings.whole(GpuMetric.POWER_VIOLATION)).hasValue(value);
        }
    }

    @Test
    void realNumbersKeepAllTheirBits() {
        Random random = new Random(8);
        for (int i = 0; i < 1_000; i++) {
            double value = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(-30, 30));
            assertThat(new Readings.Builder().put(GpuMetric.POWER, value).build().value(GpuMetric.POWER))
                    .hasValue(value);
        }
    }

    @Test
    void zeroAndMinusZeroAreReadingsAndNotAbsences() {
        assertThat(new Readings.Builder().put(GpuMetric.POWER, -0.0).build().value(GpuMetric.POWER)).hasValue(0.0);
        assertThat(new Readings.Builder().put(GpuMetric.TEMPERATURE, 0).build().whole(GpuMetric.TEMPERATURE))
                .hasValue(0);
    }

    @Test
    void whatIsNoNumberIsNoReading() {
        for (double strange : new double[]{Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThat(new Readings.Builder().put(GpuMetric.POWER, strange).build().has(GpuMetric.POWER)).isFalse();
        }
        assertThat(new Readings.Builder().put(GpuMetric.ENERGY, Long.MIN_VALUE).build().has(GpuMetric.ENERGY))
                .isFalse();
    }

    @Test
    void aCopyTakesTheValueOrTheReasonAsItIs() {
        Readings from = new Readings.Builder().put(GpuMetric.POWER_VIOLATION, (1L << 60) + 1)
                .put(GpuMetric.FAN_SPEED, Absence.UNSUPPORTED).build();
        Readings to = new Readings.Builder().copy(GpuMetric.POWER_VIOLATION, from).copy(GpuMetric.FAN_SPEED, from)
                .build();
        assertThat(to.whole(GpuMetric.POWER_VIOLATION)).hasValue((1L << 60) + 1);
        assertThat(to.absence(GpuMetric.FAN_SPEED)).isEqualTo(Absence.UNSUPPORTED);
    }

    @Test
    void aBuilderThatGoesOnDoesNotChangeWhatItBuilt() {
        Readings.Builder builder = new Readings.Builder().put(GpuMetric.TEMPERATURE, 40);
        Readings first = builder.build();
        builder.put(GpuMetric.TEMPERATURE, 90);
        assertThat(first.whole(GpuMetric.TEMPERATURE)).hasValue(40);
        assertThat(first).isNotEqualTo(builder.build()).isEqualTo(first.toBuilder().build());
    }
}
