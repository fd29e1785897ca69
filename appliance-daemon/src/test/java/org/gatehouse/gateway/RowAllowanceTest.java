package org.gatehouse.gateway;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RowAllowanceTest {
    private final AtomicLong nanos = new AtomicLong(-5);
    private final RowAllowance rows = new RowAllowance(nanos::get);

    @Test
    void eachKeyHasTenRowsAMinute() {
        UUID one = UUID.randomUUID();
        for (int i = 0; i < 10; i++) {
            assertThat(rows.take(one)).isTrue();
        }
        assertThat(rows.take(one)).isFalse();
        assertThat(rows.take(UUID.randomUUID())).as("another key's are its own").isTrue();
        nanos.addAndGet(Duration.ofMinutes(1).toNanos() - 1);
        assertThat(rows.take(one)).isFalse();
        nanos.addAndGet(1);
        assertThat(rows.take(one)).isTrue();
    }
}
