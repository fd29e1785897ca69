package org.gatehouse.audit;

import java.math.BigDecimal;
import java.util.Objects;

/**
 * Money, exact. Immutable.
 *
 * @param amount at least 0, never rounded; at most {@value #MAXIMUM_SCALE} decimals, which every sum keeps
 * @param currency ISO 4217 code
 */
public record Cost(BigDecimal amount, String currency) {

    /** Decimals that an amount may have: what a price with 12 decimals a million tokens makes of one token. */
    public static final int MAXIMUM_SCALE = 18;

    /** Checks the amount. */
    public Cost {
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(currency, "currency");
        if (amount.signum() < 0) {
            throw new IllegalArgumentException("a cost must not be negative");
        }
        amount = amount.stripTrailingZeros();
        if (amount.scale() > MAXIMUM_SCALE) {
            throw new IllegalArgumentException("a cost has at most " + MAXIMUM_SCALE + " decimals: " + amount);
        }
    }
}
