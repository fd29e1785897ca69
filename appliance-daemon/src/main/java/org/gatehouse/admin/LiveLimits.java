package org.gatehouse.admin;

import java.math.BigDecimal;

import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.Limit;

/** What limits and budgets still hold, as the data plane counts; supplied by whoever carries calls. Thread-safe. */
public interface LiveLimits {

    /** How a limit stands. */
    LimitStanding limit(Limit limit);

    /** How a budget stands. */
    BudgetStanding budget(Budget budget);

    /**
     * Of a limit.
     *
     * @param used of limits that refill what is not there now, of totals all that was ever used
     * @param reserved for calls in flight; 0 for limits that refill
     * @param remaining at least 0
     */
    record LimitStanding(long used, long reserved, long remaining) {}

    /**
     * Of a budget.
     *
     * @param spent in its period so far
     * @param reserved for calls in flight
     */
    record BudgetStanding(BigDecimal spent, BigDecimal reserved) {}
}
