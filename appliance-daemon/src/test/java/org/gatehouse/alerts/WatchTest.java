package org.gatehouse.alerts;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.gatehouse.alerts.Watch.Change;
import org.gatehouse.alerts.Watch.Verb;
import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.AlertRule;
import org.gatehouse.governance.AlertSeverity;

import static org.assertj.core.api.Assertions.assertThat;

final class WatchTest {
    private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");
    private final Watch watch = new Watch(UUID.randomUUID(), UUID::randomUUID);
    private Instant now = START;

    private static AlertRule rule(String name, AlertKind kind, AlertSeverity severity, @Nullable Long threshold,
            int hold, int calm) {
        return new AlertRule(UUID.nameUUIDFromBytes(name.getBytes(java.nio.charset.StandardCharsets.UTF_8)), name, kind,
                true, severity, threshold, hold,
                calm, List.of(), START, START, 1);
    }

    private static final AlertRule BREAKER = rule("breaker", AlertKind.BREAKER_OPEN, AlertSeverity.WARNING, null, 0,
            60);
    private static final List<AlertRule> BUDGETS = List.of(
            rule("half", AlertKind.BUDGET, AlertSeverity.INFO, 50L, 0, 60),
            rule("nearly", AlertKind.BUDGET, AlertSeverity.WARNING, 80L, 0, 60),
            rule("all", AlertKind.BUDGET, AlertSeverity.CRITICAL, 100L, 0, 60));

    private static Finding finding(double value) {
        return new Finding("it", "It", value, "It is wrong.");
    }

    private List<Change> breaker(boolean wrong) {
        return watch.round(now, List.of(BREAKER),
                Map.of(AlertKind.BREAKER_OPEN, wrong ? List.of(finding(0)) : List.of()));
    }

    private List<Change> spent(double percent) {
        return watch.round(now, BUDGETS, Map.of(AlertKind.BUDGET, List.of(finding(percent))));
    }

    private void later(int seconds) {
        now = now.plusSeconds(seconds);
    }

    @Test
    void whatStaysWrongIsOneAlertToldOnce() {
        assertThat(breaker(true)).singleElement().satisfies(change -> {
            assertThat(change.verb()).isEqualTo(Verb.OPEN);
            assertThat(change.told()).isTrue();
        });
        for (int i = 0; i < 500; i++) {
            later(5);
            assertThat(breaker(true)).isEmpty();
        }
        assertThat(watch.unresolved()).singleElement().satisfies(alert -> {
            assertThat(alert.since()).isEqualTo(START);
            assertThat(alert.seenAt()).isEqualTo(now);
            assertThat(alert.times()).isEqualTo(1);
        });
    }

    @Test
    void alertEndsWhenItWasWellForLongEnough() {
        breaker(true);
        later(30);
        assertThat(breaker(false)).isEmpty();
        later(40);
        assertThat(breaker(false)).singleElement().extracting(Change::verb, Change::told)
                .containsExactly(Verb.RESOLVE, true);
        assertThat(watch.unresolved()).isEmpty();
    }

    @Test
    void whatComesAndGoesWithinTheCalmIsOneAlertThatCounts() {
        breaker(true);
        for (int i = 0; i < 10; i++) {
            later(20);
            assertThat(breaker(false)).isEmpty();
            later(20);
            assertThat(breaker(true)).isEmpty();
        }
        assertThat(watch.unresolved()).singleElement().extracting(Alert::times).isEqualTo(11);
    }

    @Test
    void whatComesBackSoonGoesOnUnheardUntilItStays() {
        UUID first = breaker(true).getFirst().alert().id();
        later(61);
        breaker(false);
        later(20);
        List<Change> back = breaker(true);
        assertThat(back).singleElement().extracting(Change::verb, Change::told).containsExactly(Verb.OPEN, false);
        assertThat(back.getFirst().alert().id()).isEqualTo(first);
        later((int) Watch.QUIET.toSeconds());
        assertThat(breaker(true)).singleElement().extracting(Change::verb, Change::told)
                .containsExactly(Verb.REMIND, true);
        later(5);
        assertThat(breaker(true)).isEmpty();
    }

    @Test
    void whatComesBackLaterIsANewAlert() {
        UUID first = breaker(true).getFirst().alert().id();
        later(61);
        breaker(false);
        later((int) Watch.QUIET.toSeconds() + 1);
        breaker(false);
        later(1);
        assertThat(breaker(true)).singleElement().satisfies(change -> {
            assertThat(change.told()).isTrue();
            assertThat(change.alert().id()).isNotEqualTo(first);
        });
    }

    @Test
    void ofSeveralRulesTheStrictestCountsAndGettingWorseIsTold() {
        assertThat(spent(49.9)).isEmpty();
        assertThat(spent(50)).singleElement().extracting(change -> change.alert().severity())
                .isEqualTo(AlertSeverity.INFO);
        Alert half = watch.unresolved().getFirst();
        watch.acknowledge(half, "ada", now, null);
        later(5);
        assertThat(spent(85)).singleElement().satisfies(change -> {
            assertThat(change.verb()).isEqualTo(Verb.ESCALATE);
            assertThat(change.alert().rule()).isEqualTo("nearly");
            assertThat(change.alert().state()).isEqualTo(Alert.State.OPEN);
            assertThat(change.alert().id()).isEqualTo(half.id());
        });
        later(5);
        assertThat(spent(120)).singleElement().extracting(change -> change.alert().severity())
                .isEqualTo(AlertSeverity.CRITICAL);
        assertThat(watch.unresolved()).hasSize(1);
    }

    @Test
    void certificateCountsDownwards() {
        List<AlertRule> rules = List.of(rule("soon", AlertKind.CERTIFICATE, AlertSeverity.WARNING, 14L, 0, 0),
                rule("now", AlertKind.CERTIFICATE, AlertSeverity.WARNING, 2L, 0, 0));
        assertThat(watch.round(now, rules, Map.of(AlertKind.CERTIFICATE, List.of(finding(15))))).isEmpty();
        assertThat(watch.round(now, rules, Map.of(AlertKind.CERTIFICATE, List.of(finding(1))))).singleElement()
                .extracting(change -> change.alert().rule()).isEqualTo("now");
    }

    @Test
    void ruleWaitsForAsLongAsItSays() {
        AlertRule patient = rule("patient", AlertKind.ENGINE_DOWN, AlertSeverity.CRITICAL, null, 60, 0);
        Map<AlertKind, List<Finding>> wrong = Map.of(AlertKind.ENGINE_DOWN, List.of(finding(0)));
        assertThat(watch.round(now, List.of(patient), wrong)).isEmpty();
        later(30);
        assertThat(watch.round(now, List.of(patient), Map.of(AlertKind.ENGINE_DOWN, List.of()))).isEmpty();
        later(31);
        assertThat(watch.round(now, List.of(patient), wrong)).as("it was well in between").isEmpty();
        later(60);
        assertThat(watch.round(now, List.of(patient), wrong)).singleElement()
                .extracting(change -> change.alert().since()).isEqualTo(now.minusSeconds(60));
    }

    @Test
    void whatCouldNotBeLookedAtStaysAsItIs() {
        breaker(true);
        later(1000);
        assertThat(watch.round(now, List.of(BREAKER), Map.of())).isEmpty();
        assertThat(watch.unresolved()).hasSize(1);
    }

    @Test
    void ruleThatIsGoneEndsItsAlerts() {
        breaker(true);
        later(5);
        assertThat(watch.round(now, List.of(), Map.of())).singleElement().extracting(Change::verb)
                .isEqualTo(Verb.RESOLVE);
    }

    @Test
    void momentIsOverWhenSomebodyHasSeenItAndDoesNotComeBack() {
        AlertRule glass = rule("glass", AlertKind.BREAK_GLASS, AlertSeverity.WARNING, null, 0, 0);
        Map<AlertKind, List<Finding>> login = Map.of(AlertKind.BREAK_GLASS, List.of(finding(0)));
        Alert alert = watch.round(now, List.of(glass), login).getFirst().alert();
        later(3600);
        assertThat(watch.round(now, List.of(glass), Map.of(AlertKind.BREAK_GLASS, List.of()))).isEmpty();
        assertThat(watch.unresolved()).hasSize(1);
        assertThat(watch.acknowledge(alert, "ada", now, null).state()).isEqualTo(Alert.State.RESOLVED);
        for (int i = 0; i < 10; i++) {
            now = now.plus(Duration.ofHours(1));
            assertThat(watch.round(now, List.of(glass), login)).isEmpty();
        }
        assertThat(watch.unresolved()).isEmpty();
    }

    @Test
    void aNewLifeGoesOnWithWhatTheLastOneLeft() {
        Alert left = breaker(true).getFirst().alert();
        Watch next = new Watch(UUID.randomUUID(), UUID::randomUUID);
        next.load(List.of(left));
        assertThat(next.round(now.plusSeconds(5), List.of(BREAKER),
                Map.of(AlertKind.BREAKER_OPEN, List.of(finding(0))))).isEmpty();
        assertThat(next.unresolved()).singleElement().extracting(Alert::id).isEqualTo(left.id());
    }
}
