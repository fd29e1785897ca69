package org.gatehouse.gateway;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * How many rows a key may leave of requests that never became calls: none of its limits holds them back, and a client that
 * repeats them without end must not fill the trail. Remembers a bounded number of keys. Thread-safe.
 */
final class RowAllowance {
    private static final int ROWS = 10;
    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int KEYS = 10_000;

    private final LongSupplier nanoTime;
    private final Map<UUID, Window> windows = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Window> eldest) {
            return size() > KEYS;
        }
    };

    private record Window(long startNanos, int rows) {}

    RowAllowance(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Takes one row of a key's, if it has one left this minute. */
    synchronized boolean take(UUID key) {
        long now = nanoTime.getAsLong();
        Window window = windows.get(key);
        if (window == null || now - window.startNanos() >= WINDOW_NANOS) {
            windows.remove(key);
            windows.put(key, new Window(now, 1));
            return true;
        }
        if (window.rows() >= ROWS) {
            return false;
        }
        windows.put(key, new Window(window.startNanos(), window.rows() + 1));
        return true;
    }
}
