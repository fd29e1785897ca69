package org.gatehouse.gateway.routing.split;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.routing.split.Outcome.Verdict;
import org.gatehouse.governance.snapshot.Split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class OutcomeTest {

    private static Outcome outcome(int served, int failed) {
        ArmOutcomes outcomes = new ArmOutcomes();
        for (int i = 0; i < served; i++) {
            outcomes.served(100_000_000L + i % 7 * 1_000_000L, 100, 2_000_000_000L, 500);
        }
        for (int i = 0; i < failed; i++) {
            outcomes.failed();
        }
        return outcomes.outcome("arm");
    }

    @Test
    void intervalIsWilsons() {
        // Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662.
        Outcome.Interval interval = outcome(81, 182).successRate();
        assertThat(interval.low()).isCloseTo(0.2553, within(0.0001));
        assertThat(interval.high()).isCloseTo(0.3662, within(0.0001));
    }

    @Test
    void fewCallsDecideNothingAndManyDo() {
        assertThat(outcome(9, 1).succeedsComparedWith(outcome(10, 0))).isEqualTo(Verdict.UNDECIDED);
        assertThat(outcome(900, 100).succeedsComparedWith(outcome(990, 10))).isEqualTo(Verdict.WORSE);
        assertThat(outcome(990, 10).succeedsComparedWith(outcome(900, 100))).isEqualTo(Verdict.BETTER);
        assertThat(outcome(0, 0).succeedsComparedWith(outcome(900, 100))).isEqualTo(Verdict.UNDECIDED);
    }

    @Test
    void alikeArmsAreRarelyCalledDifferent() {
        SplittableRandom random = new SplittableRandom(5);
        int called = 0;
        for (int trial = 0; trial < 400; trial++) {
            int[] served = new int[2];
            for (int i = 0; i < 1000; i++) {
                served[i & 1] += random.nextInt(100) < 95 ? 1 : 0;
            }
            called += outcome(served[0], 500 - served[0])
                    .succeedsComparedWith(outcome(served[1], 500 - served[1])) == Verdict.UNDECIDED ? 0 : 1;
        }
        assertThat(called).isLessThan(40);
    }

    @Test
    void meansOfTimeSpeedAndCostAreThoseOfTheCalls() {
        Outcome outcome = outcome(700, 0);
        assertThat(outcome.firstByteMillis()).isCloseTo(103, within(0.01));
        assertThat(outcome.firstByteMargin()).isCloseTo(1.96 * 2.0 / Math.sqrt(700), within(0.01));
        assertThat(outcome.tokensPerSecond()).isCloseTo(50, within(0.01));
        assertThat(outcome.costMicros()).isEqualTo(500);
    }

    @Test
    void splitsThatMeanNothingAreRefused() {
        Split.Arm one = new Split.Arm("one", 0, Set.of(new UUID(0, 1)));
        Split.Arm same = new Split.Arm("two", 1, Set.of(new UUID(0, 1)));
        Split.Arm two = new Split.Arm("two", 0, Set.of(new UUID(0, 2)));
        for (List<Split.Arm> arms : List.of(List.of(one), List.of(one, two), List.of(one, same))) {
            assertThatThrownBy(() -> new Split("s", Split.Subject.KEY, arms))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
