package org.gatehouse.acme;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** When the next certificate is asked for. */
final class RenewalTimesTest {
    private static final Instant BEGIN = Instant.parse("2026-11-01T00:00:00Z");

    @Test
    void aCertificateIsRenewedAtTwoThirdsOfItsLifeOrALittleSooner() {
        Random random = new Random(1);
        Instant end = BEGIN.plus(Duration.ofDays(90));
        for (int i = 0; i < 1000; i++) {
            assertThat(RenewalTimes.of(BEGIN, end, random)).isBetween(BEGIN.plus(Duration.ofHours(60 * 24 - 108)),
                    BEGIN.plus(Duration.ofDays(60)));
        }
    }

    @Test
    void failuresAreRetriedMoreAndMoreSeldomButFourTimesADayAtLeast() {
        Random random = new Random(1);
        assertThat(RenewalTimes.afterFailure(BEGIN, 0, random)).isBetween(BEGIN.plus(Duration.ofMinutes(10)),
                BEGIN.plus(Duration.ofMinutes(11)));
        assertThat(RenewalTimes.afterFailure(BEGIN, 2, random)).isBetween(BEGIN.plus(Duration.ofMinutes(40)),
                BEGIN.plus(Duration.ofMinutes(44)));
        assertThat(RenewalTimes.afterFailure(BEGIN, 1_000_000, random)).isBetween(BEGIN.plus(Duration.ofHours(6)),
                BEGIN.plus(Duration.ofMinutes(396)));
    }
}
