package org.gatehouse.usage;

import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

final class LatencyHistogramTest {
    private final Random random = new Random(7);

    private long[] times(int count) {
        return random.longs(count, 0, 1_000_000).map(x -> (long) (200 + Math.exp(x / 1_000_000.0 * 12) * 50)).toArray();
    }

    @Test
    void quantilesAreAtMostATenthOff() {
        for (int count : new int[]{1, 2, 100, 10_000}) {
            long[] times = times(count);
            LatencyHistogram histogram = new LatencyHistogram();
            Arrays.stream(times).forEach(histogram::add);
            Arrays.sort(times);
            for (double share : new double[]{0.5, 0.95, 0.99, 1}) {
                double exact = times[(int) Math.ceil(count * share) - 1] / 1000.0;
                assertThat(histogram.quantileMillis(share)).as(count + " at " + share).isCloseTo(exact,
                        withPercentage(10));
            }
        }
    }

    @Test
    void histogramsAddUpHoweverTheyWereStored() {
        LatencyHistogram whole = new LatencyHistogram();
        LatencyHistogram sum = new LatencyHistogram();
        for (int part = 0; part < 5; part++) {
            LatencyHistogram one = new LatencyHistogram();
            for (long time : times(1000 * part)) {
                whole.add(time);
                one.add(time);
            }
            sum.add(LatencyHistogram.of(one.bytes()));
        }
        assertThat(sum.bytes()).isEqualTo(whole.bytes());
        assertThat(sum.calls()).isEqualTo(10_000);
    }

    @Test
    void whatIsOutsideIsInTheFirstOrLastStepAndNothingIsNothing() {
        LatencyHistogram histogram = new LatencyHistogram();
        assertThat(histogram.quantileMillis(0.5)).isZero();
        histogram.add(0);
        histogram.add(Long.MAX_VALUE / 2);
        assertThat(histogram.calls()).isEqualTo(2);
        assertThat(histogram.quantileMillis(0.5)).isEqualTo(0.1);
        assertThat(histogram.quantileMillis(1)).isBetween(60_000.0, 200_000.0);
    }
}
