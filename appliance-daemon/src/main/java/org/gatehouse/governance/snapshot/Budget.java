package org.gatehouse.governance.snapshot;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

/**
 * A ceiling on money per calendar day or month, UTC.
 *
 * @param amount more than 0, in {@code currency}
 * @param currency ISO 4217 code, always the box's accounting currency
 * @param hard whether calls are refused when it is used up; a soft budget only alerts
 */
public record Budget(UUID id, Scope scope, Period period, BigDecimal amount, String currency, boolean hard) {

    /** When a budget starts anew. */
    public enum Period {
        DAY, MONTH;

        /** The name in the API, lower case. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Checks the amount. */
    public Budget {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(period, "period");
        Objects.requireNonNull(amount, "amount");
        Objects.requireNonNull(currency, "currency");
        if (amount.signum() <= 0) {
            throw new IllegalArgumentException("a budget's amount must be more than 0");
        }
    }
}
