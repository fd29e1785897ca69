package org.gatehouse.gateway.admission;

import java.math.BigDecimal;
import java.time.Instant;

import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.KeyRecord;

/**
 * A soft budget was used up. Immutable.
 *
 * @param key one that the budget binds, for the names of what it is about
 * @param spent in the budget's currency, in its period so far; at least the budget's amount
 * @param since when the period began
 */
public record BudgetCrossing(Budget budget, KeyRecord key, BigDecimal spent, Instant since) {}
