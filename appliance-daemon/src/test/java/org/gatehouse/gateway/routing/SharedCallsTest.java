package org.gatehouse.gateway.routing;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.gateway.routing.strategy.Qualification.Unfit;
import org.gatehouse.gateway.routing.targets.CallTraits;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.Split;
import org.gatehouse.governance.snapshot.TargetTerms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.gatehouse.gateway.routing.Scene.end;
import static org.gatehouse.gateway.routing.Scene.go;

class SharedCallsTest {
    private final Scene scene = new Scene();

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
