package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Keeps a fault in one part from the others: a deployment that cannot be handled must not keep the rest from being watched. A fault that
 * stays is logged each ten seconds. Thread-safe.
 */
final class Faults {
    private static final System.Logger LOG = System.getLogger(Faults.class.getName());
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(10);
    private static final int MOST_REMEMBERED = 256;

    private final LongSupplier nanoTime;
    /** Guarded by this. */
    private final Map<String, Long> reported = new HashMap<>();

    Faults(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Does this, and reports what it throws. */
    void within(String what, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            report(what, e);
        }
    }

    /** Logs a fault, unless the same was logged just now. */
    void report(String what, RuntimeException fault) {
        long now = nanoTime.getAsLong();
        synchronized (this) {
            Long last = reported.get(what);
            if (last != null && now - last < BETWEEN_REPORTS.toNanos()) {
                return;
            }
            if (reported.size() >= MOST_REMEMBERED) {
                reported.clear();
            }
            reported.put(what, now);
        }
        LOG.log(System.Logger.Level.ERROR,
                "The fleet met what it cannot handle with " + what + "; it goes on with the rest and tries again",
                fault);
    }
}
