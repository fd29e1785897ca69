package org.gatehouse.identity;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class LoginThrottleTest {
    private final AtomicLong nanos = new AtomicLong(1);
    private final LoginThrottle throttle = new LoginThrottle(nanos::get);

    @Test
    void fiveFailuresOfANameFromAnAddressWaitAQuarterOfAnHour() {
        for (int i = 0; i < 5; i++) {
            assertThat(throttle.waitFor("ada", "10.0.0.1")).isZero();
            throttle.failed("ada", "10.0.0.1");
        }
        assertThat(throttle.waitFor("ada", "10.0.0.1")).isBetween(890L, 901L);
        assertThat(throttle.waitFor("ada", "10.0.0.2")).as("its owner, elsewhere").isZero();
        nanos.addAndGet(Duration.ofMinutes(15).toNanos());
        assertThat(throttle.waitFor("ada", "10.0.0.1")).isZero();
    }

    @Test
    void addressThatTriesManyNamesWaitsAMinute() {
        for (int i = 0; i < 10; i++) {
            throttle.failed("user-" + i, "10.0.0.1");
        }
        assertThat(throttle.waitFor("somebody", "10.0.0.1")).isBetween(55L, 61L);
        assertThat(throttle.waitFor("somebody", "10.0.0.2")).isZero();
    }

    @Test
    void nameThatManyAddressesTryIsSlowedForAll() {
        for (int i = 0; i < 50; i++) {
            throttle.failed("ada", "10.0.1." + i);
        }
        assertThat(throttle.waitFor("ada", "10.0.2.1")).isPositive();
        assertThat(throttle.waitFor("bob", "10.0.2.1")).isZero();
    }

    @Test
    void successForgetsWhatItsOwnerMistyped() {
        for (int i = 0; i < 4; i++) {
            throttle.failed("ada", "10.0.0.1");
        }
        throttle.succeeded("ada", "10.0.0.1");
        throttle.failed("ada", "10.0.0.1");
        assertThat(throttle.waitFor("ada", "10.0.0.1")).isZero();
    }

    @Test
    void floodOfNamesIsForgottenInsteadOfKept() {
        for (int i = 0; i < 50_000; i++) {
            throttle.failed("x".repeat(1_000) + i, "10.0." + i / 250 + "." + i % 250);
        }
        assertThat(throttle.remembered()).isLessThanOrEqualTo(10_000);
    }
}
