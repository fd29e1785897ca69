package org.gatehouse.gateway.admission;

import org.gatehouse.governance.snapshot.Limit;

/** Which tokens a tokens-per-minute limit counts. */
final class TokenRates {

    private TokenRates() {}

    static boolean isTokenRate(Limit.Kind kind) {
        return countsInput(kind) || countsOutput(kind);
    }

    static boolean countsInput(Limit.Kind kind) {
        return kind == Limit.Kind.TOKENS_PER_MINUTE || kind == Limit.Kind.INPUT_TOKENS_PER_MINUTE;
    }

    static boolean countsOutput(Limit.Kind kind) {
        return kind == Limit.Kind.TOKENS_PER_MINUTE || kind == Limit.Kind.OUTPUT_TOKENS_PER_MINUTE;
    }

    static long of(Limit.Kind kind, long input, long output) {
        return (countsInput(kind) ? input : 0) + (countsOutput(kind) ? output : 0);
    }
}
