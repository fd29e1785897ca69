package org.gatehouse.telemetry;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MetricTextTest {

    @Test
    void labelsAreQuotedAndEmptyOnesLeftOut() {
        String text = new MetricText().gauge("a", "What.").sample(1.5, "x", "say \"hi\"\\\n", "y", "").sample(2)
                .counter("b_total", "More.").sample(3e9, "z", "1").toString();

        assertThat(text).isEqualTo("""
                # HELP a What.
                # TYPE a gauge
                a{x="say \\"hi\\"\\\\\\n"} 1.5
                a 2
                # HELP b_total More.
                # TYPE b_total counter
                b_total{z="1"} 3000000000
                """);
    }

    @Test
    void histogramCountsWhatLiesBelowEachStep() {
        String text = new MetricText().histogram("w", "Waits.")
                .steps(List.of(0.1, 1.0), List.of(2L, 0L, 1L), 5.25, List.of("x", "1")).toString();

        assertThat(text).isEqualTo("""
                # HELP w Waits.
                # TYPE w histogram
                w_bucket{x="1",le="0.1"} 2
                w_bucket{x="1",le="1.0"} 2
                w_bucket{x="1",le="+Inf"} 3
                w_sum{x="1"} 5.25
                w_count{x="1"} 3
                """);
    }

    @Test
    void pageGoesOutWithoutLinesThatCannotBeMade() {
        assertThat(MetricText.behind(() -> "first\n", "more", () -> "second\n").get()).isEqualTo("first\nsecond\n");
        assertThat(MetricText.behind(() -> "first\n", "more", () -> {
            throw new IllegalStateException("not now");
        }).get()).isEqualTo("first\n");
    }
}
