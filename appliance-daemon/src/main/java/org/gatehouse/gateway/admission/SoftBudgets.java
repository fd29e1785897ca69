package org.gatehouse.gateway.admission;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import org.gatehouse.governance.snapshot.Budget;

/**
 * Which soft budgets were said to be used up, so that each is said once a period, and once more when its amount was
 * raised and is reached again. Guarded by the ledger's lock.
 */
final class SoftBudgets {
    private final Map<UUID, Told> told = new HashMap<>();

    private record Told(long period, BigDecimal amount) {}

    /**
     * Whether this is to be said now.
     *
     * @param period the number of the day or month
     */
    boolean isNews(Budget budget, BigDecimal spent, long period) {
        if (spent.compareTo(budget.amount()) < 0) {
            told.remove(budget.id());
            return false;
        }
        Told now = new Told(period, budget.amount().stripTrailingZeros());
        return !now.equals(told.put(budget.id(), now));
    }

    /** Forgets budgets that are no more. */
    void retain(Set<UUID> budgets) {
        told.keySet().retainAll(budgets);
    }
}
