package org.gatehouse.gateway.routing;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.routing.health.Breaker;
import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.TargetTerms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gateway.routing.Scene.end;
import static org.gatehouse.gateway.routing.Scene.go;

class AttemptsTest {
    private final Scene scene = new Scene();

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
    void targetWithoutRoomIsPassedOverWithoutCostAndStaysWell() {
        Candidate full = scene.target("full", 1);
        scene.target("next", 1, TargetTerms.DEFAULT.at(1));
        // One attempt, and no budget for more.
        scene.retries(new RouteTerms.Retries(1, 0, Duration.ZERO, Duration.ZERO, null, 0, 0, false));
        for (int i = 0; i < 50; i++) {
            Attempts attempts = scene.begin();
            Attempt first = go(attempts);
            assertThat(first.candidate()).isEqualTo(full);
            first.waits();
            first.turnedAway();
            Attempt second = go(attempts);
            assertThat(second.candidate().name()).isEqualTo("next");
            second.served(1, 1);
        }
        Attempts alone = scene.begin();
        go(alone).turnedAway();
        go(alone).turnedAway();
        assertThat(end(alone)).isEqualTo(Step.Why.NONE_AVAILABLE);
        assertThat(scene.traffic.view(full.id())).satisfies(view -> {
            assertThat(view.breaker()).isEqualTo(Breaker.State.CLOSED);
            assertThat(view.inFlight()).isZero();
            assertThat(view.failures()).containsEntry(Cause.OVERLOADED, 51L);
        });
    }

    @Test
    void targetThatACallOnlyWaitsForOwesItNoWord() {
        Candidate busy = scene.target("busy", 1);
        Attempt patient = go(scene.begin());
        patient.waits();
        scene.pass(Duration.ofMinutes(4));
        assertThat(scene.traffic.isUsable(busy.id())).isTrue();
        patient.goesOut();
        scene.pass(Duration.ofMinutes(8));
        assertThat(scene.traffic.isUsable(busy.id())).as("now it does").isFalse();
        patient.abandoned();
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
}
