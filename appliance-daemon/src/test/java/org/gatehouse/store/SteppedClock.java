package org.gatehouse.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until it is set. */
public final class SteppedClock extends Clock {
    private volatile Instant now;

    /** Stands there. */
    public SteppedClock(Instant now) {
        this.now = now;
    }

    /** Shows another time from now on. */
    public void set(Instant then) {
        now = then;
    }

    /** Shows a later time from now on; an earlier one for a negative duration. */
    public void advance(Duration duration) {
        now = now.plus(duration);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }

    @Override
    public Instant instant() {
        return now;
    }
}
