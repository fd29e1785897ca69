package org.gatehouse.gateway.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.gateway.routing.targets.TargetView;
import org.gatehouse.governance.snapshot.HealthTerms;
import org.gatehouse.governance.snapshot.TargetTerms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gateway.routing.Scene.go;

class ActiveChecksTest {
    private final Scene scene = new Scene();
    private final ActiveChecks checks = new ActiveChecks(scene.traffic, HealthTerms.DEFAULT, scene::now, () -> 0.5);

    private List<String> checkedWithin(Duration time, Cause... found) {
        List<String> checked = new ArrayList<>();
        for (long millis = 0; millis < time.toMillis(); millis += 500) {
            checks.run(scene.candidates, check -> {
                checked.add(check.candidate().name());
                return found.length == 0 ? null : found[0];
            });
            scene.pass(500);
        }
        return checked;
    }

    @Test
    void localTargetsAreCheckedAlwaysAndOthersOnlyWhileTheyAreIll() {
        scene.target("local", 1, true, TargetTerms.DEFAULT, new KeyPool.Key("none", "none"));
        Candidate cloud = scene.target("cloud", 1);
        assertThat(checkedWithin(Duration.ofMinutes(2))).containsOnly("local").hasSizeBetween(3, 5);
        for (int i = 0; i < 3; i++) {
            scene.traffic.checked(cloud.id(), false);
        }
        assertThat(checkedWithin(Duration.ofMinutes(1))).contains("cloud");
        assertThat(scene.traffic.isUsable(cloud.id())).isTrue();
    }

    @Test
    void checksThatFindNothingWrongAreNoTraffic() {
        Candidate local = scene.target("local", 1, true, TargetTerms.DEFAULT, new KeyPool.Key("none", "none"));
        scene.target("cloud", 1);
        assertThat(checkedWithin(Duration.ofMinutes(2))).isNotEmpty();
        assertThat(scene.traffic.view().targets()).isEmpty();
        checkedWithin(Duration.ofMinutes(1), Cause.SERVER_ERROR);
        assertThat(scene.traffic.view().targets()).extracting(TargetView::id).containsExactly(local.id());
    }

    @Test
    void failingChecksMakeATargetIllBeforeACallMeetsIt() {
        Candidate local = scene.target("local", 1, true, TargetTerms.DEFAULT, new KeyPool.Key("none", "none"));
        checkedWithin(Duration.ofSeconds(20), Cause.SERVER_ERROR);
        assertThat(scene.traffic.coolDown(local.id())).isPositive();
        checkedWithin(Duration.ofMinutes(1), Cause.SERVER_ERROR);
        assertThat(scene.traffic.coolDown(local.id())).isGreaterThan(Duration.ofSeconds(6));
    }

    @Test
    void keyThatIsOutIsTestedUntilItIsBack() {
        Candidate cloud = scene.target("cloud", 1);
        go(scene.begin()).failed(Cause.AUTHENTICATION, null);
        assertThat(checkedWithin(Duration.ofMinutes(2), Cause.AUTHENTICATION)).isNotEmpty();
        assertThat(scene.begin().next()).isInstanceOf(Step.End.class);
        checkedWithin(Duration.ofMinutes(1));
        assertThat(go(scene.begin()).candidate()).isEqualTo(cloud);
    }

    @Test
    void checkThatIsUnderWayIsNotBegunTwice() {
        scene.target("local", 1, true, TargetTerms.DEFAULT, new KeyPool.Key("none", "none"));
        checks.due(scene.candidates);
        scene.pass(5000);
        assertThat(checks.due(scene.candidates)).hasSize(1);
        scene.pass(40_000);
        assertThat(checks.due(scene.candidates)).isEmpty();
        scene.pass(30_000);
        assertThat(checks.due(scene.candidates)).hasSize(1);
    }
}
