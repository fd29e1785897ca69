package org.gatehouse.compute;

import java.util.Random;

import org.junit.jupiter.api.Test;

import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.Readings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class MinuteBytesTest {

    @Test
    void everyMetricComesBackAndWhatWasAbsentStaysAbsent() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            Readings.Builder mean = new Readings.Builder();
            Readings.Builder peak = new Readings.Builder();
            for (GpuMetric metric : GpuMetric.values()) {
                if (random.nextInt(4) > 0) {
                    long value = random.nextInt(200_000);
                    boolean counter = metric.kind() == GpuMetric.Kind.COUNTER;
                    mean.put(metric, counter && metric.form() == GpuMetric.Form.INTEGER ? value << 40 : value);
                    peak.put(metric, counter && metric.form() == GpuMetric.Form.INTEGER ? value << 40 : value + 1);
                }
            }

            byte[] bytes = MinuteBytes.write(mean.build(), peak.build());
            MinuteBytes.Pair read = MinuteBytes.read(bytes);

            assertThat(bytes.length).isLessThan(GpuMetric.values().length * 10 + 1);
            for (GpuMetric metric : GpuMetric.values()) {
                assertThat(read.mean().has(metric)).as(metric.name()).isEqualTo(mean.has(metric));
                if (mean.has(metric)) {
                    double exact = mean.build().orNaN(metric);
                    if (metric.kind() == GpuMetric.Kind.COUNTER && metric.form() == GpuMetric.Form.INTEGER) {
                        assertThat(read.mean().whole(metric)).isEqualTo(mean.build().whole(metric));
                    }
                    assertThat(read.mean().orNaN(metric)).isCloseTo(exact, within(Math.abs(exact) * 1e-6));
                    double highest = peak.build().orNaN(metric);
                    if (metric.kind() == GpuMetric.Kind.GAUGE && metric.unit() != GpuMetric.Unit.BITS
                            && metric.unit() != GpuMetric.Unit.STATE) {
                        assertThat(read.peak().orNaN(metric)).isCloseTo(highest, within(Math.abs(highest) * 1e-6));
                    }
                }
            }
        }
    }

    @Test
    void aFieldThatALaterReleaseWroteIsLeftOut() {
        byte[] known = MinuteBytes.write(new Readings.Builder().put(GpuMetric.POWER, 71.5).build(), Readings.none());
        byte[] both = new byte[known.length + 10];
        both[0] = (byte) 0x70;
        System.arraycopy(known, 0, both, 10, known.length);

        assertThat(MinuteBytes.read(both).mean().value(GpuMetric.POWER)).hasValue(71.5);
    }
}
