package org.gatehouse.gateway.routing.health;

import java.time.Duration;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import org.gatehouse.governance.snapshot.HealthTerms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gateway.routing.health.Breaker.Pass.Kind;

class BreakerTest {
    private static final long SECOND = 1_000_000_000L;

    private long now = 5;
    private final Breaker breaker = new Breaker(HealthTerms.DEFAULT, () -> 0.5);

    private Breaker.Pass pass() {
        Breaker.Pass pass = breaker.pass(now);
        if (pass == null) {
            throw new AssertionError("no pass in " + breaker.state());
        }
        return pass;
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed(pass(), null, now);
        }
    }

    @Test
    void threeFailuresInARowOpenItAndOneSuccessBetweenDoesNot() {
        fail(2);
        breaker.answered(pass(), now);
        fail(2);
        assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
        fail(1);
        assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
        assertThat(breaker.pass(now)).isNull();
    }

    @Test
    void halfOfManyCallsInTheWindowOpenItButNotOfThoseBefore() {
        for (int i = 0; i < 4; i++) {
            fail(1);
            breaker.answered(pass(), now);
        }
        now += 11 * SECOND;
        breaker.answered(pass(), now);
        fail(1);
        assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
        for (int i = 0; i < 4; i++) {
            breaker.answered(pass(), now);
            fail(1);
        }
        assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
    }

    @Test
    void afterItsCoolDownOneProbeAtATimePassesAndTwoGoodOnesCloseIt() {
        fail(3);
        now += breaker.nanosClosed(now) - 1;
        assertThat(breaker.wouldPass(now)).isFalse();
        now += 1;
        assertThat(breaker.wouldPass(now)).isTrue();
        Breaker.Pass probe = pass();
        assertThat(probe.kind()).isEqualTo(Kind.PROBE);
        assertThat(breaker.pass(now)).isNull();
        breaker.answered(probe, now);
        assertThat(breaker.state()).isEqualTo(Breaker.State.HALF_OPEN);
        breaker.answered(pass(), now);
        assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
    }

    @Test
    void eachFailedProbeDoublesTheCoolDownUpToTheLongest() {
        fail(3);
        long before = 0;
        for (int i = 0; i < 8; i++) {
            long wait = breaker.nanosClosed(now);
            assertThat(wait).isGreaterThanOrEqualTo(before).isLessThanOrEqualTo(72 * SECOND);
            before = wait;
            now += wait;
            breaker.failed(pass(), null, now);
        }
        assertThat(before).isEqualTo(66 * SECOND); // A minute, and half of the jitter of a fifth.
    }

    @Test
    void retryAfterIsHonouredAndNeverCutShort() {
        breaker.failed(pass(), null, now);
        breaker.failed(pass(), null, now);
        breaker.failed(pass(), Duration.ofSeconds(100), now);
        assertThat(breaker.nanosClosed(now)).isBetween(100 * SECOND, 110 * SECOND);
    }

    @Test
    void retryAfterOfYearsIsNotBelieved() {
        for (Duration asked : new Duration[]{Duration.ofDays(400_000_000), Duration.ofSeconds(Long.MAX_VALUE)}) {
            breaker.reset(now);
            fail(2);
            breaker.failed(pass(), asked, now);
            assertThat(breaker.nanosClosed(now)).isLessThanOrEqualTo(Duration.ofMinutes(17).toNanos());
        }
    }

    @Test
    void callsFromBeforeTheChangeSayNothingAboutTheNewState() {
        Breaker.Pass early = pass();
        Breaker.Pass alsoEarly = pass();
        fail(3);
        breaker.answered(early, now);
        assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
        now += 7 * SECOND;
        Breaker.Pass probe = pass();
        breaker.failed(alsoEarly, null, now);
        assertThat(breaker.state()).isEqualTo(Breaker.State.HALF_OPEN);
        breaker.answered(probe, now);
        assertThat(breaker.wouldPass(now)).isTrue();
    }

    @Test
    void probeWhoseClientLeftLeavesRoomForAnother() {
        fail(3);
        now += 7 * SECOND;
        breaker.unused(pass());
        assertThat(breaker.pass(now)).isNotNull();
    }

    @Test
    void probeOfWhichNobodyHearsIsForgotten() {
        fail(3);
        now += 7 * SECOND;
        pass();
        assertThat(breaker.wouldPass(now)).isFalse();
        now += 61 * SECOND;
        assertThat(breaker.pass(now)).isNotNull();
    }

    @Test
    void neverMoreProbesThanAllowedWhateverHappens() {
        SplittableRandom random = new SplittableRandom(11);
        Breaker.Pass out = null;
        fail(3);
        for (int i = 0; i < 20_000; i++) {
            now += random.nextLong(SECOND / 4);
            if (out == null) {
                boolean would = breaker.wouldPass(now);
                out = breaker.pass(now);
                assertThat(out != null).isEqualTo(would);
            } else if (breaker.state() == Breaker.State.HALF_OPEN && out.kind() == Kind.PROBE) {
                assertThat(breaker.pass(now)).isNull();
            }
            if (out != null && random.nextInt(3) == 0) {
                switch (random.nextInt(4)) {
                    case 0 -> breaker.answered(out, now);
                    case 1 -> breaker.unused(out);
                    default -> breaker.failed(out, null, now);
                }
                out = null;
            }
            if (random.nextInt(200) == 0) {
                breaker.checkedWell(now);
            }
        }
    }

    @Test
    void resortsAreBoundedAndLengthenNothing() {
        fail(3);
        long wait = breaker.nanosClosed(now);
        for (int i = 0; i < 8; i++) {
            assertThat(breaker.lastResort(now)).isNotNull();
        }
        assertThat(breaker.lastResort(now)).isNull();
        breaker.failed(new Breaker.Pass(1, Kind.RESORT), null, now);
        assertThat(breaker.lastResort(now)).isNotNull();
        assertThat(breaker.nanosClosed(now)).isEqualTo(wait);
    }

    @Test
    void goodChecksCloseItOnceItHasCooledDown() {
        fail(3);
        breaker.checkedWell(now);
        breaker.checkedWell(now);
        assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
        now += 7 * SECOND;
        breaker.checkedWell(now);
        breaker.checkedWell(now);
        assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
    }
}
