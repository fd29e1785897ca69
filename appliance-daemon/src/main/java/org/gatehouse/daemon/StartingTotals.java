package org.gatehouse.daemon;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.gatehouse.gateway.admission.ScopeTotals;
import org.gatehouse.governance.snapshot.Scope;
import org.gatehouse.usage.ScopeUsage;

/** Turns the rollups' sums into what the ledger starts from; the organisation's are those of all departments. */
final class StartingTotals {

    private StartingTotals() {}

    static List<ScopeTotals> of(List<ScopeUsage> usage, UUID organisation, Instant now) {
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        List<ScopeTotals> totals = new ArrayList<>();
        ScopeTotals all = new ScopeTotals(new Scope(Scope.Type.ORGANISATION, organisation), 0, 0, today,
                BigDecimal.ZERO,
                BigDecimal.ZERO);
        for (ScopeUsage one : usage) {
            Scope.Type type = switch (one.dimension()) {
                case DEPARTMENT -> Scope.Type.DEPARTMENT;
                case PROJECT -> Scope.Type.PROJECT;
                case USER -> Scope.Type.USER;
                case KEY -> Scope.Type.KEY;
                case SCENARIO, MODEL, UPSTREAM ->
                    throw new IllegalArgumentException(one.dimension() + " has no quotas");
            };
            totals.add(new ScopeTotals(new Scope(type, one.id()), one.inputTokens(), one.outputTokens(), today,
                    one.spentToday(), one.spentThisMonth()));
            if (type == Scope.Type.DEPARTMENT) {
                all = new ScopeTotals(all.scope(), all.inputTokens() + one.inputTokens(),
                        all.outputTokens() + one.outputTokens(), today, all.spentToday().add(one.spentToday()),
                        all.spentThisMonth().add(one.spentThisMonth()));
            }
        }
        totals.add(all);
        return totals;
    }
}
