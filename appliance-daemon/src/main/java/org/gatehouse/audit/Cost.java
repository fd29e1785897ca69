package org.gatehouse.audit;

import java.math.BigDecimal;
import java.util.Objects;

/**
 * Money, exact. Immutable.
 *
 * @param amount at least 0, never rounded
 * @param currency ISO 4217 code
 */
public record Cost(BigDecimal amount, String currency) {

    /** Checks the amount. */
    public Cost {
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(currency, "currency");
        if (amount.signum() < 0) {
            throw new IllegalArgumentException("a cost must not be negative");
        }
    }
}
