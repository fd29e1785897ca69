package org.gatehouse.gateway.routing;

import java.time.Duration;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.routing.health.Breaker;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.TargetTerms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gateway.routing.Scene.end;
import static org.gatehouse.gateway.routing.Scene.go;

class FailingTargetsTest {
    private final Scene scene = new Scene();

    private static RouteTerms.Retries retries(int attempts, int sameTarget, int percent, int perSecond) {
        return new RouteTerms.Retries(attempts, sameTarget, Duration.ofMillis(200), Duration.ofSeconds(2), null,
                percent, perSecond, false);
    }

    @Test
    void clientsThatLeaveNeverMakeATargetIll() {
        Candidate only = scene.target("only", 1);
        for (int i = 0; i < 1000; i++) {
            Attempts attempts = scene.begin();
            Attempt attempt = go(attempts);
            scene.pass(5);
            attempt.abandoned();
            assertThat(end(attempts)).isEqualTo(Step.Why.CLIENT_LEFT);
        }
        assertThat(scene.traffic.target(only.id()).breaker().state()).isEqualTo(Breaker.State.CLOSED);
        assertThat(scene.traffic.view().targets().getFirst().abandoned()).isEqualTo(1000);
        assertThat(scene.traffic.view().targets().getFirst().inFlight()).isZero();
    }

    @Test
    void retriesOfAnOutageStayWithinTheBudget() {
        for (int i = 0; i < 3; i++) {
            scene.target("t" + i, 1);
        }
        scene.retries(retries(3, 0, 20, 1));
        int sent = 0;
        int calls = 5000;
        for (int i = 0; i < calls; i++) {
            scene.candidates.forEach(candidate -> scene.traffic.reset(candidate.id())); // The breakers do not help.
            Attempts attempts = scene.begin();
            while (attempts.next() instanceof Step.Go go) {
                sent++;
                go.attempt().failed(Cause.SERVER_ERROR, null);
            }
            scene.pass(1);
        }
        // A fifth of the calls, one a second, and what was saved up at the start.
        assertThat(sent - calls).isBetween(calls / 5, calls / 5 + 5 + 20);
    }

    @Test
    void deadTargetGetsLessThanOnePercentOfNewCallsAfterASecond() {
        Candidate dead = scene.target("dead", 1);
        scene.target("well", 1);
        assertThat(shareAfterASecond(dead, false)).isLessThan(0.01);
    }

    @Test
    void hangingTargetGetsLessThanOnePercentOfNewCallsAfterASecond() {
        Candidate dead = scene.target("dead", 1);
        scene.target("well", 1);
        assertThat(shareAfterASecond(dead, true)).isLessThan(0.01);
    }

    /** Twenty calls a second for half a minute, of which the target answers those of the first seconds only. */
    private double shareAfterASecond(Candidate dead, boolean hangs) {
        for (int i = 0; i < 100; i++) {
            Attempt attempt = go(scene.begin());
            scene.pass(50);
            attempt.served(10, 1);
        }
        long diedAt = scene.now();
        int late = 0;
        int toDead = 0;
        for (int i = 0; i < 600; i++) {
            Attempts attempts = scene.begin();
            boolean counts = scene.now() - diedAt >= 1_000_000_000L;
            late += counts ? 1 : 0;
            while (attempts.next() instanceof Step.Go go) {
                if (!go.attempt().candidate().equals(dead)) {
                    go.attempt().firstByte();
                    go.attempt().served(10, 1);
                } else {
                    toDead += counts ? 1 : 0;
                    if (hangs) {
                        break; // Nobody ever hears of it again.
                    }
                    go.attempt().failed(Cause.SERVER_ERROR, null);
                }
            }
            scene.pass(50);
        }
        return (double) toDead / late;
    }

    @Test
    void slowTargetThatStillSaysSomethingIsNotTakenForDead() {
        Candidate slow = scene.target("slow", 1);
        for (int i = 0; i < 20; i++) {
            Attempt attempt = go(scene.begin());
            scene.pass(100);
            attempt.served(10, 1);
        }
        Attempt streaming = go(scene.begin());
        streaming.firstByte();
        for (int i = 0; i < 10; i++) {
            go(scene.begin()); // Long prompts that are still being read.
        }
        for (int i = 0; i < 100; i++) {
            scene.pass(200);
            streaming.life();
            assertThat(scene.traffic.isUsable(slow.id())).isTrue();
        }
    }

    @Test
    void targetThatWasTakenForDeadIsWellAgainWithItsFirstByte() {
        Candidate slow = scene.target("slow", 1);
        scene.target("other", 1);
        for (int i = 0; i < 20; i++) {
            Attempt attempt = go(scene.begin());
            scene.pass(100);
            attempt.served(10, 1);
        }
        Attempt waiting = go(scene.begin());
        for (int i = 0; i < 8; i++) {
            Attempt attempt = go(scene.begin());
            waiting = attempt.candidate().equals(slow) ? attempt : waiting;
        }
        scene.pass(3000);
        assertThat(scene.traffic.isUsable(slow.id())).isFalse();
        assertThat(waiting.candidate()).isEqualTo(slow);
        waiting.firstByte();
        assertThat(scene.traffic.isUsable(slow.id())).isTrue();
    }

    @Test
    void callAtATargetThatFellSilentIsToldToMoveOnWhenSomebodyElseIsWell() {
        scene.target("a", 1);
        Candidate other = scene.target("b", 1, TargetTerms.DEFAULT.at(1));
        Attempt[] waiting = new Attempt[4];
        for (int i = 0; i < 4; i++) {
            waiting[i] = go(scene.begin());
        }
        assertThat(waiting[0].shouldMoveOn()).isFalse();
        scene.pass(Duration.ofSeconds(11));
        assertThat(waiting[0].shouldMoveOn()).isTrue();
        for (int i = 0; i < 3; i++) {
            scene.traffic.checked(other.id(), false);
        }
        assertThat(waiting[1].shouldMoveOn()).isFalse();
    }

    @Test
    void whenAllAreIllAFewCallsAreTriedAllTheSame() {
        Candidate only = scene.target("only", 1);
        for (int i = 0; i < 3; i++) {
            scene.traffic.checked(only.id(), false);
        }
        assertThat(scene.traffic.isUsable(only.id())).isFalse();
        Attempts attempts = scene.begin();
        Attempt first = go(attempts);
        assertThat(attempts.explanation().reason()).isEqualTo(Explanation.Reason.LAST_RESORT);
        for (int i = 0; i < 7; i++) {
            go(scene.begin());
        }
        assertThat(scene.begin().next()).isInstanceOfSatisfying(Step.End.class, end -> {
            assertThat(end.why()).isEqualTo(Step.Why.NONE_AVAILABLE);
            assertThat(end.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(7));
        });
        first.served(1, 1);
        go(scene.begin()).served(1, 1);
        assertThat(scene.traffic.isUsable(only.id())).isTrue();
    }

    @Test
    void callsSurviveATargetThatFailsThreeInTen() {
        scene.target("shaky", 1);
        scene.target("well", 1, TargetTerms.DEFAULT.at(1));
        SplittableRandom random = new SplittableRandom(7);
        Cause[] causes = {Cause.SERVER_ERROR, Cause.TIMEOUT, Cause.OVERLOADED, Cause.BROKEN_ANSWER};
        int served = 0;
        int calls = 20_000;
        for (int i = 0; i < calls; i++) {
            Attempts attempts = scene.begin();
            while (attempts.next() instanceof Step.Go go) {
                if (go.attempt().candidate().name().equals("shaky") && random.nextInt(10) < 3) {
                    go.attempt().failed(causes[random.nextInt(causes.length)], null);
                } else {
                    go.attempt().served(10, 1);
                    served++;
                }
            }
            scene.pass(10);
        }
        assertThat(served).isGreaterThanOrEqualTo(calls * 999 / 1000);
        assertThat(scene.traffic.view().routes().getFirst().furtherAttempts()).isPositive();
    }
}
