package org.gatehouse.governance.snapshot;

import java.math.BigDecimal;

import org.jspecify.annotations.Nullable;

/**
 * What tokens that stand for sound and pictures cost, per 1,000,000. Immutable; at least 0. {@code null} means what tokens of
 * text cost.
 */
public record MediaPrice(@Nullable BigDecimal audioInput, @Nullable BigDecimal audioOutput,
        @Nullable BigDecimal imageInput, @Nullable BigDecimal imageOutput) {

    /** None of them has a price of its own. */
    public static final MediaPrice NONE = new MediaPrice(null, null, null, null);
}
