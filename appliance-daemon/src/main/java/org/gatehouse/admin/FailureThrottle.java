package org.gatehouse.admin;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Counts wrong tokens per address, so that a flood of guesses fills neither the trail nor the log. A right token passes at
 * any time: guessing 256 random bits is hopeless anyway, and an attacker must not lock out an admin who comes from the
 * same address. Remembers a bounded number of addresses. Thread-safe.
 */
final class FailureThrottle {
    private static final int ALLOWED = 10;
    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int ADDRESSES = 10_000;

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Window> windows = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
            return size() > ADDRESSES;
        }
    };

    private record Window(long startNanos, int failures) {}

    FailureThrottle(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Counts one failure. Returns 0 while it is to be answered normally, else after how many seconds to come back. */
    long failed(String address) {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            Window window = windows.get(address);
            if (window == null || now - window.startNanos() >= WINDOW_NANOS) {
                window = new Window(now, 0);
                windows.remove(address);
            }
            windows.put(address, new Window(window.startNanos(), Math.min(window.failures() + 1, ALLOWED + 1)));
            if (window.failures() < ALLOWED) {
                return 0;
            }
            long left = WINDOW_NANOS - (now - window.startNanos());
            return Math.max(1, Duration.ofNanos(left).toSeconds() + 1);
        } finally {
            lock.unlock();
        }
    }

    /** How many addresses it remembers now. */
    int remembered() {
        lock.lock();
        try {
            return windows.size();
        } finally {
            lock.unlock();
        }
    }
}
