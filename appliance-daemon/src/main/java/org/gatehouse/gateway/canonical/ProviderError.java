package org.gatehouse.gateway.canonical;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What a provider says it could not do, brought to one set of causes. Immutable.
 *
 * @param status the HTTP status it came with, or that such an error has when it came inside a stream
 * @param message the provider's own words, for the caller; never with a secret in it
 * @param code the provider's own code or type; {@code null} when it gave none
 * @param param the request field at fault, where it says so
 * @param retryAfter the least time to wait, where it says so
 */
public record ProviderError(Cause cause, int status, String message, @Nullable String code, @Nullable String param,
        @Nullable Duration retryAfter) {

    /** What went wrong, and hence what to do. */
    public enum Cause {
        /** The request is wrong: the caller is told, nobody else is asked. */
        INVALID_REQUEST,
        /** The request is right, but this target cannot do it or its protocol cannot say it: another target may. */
        UNSUPPORTED,
        /** The prompt is too long for the model: a target with a longer context may do. */
        CONTEXT_TOO_LONG,
        /** The body is too large for the provider. */
        TOO_LARGE,
        /** The provider refuses the content. */
        CONTENT_POLICY,
        /** The box's key is wrong or expired: another key or target, and the admin is told. */
        AUTHENTICATION,
        /** The box's key may not do this. */
        PERMISSION,
        /** No such model or endpoint there. */
        NOT_FOUND,
        /** Too fast: another key or target now, this one after a while. */
        RATE_LIMITED,
        /** The account is out of money: no retry on the same account, waiting does not help. */
        OUT_OF_MONEY,
        /** Too busy at the moment. */
        OVERLOADED,
        /** It did not answer in time. */
        TIMEOUT,
        /** It failed. */
        SERVER_ERROR,
        /** It answered with something that is no answer. */
        BROKEN_ANSWER
    }

    /** Checks what must be there. */
    public ProviderError {
        Objects.requireNonNull(cause, "cause");
        Objects.requireNonNull(message, "message");
    }

    /** One of which no more is known. */
    public static ProviderError of(Cause cause, int status, String message) {
        return new ProviderError(cause, status, message, null, null, null);
    }

    /** The same with the least time to wait. */
    public ProviderError after(@Nullable Duration wait) {
        return new ProviderError(cause, status, message, code, param, wait);
    }
}
