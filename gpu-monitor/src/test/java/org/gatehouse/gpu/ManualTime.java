package org.gatehouse.gpu;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/** Time that passes when a test says so, as a clock of the day and as one that never jumps. */
public final class ManualTime {
    private volatile Instant now = FakeBoxes.NOW;
    private volatile long nanos = 1_000_000_000L;

    /** Lets time pass. */
    public void pass(Duration time) {
        now = now.plus(time);
        nanos += time.toNanos();
    }

    /** The time of day. */
    public Instant now() {
        return now;
    }

    /** The clock of the day. */
    public Clock clock() {
        InstantSource source = this::now;
        return source.withZone(ZoneOffset.UTC);
    }

    /** The clock that never jumps. */
    public LongSupplier nanoTime() {
        return () -> nanos;
    }
}
