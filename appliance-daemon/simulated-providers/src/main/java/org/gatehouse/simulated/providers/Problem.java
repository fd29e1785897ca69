package org.gatehouse.simulated.providers;

import org.jspecify.annotations.Nullable;

/**
 * Why a call is refused, in words that every provider's error form can carry.
 *
 * @param message the provider's own words where they are known
 * @param parameter the field that is wrong; null when there is none
 * @param code the provider's code; null for the kind's usual one
 */
record Problem(Kind kind, String message, @Nullable String parameter, @Nullable String code) {

    /** What sort of refusal it is, with its usual status. */
    enum Kind {
        INVALID(400), UNPROCESSABLE(422), FILTERED(400), UNAUTHENTICATED(401), OUT_OF_MONEY(402), FORBIDDEN(
                403), NOT_FOUND(404), METHOD(405), TIMED_OUT(
                        408), TOO_LARGE(413), RATE_LIMITED(429), INTERNAL(500), UNAVAILABLE(503), OVERLOADED(529);

        private final int status;

        Kind(int status) {
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    static Problem of(Kind kind, String message) {
        return new Problem(kind, message, null, null);
    }

    static Problem invalid(String message) {
        return of(Kind.INVALID, message);
    }

    static Problem notFound(String message) {
        return of(Kind.NOT_FOUND, message);
    }
}
