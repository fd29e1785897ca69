package org.gatehouse.simulated.providers;

import java.util.Arrays;
import java.util.Locale;

/** What can go wrong with a call that the provider would have answered well. */
public enum Failure {
    /** The connection closes before any byte of the reply. */
    CUT_BEFORE_HEADERS,
    /** The connection closes inside of a stream's event, or in the middle of a body. */
    CUT,
    /** A TCP reset at the same place. */
    RESET,
    /** Nothing is said before the headers, until the caller leaves. */
    STALL_BEFORE_HEADERS,
    /** A stream or body begins well, then falls silent until the caller leaves. */
    STALL,
    /** One event (or the body) is not JSON; for binary events, a checksum is wrong. */
    BAD_CHUNK,
    /** The transfer encoding itself is broken: a chunk size that is no number, a body shorter than announced. */
    BAD_FRAMING,
    /** Status 200, then an error: as an event of the stream, or as the body. */
    ERROR_EVENT,
    /** All is well, but comes a few bytes at a time. */
    DRIP,
    /** The stream ends cleanly in its framing but without its terminal events; half of a body of that length. */
    TRUNCATED,
    /** Status 200 and not one event, or no byte of a body. */
    EMPTY,
    /** The right body under {@code text/plain}. */
    WRONG_CONTENT_TYPE,
    /** A proxy's HTML page under status 502. */
    HTML_PAGE,
    /** Status 200 and a well formed answer of another provider's dialect. */
    OTHER_DIALECT,
    /** Status 302 to a place that nobody listens at. */
    REDIRECT,
    /** Status 500 in the provider's form. */
    INTERNAL,
    /** Status 503 in the provider's form. */
    UNAVAILABLE,
    /** Overload in the provider's form: 529 of Anthropic, 503 or 429 of the others. */
    OVERLOADED,
    /** Status 429 in the provider's form, with {@code retry-after} where the provider sends one. */
    RATE_LIMITED,
    /** The account has no money left, in the provider's own form. */
    OUT_OF_MONEY,
    /** The key is refused, in the provider's own form. */
    UNAUTHORIZED,
    /** The key may not do this, in the provider's own form. */
    FORBIDDEN,
    /** Status 408, 504 or what the provider says when its own engine was too slow. */
    TIMED_OUT;

    /** The name in directives and on the command line, such as {@code bad-chunk}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Finds a failure by its {@link #word}.
     *
     * @throws IllegalArgumentException when there is none, naming those that there are
     */
    public static Failure of(String word) {
        return Arrays.stream(values()).filter(failure -> failure.word().equals(word)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no failure \"" + word + "\"; choose one of "
                        + Arrays.stream(values()).map(Failure::word).toList() + "."));
    }
}
