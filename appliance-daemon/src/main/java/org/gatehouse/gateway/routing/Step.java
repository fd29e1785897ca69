package org.gatehouse.gateway.routing;

import java.time.Duration;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;

/** What a call is to do next. */
public sealed interface Step {

    /**
     * Try a target.
     *
     * @param attempt which the caller must bring to one of its ends
     * @param pause how long before it; zero nearly always
     */
    record Go(Attempt attempt, Duration pause) implements Step {}

    /**
     * Nothing more is to be tried.
     *
     * @param retryAfter after which another call may fare better; {@code null} when waiting does not help
     * @param cause why the keys rest of whichever target can be used again first; {@code null} when it is not for its keys
     */
    record End(Why why, @Nullable Duration retryAfter, @Nullable Cause cause) implements Step {

        /** One that no key's rest has to do with. */
        End(Why why, @Nullable Duration retryAfter) {
            this(why, retryAfter, null);
        }
    }

    /** Why nothing more is to be tried. */
    enum Why {
        /** No target of the route can or may serve such a call; see {@link Attempts#explanation}. */
        NONE_QUALIFIES,
        /** Those that could are ill, resting, or without a usable key. */
        NONE_AVAILABLE,
        /** All that could have failed. */
        ALL_TRIED,
        /** The last failure is the request's own: others would say the same. */
        REQUEST_AT_FAULT,
        /** The last attempt was served. */
        SERVED,
        /** The client left. */
        CLIENT_LEFT,
        /** The client has a part of the answer, and the route does not continue answers elsewhere. */
        COMMITTED,
        /** As many attempts as a call may have. */
        ATTEMPTS_USED,
        /** So many calls of this route fail that this one may not be tried again. */
        BUDGET_USED,
        /** No time is left, or not enough for the wait that the target asks for. */
        DEADLINE;

        /** The name in the API, lower case with underscores. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
