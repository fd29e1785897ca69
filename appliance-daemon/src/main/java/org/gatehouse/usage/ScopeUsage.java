package org.gatehouse.usage;

import java.math.BigDecimal;
import java.util.UUID;

/**
 * What one department, project, user or key has used. Immutable.
 *
 * @param dimension which kind of id it is
 * @param inputTokens over its whole life
 * @param outputTokens over its whole life
 * @param spentToday in this UTC day
 * @param spentThisMonth in this UTC month
 */
public record ScopeUsage(UsageReport.Dimension dimension, UUID id, long inputTokens, long outputTokens,
        BigDecimal spentToday, BigDecimal spentThisMonth) {}
