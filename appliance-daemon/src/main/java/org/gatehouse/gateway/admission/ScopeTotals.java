package org.gatehouse.gateway.admission;

import java.math.BigDecimal;
import java.time.LocalDate;

import org.gatehouse.governance.snapshot.Scope;

/**
 * What one scope has used, as the rows say: the ledger starts from it.
 *
 * @param inputTokens over the scope's whole life
 * @param outputTokens over the scope's whole life
 * @param today the UTC day that {@code spentToday} is of; its month is the one of {@code spentThisMonth}
 * @param spentToday in the accounting currency
 * @param spentThisMonth in the accounting currency
 */
public record ScopeTotals(Scope scope, long inputTokens, long outputTokens, LocalDate today, BigDecimal spentToday,
        BigDecimal spentThisMonth) {}
