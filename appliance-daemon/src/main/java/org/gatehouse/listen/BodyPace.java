package org.gatehouse.listen;

/**
 * How fast one request body arrives. Only time in which a reader waits for the client counts, so a handler that reads slowly is not held against
 * its client. Written by the reading thread, judged by the {@link Reaper}.
 */
final class BodyPace {
    private final ListenerSettings.Timeouts timeouts;
    private final CoarseClock clock;
    private long waitedNanos;
    private long bytes;
    /** 0 while nobody waits; written after the two counts, which publishes them. */
    private volatile long waitingSince;
    private volatile boolean givenUp;

    BodyPace(ListenerSettings.Timeouts timeouts, CoarseClock clock) {
        this.timeouts = timeouts;
        this.clock = clock;
    }

    void waitBegins() {
        waitingSince = clock.nanos();
    }

    void waitEnds(int received) {
        waitedNanos += clock.nanos() - waitingSince;
        bytes += Math.max(0, received);
        waitingSince = 0;
    }

    /** How many bytes came, framing included; for the reading thread. */
    long bytes() {
        return bytes;
    }

    /** Starts anew for the next body on the same connection. */
    void reset() {
        waitedNanos = 0;
        bytes = 0;
        waitingSince = 0;
    }

    /** Whether the body stalls or drips: nothing for {@code bodyStall}, or after as much waiting fewer bytes than the minimum rate asks for. */
    boolean tooSlow(long now) {
        long since = waitingSince;
        if (since == 0) {
            return false;
        }
        long stall = timeouts.bodyStall().toNanos();
        long waited = waitedNanos + now - since;
        return now - since > stall || waited > stall && bytes < waited / 1e9 * timeouts.minBodyBytesPerSecond();
    }

    void giveUp() {
        givenUp = true;
    }

    /** Whether reading was ended for slowness. */
    boolean givenUp() {
        return givenUp;
    }
}
