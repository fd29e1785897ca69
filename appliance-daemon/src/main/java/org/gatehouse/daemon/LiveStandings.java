package org.gatehouse.daemon;

import java.time.InstantSource;

import org.gatehouse.admin.LiveLimits;
import org.gatehouse.gateway.admission.Ledger;
import org.gatehouse.gateway.admission.RateLimits;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.Limit;

/** What the ledger and the rate limits hold, in the admin API's words. Thread-safe. */
record LiveStandings(Ledger ledger, RateLimits rates, InstantSource clock) implements LiveLimits {

    @Override
    public LimitStanding limit(Limit limit) {
        Ledger.Balance balance = ledger.balanceOf(limit.scope());
        return switch (limit.kind()) {
            case REQUESTS_PER_MINUTE, TOKENS_PER_MINUTE, INPUT_TOKENS_PER_MINUTE, OUTPUT_TOKENS_PER_MINUTE -> {
                long left = Math.min(limit.amount(), rates.left(limit));
                yield new LimitStanding(limit.amount() - left, 0, left);
            }
            case CONCURRENT_REQUESTS -> {
                long inside = rates.inFlight(limit.id());
                yield new LimitStanding(inside, 0, Math.max(0, limit.amount() - inside));
            }
            case TOTAL_TOKENS -> total(limit, balance.inputUsed() + balance.outputUsed(),
                    balance.inputReserved() + balance.outputReserved());
            case TOTAL_INPUT_TOKENS -> total(limit, balance.inputUsed(), balance.inputReserved());
            case TOTAL_OUTPUT_TOKENS -> total(limit, balance.outputUsed(), balance.outputReserved());
        };
    }

    private static LimitStanding total(Limit limit, long used, long reserved) {
        return new LimitStanding(used, reserved, Math.max(0, limit.amount() - used - reserved));
    }

    @Override
    public BudgetStanding budget(Budget budget) {
        return new BudgetStanding(ledger.spent(budget, clock.instant()),
                ledger.balanceOf(budget.scope()).moneyReserved());
    }
}
