package org.gatehouse.admin;

import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import org.gatehouse.admin.Operation.Reaching;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.RateLimit;
import org.gatehouse.governance.Reach;
import org.gatehouse.governance.ScopeView;
import org.gatehouse.governance.SpendBudget;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.Scope;

/** What is left of limits and budgets right now, all in one answer. */
final class LimitStandings {
    private static final int MOST = 1000;

    private final Governance governance;
    private final LiveLimits live;
    private final Clock clock;

    LimitStandings(Governance governance, LiveLimits live, Clock clock) {
        this.governance = governance;
        this.live = live;
        this.clock = clock;
    }

    /** All of them. */
    record Remaining(@About("When it was looked at.") Instant at,
            @About("Limits, at most 1000.") List<LimitRemaining> limits,
            @About("Budgets, at most 1000.") List<BudgetRemaining> budgets) {}

    /** A limit. */
    record LimitRemaining(@About("The limit.") UUID id, @About("Whom it binds.") ScopeView scope,
            @About("What is limited.") Limit.Kind kind, @About("The ceiling, in the kind's unit.") long amount,
            @About("Of limits that refill what is not there now, of totals all that was ever used.") long used,
            @About("Held by calls in flight; 0 for limits that refill.") long reserved,
            @About("What is left.") long remaining) {}

    /** A budget. */
    record BudgetRemaining(@About("The budget.") UUID id, @About("Whom it binds.") ScopeView scope,
            @About("When it starts anew.") Budget.Period period, @About("The ceiling.") BigDecimal amount,
            @About("ISO 4217 code.") String currency,
            @About("Whether calls are refused when it is used up.") boolean hard,
            @About("What is spent in the period so far.") BigDecimal spent,
            @About("Held by calls in flight.") BigDecimal reserved,
            @About("What is left; negative when a soft budget is overspent.") BigDecimal remaining,
            @About("When it starts anew, the next time.") Instant resetsAt) {}

    Operation operation() {
        return Operation.get(Operation.BASE + "limits/remaining", "getRemaining", "limits",
                "What limits and budgets still hold right now, as the gateway counts.",
                new Operation.Reply.One(200, Remaining.class), this::remaining).reaching(Reaching.WITHIN)
                .with(Parameter.id("scope", "Only those that bind that node itself."),
                        Parameter.id("key",
                                "Only those that bind calls with that key: its own and those above it. Whoever"
                                        + " may not see a budget above it is not told of that."));
    }

    private Answer remaining(Call call) {
        Map<String, Object> narrowed = new HashMap<>();
        call.query("scope", UUID.class).ifPresent(scope -> narrowed.put("scope", scope));
        UUID key = call.query("key", UUID.class).orElse(null);
        List<RateLimit> limits;
        List<SpendBudget> budgets;
        if (key == null) {
            limits = governance.limits().list(narrowed, call.reach(), null, MOST).items();
            budgets = governance.budgets().list(narrowed, call.reach(), null, MOST).items();
        } else {
            if (governance.keys().noun().find(key, call.reach()).isEmpty()) {
                return new Answer.Failed(Problem.absent("There is no key with id " + key + "."));
            }
            Set<UUID> bound = new HashSet<>();
            governance.snapshots().current().newestOf(key).ifPresent(found -> bound.addAll(ids(found.key())));
            limits = governance.limits().list(narrowed, Reach.everything(), null, MOST).items().stream()
                    .filter(limit -> bound.contains(limit.id())).toList();
            budgets = governance.budgets().list(narrowed, call.reach(), null, MOST).items().stream()
                    .filter(budget -> bound.contains(budget.id())).toList();
        }
        return Answer.Json.of(new Remaining(clock.instant(), limits.stream().map(this::standing).toList(),
                budgets.stream().map(this::standing).toList()));
    }

    private static Set<UUID> ids(KeyRecord key) {
        Set<UUID> ids = new HashSet<>();
        key.limits().forEach(limit -> ids.add(limit.id()));
        key.budgets().forEach(budget -> ids.add(budget.id()));
        return ids;
    }

    private LimitRemaining standing(RateLimit limit) {
        LiveLimits.LimitStanding now = live.limit(new Limit(limit.id(),
                new Scope(limit.scope().type(), limit.scope().id()), limit.kind(), limit.amount()));
        return new LimitRemaining(limit.id(), limit.scope(), limit.kind(), limit.amount(), now.used(), now.reserved(),
                now.remaining());
    }

    private BudgetRemaining standing(SpendBudget budget) {
        LiveLimits.BudgetStanding now = live.budget(new Budget(budget.id(),
                new Scope(budget.scope().type(), budget.scope().id()), budget.period(), budget.amount(),
                budget.currency(), budget.hard()));
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        LocalDate next = switch (budget.period()) {
            case DAY -> today.plusDays(1);
            case MONTH -> today.withDayOfMonth(1).plusMonths(1);
        };
        return new BudgetRemaining(budget.id(), budget.scope(), budget.period(), budget.amount(), budget.currency(),
                budget.hard(), now.spent(), now.reserved(),
                budget.amount().subtract(now.spent()).subtract(now.reserved()),
                next.atStartOfDay(ZoneOffset.UTC).toInstant());
    }
}
