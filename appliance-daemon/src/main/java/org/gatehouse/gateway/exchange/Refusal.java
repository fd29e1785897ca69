package org.gatehouse.gateway.exchange;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A typed no. Immutable.
 *
 * @param message what happened, with which thing, what to do; shown to the caller, so without secrets or prompts
 * @param param the request field at fault, if it is one
 * @param retryAfter how long to wait, where waiting helps
 */
public record Refusal(Reason reason, String message, @Nullable String param, @Nullable Duration retryAfter)
        implements
            Verdict {

    /** Checks what must be there. */
    public Refusal {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(message, "message");
    }

    /** A refusal that is not about one field and that waiting does not help. */
    public static Refusal of(Reason reason, String message) {
        return new Refusal(reason, message, null, null);
    }

    /** A request that is wrong in one field. */
    public static Refusal invalid(@Nullable String param, String message) {
        return new Refusal(Reason.INVALID_REQUEST, message, param, null);
    }

    /** A refusal that goes away by waiting. */
    public static Refusal retry(Reason reason, String message, Duration retryAfter) {
        return new Refusal(reason, message, null, retryAfter);
    }
}
