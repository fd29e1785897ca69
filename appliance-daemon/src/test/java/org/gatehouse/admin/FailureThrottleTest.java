package org.gatehouse.admin;

import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class FailureThrottleTest {
    private final AtomicLong nanos = new AtomicLong();
    private final FailureThrottle throttle = new FailureThrottle(nanos::get);

    @Test
    void tenFailuresInAMinuteAreAnsweredAndTheNextMustWait() {
        for (int i = 0; i < 10; i++) {
            assertThat(throttle.failed("a")).isZero();
        }
        assertThat(throttle.failed("a")).isBetween(1L, 61L);
        assertThat(throttle.failed("b")).as("another address").isZero();
        nanos.addAndGet(61_000_000_000L);
        assertThat(throttle.failed("a")).as("a minute later").isZero();
    }

    @Test
    void millionsOfAddressesTakeBoundedMemory() {
        for (int i = 0; i < 100_000; i++) {
            throttle.failed("address-" + i);
        }
        assertThat(throttle.remembered()).isLessThanOrEqualTo(10_000);
    }
}
