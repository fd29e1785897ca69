package org.gatehouse.supervisor.models;

import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RateMeterTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong now = new AtomicLong();
    private final RateMeter meter = new RateMeter(now::get);

    @Test
    void steadyDownloadShowsItsRate() {
        for (int i = 0; i < 100; i++) {
            now.addAndGet(SECOND / 10);
            meter.add(1000);
        }
        assertThat(meter.rate()).isBetween(9_500L, 10_500L);
    }

    @Test
    void stalledDownloadSoonShowsNone() {
        now.addAndGet(SECOND);
        meter.add(1_000_000);
        now.addAndGet(30 * SECOND);
        assertThat(meter.rate()).isLessThan(1000);
    }
}
