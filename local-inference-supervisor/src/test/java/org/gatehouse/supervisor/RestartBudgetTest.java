package org.gatehouse.supervisor;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;

import org.junit.jupiter.api.Test;

import org.gatehouse.supervisor.RestartBudget.Verdict;

import static org.assertj.core.api.Assertions.assertThat;

class RestartBudgetTest {
    private final ManualTime time = ManualTime.standing();

    private RestartBudget budget(RestartPolicy policy, RandomGenerator random) {
        return new RestartBudget(policy, time::nanoTime, random);
    }

    private static RestartPolicy patient(double jitter) {
        return new RestartPolicy(Duration.ofSeconds(5), Duration.ofMinutes(5), jitter, 1000, Duration.ofMinutes(15),
                Duration.ofMinutes(10));
    }

    private static Duration delayOf(Verdict verdict) {
        return ((Verdict.RetryAfter) verdict).delay();
    }

    @Test
    void delaysDoubleFromFiveSecondsUpToFiveMinutes() {
        RestartBudget budget = budget(patient(0), new Random(1));

        for (long seconds : new long[]{5, 10, 20, 40, 80, 160, 300, 300}) {
            assertThat(delayOf(budget.crashed(Duration.ZERO))).isEqualTo(Duration.ofSeconds(seconds));
        }
    }

    @Test
    void delaysStayAtTheCeilingHoweverManyCrashesCome() {
        RestartBudget budget = budget(patient(0), new Random(1));

        for (int crash = 0; crash < 100; crash++) {
            assertThat(delayOf(budget.crashed(Duration.ZERO))).isBetween(Duration.ofSeconds(5), Duration.ofMinutes(5));
        }
    }

    @Test
    void jitterStaysWithinAFifthAndUsesIt() {
        Random random = new Random(7);
        Duration shortest = Duration.ofDays(1);
        Duration longest = Duration.ZERO;
        for (int round = 0; round < 1000; round++) {
            Duration delay = delayOf(budget(patient(0.2), random).crashed(Duration.ZERO));
            assertThat(delay).isBetween(Duration.ofMillis(4000), Duration.ofMillis(6000));
            shortest = delay.compareTo(shortest) < 0 ? delay : shortest;
            longest = delay.compareTo(longest) > 0 ? delay : longest;
        }
        assertThat(shortest).isLessThan(Duration.ofMillis(4100));
        assertThat(longest).isGreaterThan(Duration.ofMillis(5900));
    }

    @Test
    void fifthCrashWithinAQuarterOfAnHourSpendsTheBudget() {
        RestartBudget budget = budget(RestartPolicy.DEFAULT, new Random(1));

        for (int crash = 0; crash < 4; crash++) {
            assertThat(budget.crashed(Duration.ZERO)).isInstanceOf(Verdict.RetryAfter.class);
            time.pass(Duration.ofMinutes(3));
        }
        assertThat(budget.crashed(Duration.ZERO)).isEqualTo(new Verdict.Spent(5, Duration.ofMinutes(15)));
    }

    @Test
    void crashesOlderThanTheWindowAreForgotten() {
        RestartBudget budget = budget(RestartPolicy.DEFAULT, new Random(1));

        for (int crash = 0; crash < 50; crash++) {
            assertThat(budget.crashed(Duration.ZERO)).isInstanceOf(Verdict.RetryAfter.class);
            time.pass(Duration.ofMinutes(4));
        }
    }

    @Test
    void engineThatWasSteadyStartsAgainWithTheFirstDelay() {
        RestartBudget budget = budget(patient(0), new Random(1));
        budget.crashed(Duration.ZERO);
        budget.crashed(Duration.ofMinutes(9));

        assertThat(delayOf(budget.crashed(Duration.ofMinutes(10)))).isEqualTo(Duration.ofSeconds(5));
        assertThat(delayOf(budget.crashed(Duration.ofMinutes(9)))).isEqualTo(Duration.ofSeconds(10));
    }
}
