package org.gatehouse.listen;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/** Logs an event that a hostile client can cause at will: one line in ten seconds, with the number of those left out. Thread-safe. */
final class RareLog {
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final System.Logger logger;
    private final CoarseClock clock;
    private final AtomicLong speakAgain;
    private final AtomicLong leftOut = new AtomicLong();

    RareLog(System.Logger logger, CoarseClock clock) {
        this.logger = logger;
        this.clock = clock;
        this.speakAgain = new AtomicLong(clock.nanos());
    }

    void warn(String message, @Nullable Throwable cause) {
        long due = speakAgain.get();
        long now = clock.nanos();
        if (now - due < 0 || !speakAgain.compareAndSet(due, now + QUIET_NANOS)) {
            leftOut.incrementAndGet();
            return;
        }
        long silent = leftOut.getAndSet(0);
        logger.log(System.Logger.Level.WARNING,
                silent == 0 ? message : message + " (and " + silent + " more since the last such line)", cause);
    }
}
