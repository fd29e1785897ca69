package org.gatehouse.simulated.providers;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Requests and tokens of the current minute. Thread-safe. */
final class RateWindow {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final int requestLimit;
    private final int tokenLimit;
    private final Clock clock;
    private Instant begun;
    private int requests;
    private long tokens;

    RateWindow(int requestLimit, int tokenLimit, Clock clock) {
        this.requestLimit = requestLimit;
        this.tokenLimit = tokenLimit;
        this.clock = clock;
        begun = clock.instant();
    }

    /**
     * How much of the limits is left.
     *
     * @param admitted whether the call that asked is within them
     * @param resets when the window begins anew
     * @param untilReset the time until then
     */
    record State(boolean admitted, int requestLimit, int requestsLeft, int tokenLimit, int tokensLeft,
            Instant resets, Duration untilReset) {}

    /** Counts one request and tells what is left. */
    synchronized State request() {
        Instant now = clock.instant();
        if (!now.isBefore(begun.plus(MINUTE))) {
            begun = now;
            requests = 0;
            tokens = 0;
        }
        boolean admitted = requests < requestLimit && tokens < tokenLimit;
        if (admitted) {
            requests++;
        }
        Instant resets = begun.plus(MINUTE);
        return new State(admitted, requestLimit, requestLimit - requests, tokenLimit,
                (int) Math.max(0, tokenLimit - tokens), resets, Duration.between(now, resets));
    }

    /** Counts tokens that were used. */
    synchronized void used(long count) {
        tokens += count;
    }
}
