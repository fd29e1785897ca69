package org.gatehouse.alerts;

import java.util.List;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.AlertRuleDraft;
import org.gatehouse.governance.AlertSeverity;
import org.gatehouse.governance.Governance;

/** The rules that a box begins with. They may be changed and switched off; when there are none at all, they come back. */
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
            AlertRuleDraft.of("update-returned", AlertKind.UPDATE, AlertSeverity.WARNING, null));

    private BuiltInRules() {}

    /** Makes them where there is no rule. */
    static void makeWhereNone(Governance governance) {
        if (governance.alertRules().all().isEmpty()) {
            Actor actor = Actor.system("first start");
            ALL.forEach(rule -> governance.alertRules().create(actor, rule).made());
        }
    }
}
