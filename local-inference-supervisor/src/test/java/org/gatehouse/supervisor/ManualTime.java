package org.gatehouse.supervisor;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Time that a test can move on: one that otherwise stands still, or one that otherwise flows as usual. */
final class ManualTime extends Clock {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private final AtomicLong passed = new AtomicLong();
    private final LongSupplier base;

    private ManualTime(LongSupplier base) {
        this.base = base;
    }

    static ManualTime standing() {
        return new ManualTime(() -> 0);
    }

    static ManualTime flowing() {
        return new ManualTime(System::nanoTime);
    }

    void pass(Duration duration) {
        passed.addAndGet(duration.toNanos());
    }

    long nanoTime() {
        return base.getAsLong() + passed.get();
    }

    @Override
    public Instant instant() {
        return START.plusNanos(nanoTime());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
