package org.gatehouse.gateway.upstream;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.exchange.Refusal;

/**
 * What went wrong at a target: what the caller is told if nobody else can serve the call, and the cause that decides what
 * comes next. Immutable.
 *
 * @param status what the target answered with; {@code null} when it did not answer
 * @param turnedAway whether the box's own queue did not let the call through: the target was not asked, and its health is
 *     none of the matter
 */
public record Trouble(Refusal refusal, Cause cause, @Nullable Integer status, boolean turnedAway) {

    /** Checks what must be there. */
    public Trouble {
        Objects.requireNonNull(refusal, "refusal");
        Objects.requireNonNull(cause, "cause");
    }

    /** With what the target answered. */
    public Trouble(Refusal refusal, Cause cause, @Nullable Integer status) {
        this(refusal, cause, status, false);
    }

    /** Without an answer. */
    static Trouble of(Cause cause, Refusal refusal) {
        return new Trouble(refusal, cause, null);
    }

    /** There is no room before the target. */
    static Trouble noRoom(Refusal refusal) {
        return new Trouble(refusal, Cause.OVERLOADED, null, true);
    }
}
