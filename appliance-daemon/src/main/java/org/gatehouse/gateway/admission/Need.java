package org.gatehouse.gateway.admission;

import java.math.BigDecimal;

/**
 * What a call may use at most. Immutable.
 *
 * @param inputTokens prompt tokens, an upper bound
 * @param outputTokens output tokens that the client wants, at least 0
 * @param leastOutput fewer output tokens than this are of no use: 1 for surfaces that produce tokens, else 0
 * @param inputPrice money for one input token
 * @param outputPrice money for one output token
 * @param fixedPrice money that does not depend on tokens
 * @param begins whether the call begins with it, rather than going on
 */
record Need(long inputTokens, long outputTokens, long leastOutput, BigDecimal inputPrice, BigDecimal outputPrice,
        BigDecimal fixedPrice, boolean begins) {

    /** What the same call needs to produce more. */
    Need more(long moreOutputTokens) {
        return new Need(0, moreOutputTokens, Math.min(1, moreOutputTokens), BigDecimal.ZERO, outputPrice,
                BigDecimal.ZERO, false);
    }

    /** Money for the input and for so many output tokens. */
    BigDecimal money(long output) {
        return inputMoney().add(outputPrice.multiply(BigDecimal.valueOf(output)));
    }

    /** Money that is spent even when nothing is produced. */
    BigDecimal inputMoney() {
        return fixedPrice.add(inputPrice.multiply(BigDecimal.valueOf(inputTokens)));
    }
}
