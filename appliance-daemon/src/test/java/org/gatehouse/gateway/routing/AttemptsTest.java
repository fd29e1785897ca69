package org.gatehouse.gateway.routing;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.routing.health.Breaker;
import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.gateway.routing.strategy.Qualification.Unfit;
import org.gatehouse.gateway.routing.targets.CallTraits;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.RouteTerms.Stickiness;
import org.gatehouse.governance.snapshot.Split;
import org.gatehouse.governance.snapshot.TargetTerms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.gatehouse.gateway.routing.Scene.end;
import static org.gatehouse.gateway.routing.Scene.go;

class AttemptsTest {
    private final Scene scene = new Scene();

    private static RouteTerms.Retries retries(int attempts, int sameTarget, int percent, int perSecond) {
        return new RouteTerms.Retries(attempts, sameTarget, Duration.ofMillis(200), Duration.ofSeconds(2), null,
                percent, perSecond, false);
    }

    @Test
    void failedCallGoesToTheNextTierAndEndsWhenThatServed() {
        scene.target("first", 1);
        scene.target("second", 1, TargetTerms.DEFAULT.at(1));
        Attempts attempts = scene.begin();
        Attempt first = go(attempts);
        assertThat(first.candidate().name()).isEqualTo("first");
        first.failed(Cause.SERVER_ERROR, null);
        Attempt second = go(attempts);
        assertThat(second.candidate().name()).isEqualTo("second");
        assertThat(second.number()).isEqualTo(2);
        second.served(10, 5);
        assertThat(end(attempts)).isEqualTo(Step.Why.SERVED);
    }

    @Test
    void requestThatIsAtFaultIsNotShownToAnybodyElse() {
        scene.target("a", 1);
        scene.target("b", 1);
        for (Cause cause : List.of(Cause.INVALID_REQUEST, Cause.CONTENT_POLICY)) {
            Attempts attempts = scene.begin();
            go(attempts).failed(cause, null);
            assertThat(end(attempts)).isEqualTo(Step.Why.REQUEST_AT_FAULT);
        }
    }

    @Test
    void promptThatIsTooLongForOneGoesToAnotherAndHurtsNobody() {
        Candidate small = scene.target("small", 1);
        scene.target("large", 1, TargetTerms.DEFAULT.at(1));
        for (int i = 0; i < 20; i++) {
            Attempts attempts = scene.begin();
            Attempt first = go(attempts);
            assertThat(first.candidate()).isEqualTo(small);
            first.failed(Cause.CONTEXT_TOO_LONG, null);
            go(attempts).served(1, 1);
        }
        assertThat(scene.traffic.target(small.id()).breaker().state()).isEqualTo(Breaker.State.CLOSED);
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
        assertThat(scene.traffic.isUsable(only.id())).isTrue();
        assertThat(scene.traffic.view().targets().getFirst().abandoned()).isEqualTo(1000);
        assertThat(scene.traffic.view().targets().getFirst().inFlight()).isZero();
    }

    @Test
    void accountWithoutMoneyIsNotAskedAgainByTheCallNorByTheNext() {
        KeyPool.Key one = new KeyPool.Key("k1", "account");
        KeyPool.Key two = new KeyPool.Key("k2", "account");
        scene.target("paid", 1, false, TargetTerms.DEFAULT, one, two);
        scene.target("other", 1, TargetTerms.DEFAULT.at(1));
        Attempts attempts = scene.begin();
        go(attempts).failed(Cause.OUT_OF_MONEY, null);
        assertThat(go(attempts).candidate().name()).isEqualTo("other");
        for (int i = 0; i < 100; i++) {
            assertThat(go(scene.begin()).candidate().name()).isEqualTo("other");
        }
        scene.traffic.keyTested(scene.candidates.getFirst().upstream(), "k1");
        assertThat(go(scene.begin()).candidate().name()).isEqualTo("paid");
    }

    @Test
    void refusedKeyIsReplacedByAnotherOfTheSameTarget() {
        scene.target("only", 1, false, TargetTerms.DEFAULT, new KeyPool.Key("k1", "a1"), new KeyPool.Key("k2", "a2"));
        Attempts attempts = scene.begin();
        Attempt first = go(attempts);
        first.failed(Cause.AUTHENTICATION, null);
        Attempt second = go(attempts);
        assertThat(second.key()).isNotEqualTo(first.key());
        second.served(1, 1);
        for (int i = 0; i < 10; i++) {
            assertThat(go(scene.begin()).key()).isEqualTo(second.key());
        }
    }

    @Test
    void rateLimitRestsTheTargetForAsLongAsItAsksAndNoLonger() {
        Candidate limited = scene.target("limited", 1);
        scene.target("other", 1, TargetTerms.DEFAULT.at(1));
        go(scene.begin()).failed(Cause.RATE_LIMITED, Duration.ofSeconds(7));
        scene.pass(6_900);
        assertThat(go(scene.begin()).candidate().name()).isEqualTo("other");
        scene.pass(200);
        assertThat(go(scene.begin()).candidate()).isEqualTo(limited);
        assertThat(scene.traffic.target(limited.id()).breaker().state()).isEqualTo(Breaker.State.CLOSED);
    }

    @Test
    void onlyTargetIsAskedOnceMoreAfterAPassingFailureWithAPause() {
        scene.target("only", 1);
        Attempts attempts = scene.begin();
        go(attempts).failed(Cause.OVERLOADED, Duration.ofSeconds(1));
        assertThat(attempts.next()).isInstanceOfSatisfying(Step.Go.class, go -> {
            assertThat(go.pause()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
            go.attempt().failed(Cause.SERVER_ERROR, null);
        });
        assertThat(end(attempts)).isEqualTo(Step.Why.ALL_TRIED);
    }

    @Test
    void waitThatIsTooLongEndsTheCallAndTellsTheClientHowLong() {
        scene.target("only", 1);
        Attempts attempts = scene.begin();
        go(attempts).failed(Cause.RATE_LIMITED, Duration.ofSeconds(30));
        assertThat(attempts.next()).isEqualTo(new Step.End(Step.Why.ALL_TRIED, Duration.ofSeconds(30)));
    }

    @Test
    void nothingIsTriedAfterTheDeadline() {
        scene.target("a", 1);
        scene.target("b", 1);
        Attempts attempts = scene.begin();
        Attempt first = go(attempts);
        scene.pass(Duration.ofMinutes(6));
        first.failed(Cause.TIMEOUT, null);
        assertThat(end(attempts)).isEqualTo(Step.Why.DEADLINE);
    }

    @Test
    void brokenAnswerIsNotContinuedOnceTheClientHasAPartUnlessTheRouteSaysSo() {
        scene.target("a", 1);
        scene.target("b", 1);
        Attempts attempts = scene.begin();
        Attempt first = go(attempts);
        first.firstByte();
        attempts.committed();
        first.failed(Cause.BROKEN_ANSWER, null);
        assertThat(end(attempts)).isEqualTo(Step.Why.COMMITTED);

        scene.retries(new RouteTerms.Retries(3, 1, Duration.ofMillis(200), Duration.ofSeconds(2), null, 20, 10, true));
        Attempts continued = scene.begin();
        Attempt begun = go(continued);
        begun.firstByte();
        continued.committed();
        begun.failed(Cause.BROKEN_ANSWER, null);
        assertThat(go(continued).candidate()).isNotEqualTo(begun.candidate());
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
        Attempt waiting = null;
        for (int i = 0; i < 8; i++) {
            Attempt attempt = go(scene.begin());
            waiting = attempt.candidate().equals(slow) ? attempt : waiting;
        }
        scene.pass(3000);
        assertThat(scene.traffic.isUsable(slow.id())).isFalse();
        assertThat(waiting).isNotNull();
        java.util.Objects.requireNonNull(waiting).firstByte();
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

    @Test
    void sessionStaysAndMovesOnlyWhenItsTargetFails() {
        for (int i = 0; i < 4; i++) {
            scene.target("t" + i, 1);
        }
        Set<Candidate> used = new HashSet<>();
        for (int session = 0; session < 40; session++) {
            CallTraits call = Scene.call().session("s" + session).build();
            Attempt first = go(scene.begin(call));
            first.served(1, 1);
            used.add(first.candidate());
            for (int i = 0; i < 5; i++) {
                Attempt again = go(scene.begin(call));
                assertThat(again.candidate()).isEqualTo(first.candidate());
                again.served(1, 1);
            }
        }
        assertThat(used).hasSize(4);
        CallTraits call = Scene.call().session("s0").build();
        Attempts attempts = scene.begin(call);
        Attempt failed = go(attempts);
        failed.failed(Cause.SERVER_ERROR, null);
        Attempt moved = go(attempts);
        moved.served(1, 1);
        Attempt next = go(scene.begin(call));
        assertThat(next.candidate()).isEqualTo(moved.candidate()).isNotEqualTo(failed.candidate());
    }

    @Test
    void sessionNeverHoldsOnToATargetThatIsSwitchedOff() {
        Candidate first = scene.target("first", 1);
        CallTraits call = Scene.call().session("s").build();
        go(scene.begin(call)).served(1, 1);
        scene.candidates.set(0, new Candidate(first.id(), first.upstream(), "first", 0, false, first.terms(),
                first.price(), first.keys()));
        scene.target("second", 1);
        assertThat(go(scene.begin(call)).candidate().name()).isEqualTo("second");
    }

    @Test
    void sessionComesBackFromAFallbackUnlessItIsToldToStay() {
        Candidate first = scene.target("first", 1);
        scene.target("fallback", 1, TargetTerms.DEFAULT.at(1));
        for (boolean stays : new boolean[]{false, true}) {
            scene.sticky(new Stickiness(Stickiness.Mode.SESSION, Duration.ofHours(1), stays));
            CallTraits call = Scene.call().session("stays " + stays).build();
            Attempts attempts = scene.begin(call);
            go(attempts).failed(Cause.SERVER_ERROR, null);
            go(attempts).served(1, 1);
            assertThat(scene.traffic.isUsable(first.id())).isTrue();
            assertThat(go(scene.begin(call)).candidate().name()).isEqualTo(stays ? "fallback" : "first");
        }
    }

    @Test
    void promptsThatBeginAlikeMeetAtTheSameTargetOnEveryBox() {
        for (int i = 0; i < 4; i++) {
            scene.target("t" + i, 1);
        }
        scene.sticky(new Stickiness(Stickiness.Mode.PREFIX, Duration.ofHours(1), false));
        Scene other = new Scene();
        for (int i = 0; i < 4; i++) {
            other.target("t" + i, 1);
        }
        other.terms = scene.terms;
        Map<String, Integer> shares = new HashMap<>();
        for (int i = 0; i < 400; i++) {
            CallTraits call = Scene.call().prefix("prefix " + i).build();
            Attempt here = go(scene.begin(call));
            Attempt there = go(other.begin(call));
            assertThat(there.candidate()).isEqualTo(here.candidate());
            shares.merge(here.candidate().name(), 1, Integer::sum);
            here.served(1, 1);
            there.served(1, 1);
        }
        assertThat(shares).hasSize(4).allSatisfy((_, share) -> assertThat(share).isBetween(70, 130));
    }

    @Test
    void onePopularPrefixDoesNotDrownItsTarget() {
        for (int i = 0; i < 4; i++) {
            scene.target("t" + i, 1);
        }
        scene.sticky(new Stickiness(Stickiness.Mode.PREFIX, Duration.ofHours(1), false));
        Map<String, Integer> inFlight = new HashMap<>();
        for (int i = 0; i < 80; i++) {
            inFlight.merge(go(scene.begin(Scene.call().prefix("all the same").build())).candidate().name(), 1,
                    Integer::sum);
        }
        assertThat(inFlight).hasSize(4).allSatisfy((_, count) -> assertThat(count).isLessThanOrEqualTo(31));
    }

    @Test
    void fullLocalTargetOverflowsAndTakesCallsBackBelowTheLowMark() {
        Candidate local = scene.target("local", 1, true, TargetTerms.DEFAULT, new KeyPool.Key("none", "none"));
        scene.target("cloud", 1, TargetTerms.DEFAULT.at(1));
        scene.overflow(new RouteTerms.Overflow(true, 10, 3, 95, 80));
        assertThat(scene.servedBy()).isEqualTo("local");
        scene.traffic.load(local.id(), 8, 10, 50);
        assertThat(scene.servedBy()).isEqualTo("cloud");
        scene.traffic.load(local.id(), 8, 5, 50);
        assertThat(scene.servedBy()).isEqualTo("cloud");
        scene.traffic.load(local.id(), 8, 3, 50);
        assertThat(scene.servedBy()).isEqualTo("local");
        scene.traffic.load(local.id(), 8, 5, 50);
        assertThat(scene.servedBy()).isEqualTo("local");
        scene.traffic.load(local.id(), 8, 0, 96);
        assertThat(scene.servedBy()).isEqualTo("cloud");
        CallTraits confined = Scene.call().residency(RouteTerms.Residency.BOX).build();
        assertThat(go(scene.begin(confined)).candidate()).isEqualTo(local);
    }

    @Test
    void callThatNothingCanServeIsToldWhatStandsAgainstEach() {
        scene.target("blind", 1, new TargetTerms(0, new TargetTerms.Abilities(8000, true, false, true, true), "us",
                100, 0));
        scene.target("abroad", 1, new TargetTerms(0, TargetTerms.Abilities.ALL, "us", 100, 0));
        Attempts attempts = scene.begin(Scene.call().wants(CallTraits.Want.VISION).build());
        assertThat(go(attempts).candidate().name()).isEqualTo("abroad");
        Attempts none = scene.begin(Scene.call().residency(new RouteTerms.Residency(false, Set.of("eu"))).build());
        assertThat(end(none)).isEqualTo(Step.Why.NONE_QUALIFIES);
        assertThat(none.explanation().unfit()).containsExactly(
                new Explanation.Rejected("blind", Unfit.RESIDENCY), new Explanation.Rejected("abroad",
                        Unfit.RESIDENCY));
    }

    @Test
    void canaryGetsItsShareKeepsItsSubjectsAndCountsItsOutcomes() {
        Candidate control = scene.target("control", 1);
        Candidate canary = scene.target("canary", 1);
        Split split = new Split("try", Split.Subject.SESSION, List.of(
                new Split.Arm("old", 90, Set.of(control.id())), new Split.Arm("new", 10, Set.of(canary.id()))));
        scene.terms = RouteTerms.DEFAULT.with(split);
        Set<Integer> canaries = new HashSet<>();
        for (int i = 0; i < 5000; i++) {
            Attempt attempt = go(scene.begin(Scene.call().session("s" + i).build()));
            attempt.served(1, 1);
            if (attempt.candidate().equals(canary)) {
                canaries.add(i);
            }
        }
        assertThat(canaries.size() / 5000.0).isCloseTo(0.1, within(0.015));
        scene.terms = RouteTerms.DEFAULT.with(split.share("new", 30));
        for (int i : canaries) {
            assertThat(go(scene.begin(Scene.call().session("s" + i).build())).candidate()).isEqualTo(canary);
        }
        scene.terms = RouteTerms.DEFAULT.with(split.rollBack());
        for (int i : canaries) {
            assertThat(go(scene.begin(Scene.call().session("s" + i).build())).candidate()).isEqualTo(control);
        }
        scene.terms = RouteTerms.DEFAULT.with(split.promote("new"));
        assertThat(go(scene.begin()).candidate()).isEqualTo(canary);
        List<RouteView.Arm> arms = scene.traffic.view().routes().getFirst().arms();
        assertThat(arms).hasSize(2).anySatisfy(arm -> {
            assertThat(arm.outcome().arm()).isEqualTo("new");
            assertThat(arm.outcome().served()).isEqualTo(canaries.size());
        });
    }

    @Test
    void callOfAFailedArmCrossesOverAndIsCountedAsThat() {
        Candidate control = scene.target("control", 1);
        Candidate canary = scene.target("canary", 1);
        scene.terms = RouteTerms.DEFAULT.with(new Split("try", Split.Subject.KEY, List.of(
                new Split.Arm("old", 0, Set.of(control.id())), new Split.Arm("new", 10, Set.of(canary.id())))));
        Attempts attempts = scene.begin();
        go(attempts).failed(Cause.SERVER_ERROR, null);
        Attempt second = go(attempts);
        assertThat(second.candidate()).isEqualTo(control);
        second.served(1, 1);
        assertThat(scene.traffic.view().routes().getFirst().arms()).singleElement().satisfies(arm -> {
            assertThat(arm.outcome().failed()).isEqualTo(1);
            assertThat(arm.outcome().crossed()).isEqualTo(1);
            assertThat(arm.outcome().served()).isZero();
        });
    }

    @Test
    void dryRunOnlyTellsWhatItWouldHaveDone() {
        scene.target("strong", 1, new TargetTerms(0, TargetTerms.Abilities.ALL, null, 100, 0));
        scene.target("weak", 1, new TargetTerms(0, TargetTerms.Abilities.ALL, null, 20, 0));
        scene.dryRun(RouteTerms.Strategy.PRIORITY);
        Map<String, Integer> shares = new HashMap<>();
        for (int i = 0; i < 100; i++) {
            Attempts attempts = scene.begin();
            shares.merge(go(attempts).candidate().name(), 1, Integer::sum);
            assertThat(attempts.explanation().dryRun()).isNotNull();
        }
        assertThat(shares).containsEntry("strong", 50).containsEntry("weak", 50);
    }

    @Test
    void whatANewPolicyDropsIsForgotten() {
        Candidate kept = scene.target("kept", 1);
        scene.target("dropped", 1);
        for (int i = 0; i < 4; i++) {
            go(scene.begin()).served(1, 1);
        }
        assertThat(scene.traffic.view().targets()).hasSize(2);
        scene.traffic.keep(Map.of(Scene.ROUTE, List.of(kept)));
        assertThat(scene.traffic.view().targets()).singleElement()
                .satisfies(view -> assertThat(view.name()).isEqualTo("kept"));
        assertThat(scene.traffic.view().keys()).hasSize(1);
    }
}
