package org.gatehouse.alerts;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.AlertRule;
import org.gatehouse.governance.AlertRuleDraft;
import org.gatehouse.governance.AlertSeverity;
import org.gatehouse.governance.Governance;

/**
 * The rules that a box begins with. They may be changed and switched off; when there are none at all, they come back. Those of kinds that came
 * later hold without being stored, as long as no rule of their kind is: a release that an update goes back to reads the store as well, and may not
 * know the kind.
 */
final class BuiltInRules {
    private static final List<AlertRuleDraft> ALL = List.of(
            AlertRuleDraft.of("budget-half", AlertKind.BUDGET, AlertSeverity.INFO, 50L),
            AlertRuleDraft.of("budget-nearly", AlertKind.BUDGET, AlertSeverity.WARNING, 80L),
            AlertRuleDraft.of("budget-used-up", AlertKind.BUDGET, AlertSeverity.CRITICAL, 100L),
            AlertRuleDraft.of("breaker-open", AlertKind.BREAKER_OPEN, AlertSeverity.WARNING, null).holding(15),
            AlertRuleDraft.of("engine-down", AlertKind.ENGINE_DOWN, AlertSeverity.CRITICAL, null).holding(60),
            AlertRuleDraft.of("gpu-unhealthy", AlertKind.GPU_UNHEALTHY, AlertSeverity.CRITICAL, null).holding(15),
            AlertRuleDraft.of("disk-filling", AlertKind.DISK_SPACE, AlertSeverity.WARNING, 85L),
            AlertRuleDraft.of("disk-full", AlertKind.DISK_SPACE, AlertSeverity.CRITICAL, 95L),
            AlertRuleDraft.of("certificate-soon", AlertKind.CERTIFICATE, AlertSeverity.WARNING, 14L),
            AlertRuleDraft.of("certificate-now", AlertKind.CERTIFICATE, AlertSeverity.CRITICAL, 2L),
            AlertRuleDraft.of("trail-refusing", AlertKind.TRAIL, AlertSeverity.CRITICAL, null),
            AlertRuleDraft.of("break-glass", AlertKind.BREAK_GLASS, AlertSeverity.WARNING, null),
            AlertRuleDraft.of("backup-old", AlertKind.BACKUP_AGE, AlertSeverity.WARNING, 7L),
            AlertRuleDraft.of("clock-jump", AlertKind.CLOCK, AlertSeverity.WARNING, null),
            AlertRuleDraft.of("data-encryption", AlertKind.ENCRYPTION, AlertSeverity.WARNING, null),
            AlertRuleDraft.of("update-returned", AlertKind.UPDATE, AlertSeverity.WARNING, null),
            AlertRuleDraft.of("disk-failing", AlertKind.DISK_FAILING, AlertSeverity.CRITICAL, null),
            AlertRuleDraft.of("disk-worn", AlertKind.DISK_WEAR, AlertSeverity.WARNING, 90L));
    /** Kinds that the first boxes had rules for. A box that was set up then has no rule of any other. */
    private static final Set<AlertKind> FIRST = EnumSet.of(AlertKind.BUDGET, AlertKind.BREAKER_OPEN,
            AlertKind.ENGINE_DOWN, AlertKind.GPU_UNHEALTHY, AlertKind.DISK_SPACE, AlertKind.CERTIFICATE,
            AlertKind.TRAIL, AlertKind.BREAK_GLASS, AlertKind.BACKUP_AGE);

    private BuiltInRules() {}

    /** Makes them where there is no rule. */
    static void makeWhereNone(Governance governance) {
        if (governance.alertRules().all().isEmpty()) {
            Actor actor = Actor.system("first start");
            ALL.forEach(rule -> governance.alertRules().create(actor, rule).made());
        }
    }

    /** Those that are stored, and those that hold all the same. */
    static List<AlertRule> inForce(List<AlertRule> stored) {
        return Stream.concat(stored.stream(), ALL.stream()
                .filter(rule -> !FIRST.contains(rule.kind())
                        && stored.stream().noneMatch(other -> other.kind() == rule.kind()))
                .map(BuiltInRules::unstored)).toList();
    }

    private static AlertRule unstored(AlertRuleDraft rule) {
        UUID id = UUID.nameUUIDFromBytes(("built-in " + rule.name()).getBytes(StandardCharsets.UTF_8));
        return new AlertRule(id, rule.name(), rule.kind(), rule.enabled(), rule.severity(), rule.threshold(),
                rule.holdSeconds(), rule.calmSeconds(), rule.destinations(), Instant.EPOCH, Instant.EPOCH, 0);
    }
}
