package org.gatehouse.gateway.routing;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.routing.targets.CallTraits;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.governance.snapshot.RouteTerms.Stickiness;
import org.gatehouse.governance.snapshot.TargetTerms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gateway.routing.Scene.go;

class StickyCallsTest {
    private final Scene scene = new Scene();

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
        assertThat(inFlight).hasSizeGreaterThan(2).allSatisfy((_, count) -> assertThat(count).isLessThanOrEqualTo(31));
    }
}
