package org.gatehouse.gateway.exchange;

import java.math.BigDecimal;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Usage;

/**
 * What a call holds of every limit that applies to it, from admission to its end. Confined to the call's thread, but
 * {@link #settle} may come from anywhere and counts once only.
 */
public interface Reservation {

    /** How many output tokens are granted so far; {@link Long#MAX_VALUE} when no limit on tokens or money binds. */
    long outputTokens();

    /** The cap on output tokens that the upstream must be told; {@link Long#MAX_VALUE} when the client's own will do. */
    long cap();

    /** Whether a quota or budget made that cap smaller than what the client asked for. */
    boolean cutsShort();

    /** Asks for more output tokens while the reply streams. */
    Extension extend(long moreOutputTokens);

    /** Replaces what is held by what was used. */
    void settle(Usage usage, @Nullable BigDecimal cost);

    /** What to say in {@code x-ratelimit-*}. */
    RateHeaders rateHeaders();

    /** The answer to {@link #extend}. */
    sealed interface Extension {

        /**
         * Granted.
         *
         * @param tokens how many, at least 1 and at most what was asked for
         */
        record Granted(long tokens) implements Extension {}

        /**
         * A per-minute limit is used up for the moment: wait and ask again.
         *
         * @param nanos how long, at least 1
         */
        record Wait(long nanos) implements Extension {}

        /** A quota or budget is used up: end the reply. */
        record Exhausted() implements Extension {}
    }

    /**
     * The tightest limits that bind the key, for the client.
     *
     * @param requests per minute; {@code null} when none binds
     * @param tokens per minute; {@code null} when none binds
     */
    record RateHeaders(@Nullable Rate requests, @Nullable Rate tokens) {

        /** Nothing binds. */
        public static final RateHeaders NONE = new RateHeaders(null, null);
    }

    /**
     * One rate limit as it stands.
     *
     * @param limit per minute
     * @param remaining right now, at least 0
     * @param resetNanos until it is full again
     */
    record Rate(long limit, long remaining, long resetNanos) {}
}
