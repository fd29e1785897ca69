package org.gatehouse.gateway.routing.health;

import org.gatehouse.gateway.canonical.ProviderError.Cause;

/** What a failure says of whom. */
public enum Bearing {
    /** The request is at fault: the target lives, and nobody else would answer otherwise. */
    REQUEST,
    /** The request does not fit this target, which lives; another one may take it. */
    MISFIT,
    /** The key, or its account, cannot be used: the target lives. */
    ACCOUNT,
    /** The key goes too fast: the target lives. */
    PACE,
    /** The target is ill. */
    TARGET;

    /** What a cause says of whom. */
    public static Bearing of(Cause cause) {
        return switch (cause) {
            case INVALID_REQUEST, CONTENT_POLICY -> REQUEST;
            case UNSUPPORTED, CONTEXT_TOO_LONG, TOO_LARGE -> MISFIT;
            case AUTHENTICATION, PERMISSION, OUT_OF_MONEY -> ACCOUNT;
            case RATE_LIMITED -> PACE;
            case NOT_FOUND, OVERLOADED, TIMEOUT, SERVER_ERROR, BROKEN_ANSWER -> TARGET;
        };
    }

    /** Whether the same target may do at the next try. */
    public static boolean passes(Cause cause) {
        return switch (cause) {
            case OVERLOADED, SERVER_ERROR, BROKEN_ANSWER, RATE_LIMITED -> true;
            case TIMEOUT, INVALID_REQUEST, UNSUPPORTED, CONTEXT_TOO_LONG, TOO_LARGE, CONTENT_POLICY, AUTHENTICATION,
                    PERMISSION,
                    NOT_FOUND, OUT_OF_MONEY ->
                false;
        };
    }
}
