package org.gatehouse.telemetry;

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
    void pageGoesOutWithoutLinesThatCannotBeMade() {
        assertThat(MetricText.behind(() -> "first\n", "more", () -> "second\n").get()).isEqualTo("first\nsecond\n");
        assertThat(MetricText.behind(() -> "first\n", "more", () -> {
            throw new IllegalStateException("not now");
        }).get()).isEqualTo("first\n");
    }
}
