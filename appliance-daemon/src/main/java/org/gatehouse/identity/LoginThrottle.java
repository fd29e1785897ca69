package org.gatehouse.identity;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Slows guessing down: by address, by the name that is tried, and by both together. The name alone is counted loosely,
 * so that a stranger who guesses at a name slows its owner but does not lock them out for long. Remembers a bounded
 * number of each. Thread-safe.
 */
public final class LoginThrottle {
    private static final long WINDOW_NANOS = Duration.ofMinutes(15).toNanos();
    private static final long SHORT_WINDOW_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int OF_NAME_AND_ADDRESS = 5;
    private static final int OF_NAME = 50;
    private static final int OF_ADDRESS = 10;
    private static final int REMEMBERED = 10_000;

    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Window> windows = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
            return size() > REMEMBERED;
        }
    };

    private record Window(long start, int failures) {}

    /** Nothing has failed yet. */
    public LoginThrottle(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** After how many seconds an attempt is looked at again; 0 for now. */
    public long waitFor(String name, String address) {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            return Math.max(left(both(name, address), OF_NAME_AND_ADDRESS, WINDOW_NANOS, now), Math.max(
                    left(ofName(name), OF_NAME, WINDOW_NANOS, now),
                    left(ofAddress(address), OF_ADDRESS, SHORT_WINDOW_NANOS, now)));
        } finally {
            lock.unlock();
        }
    }

    /** An attempt failed. */
    public void failed(String name, String address) {
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            count(both(name, address), WINDOW_NANOS, now);
            count(ofName(name), WINDOW_NANOS, now);
            count(ofAddress(address), SHORT_WINDOW_NANOS, now);
        } finally {
            lock.unlock();
        }
    }

    /** An attempt went well: what its owner mistyped before does not count any more, from this address. */
    public void succeeded(String name, String address) {
        lock.lock();
        try {
            windows.remove(both(name, address));
        } finally {
            lock.unlock();
        }
    }

    /** How many windows it remembers now. */
    int remembered() {
        lock.lock();
        try {
            return windows.size();
        } finally {
            lock.unlock();
        }
    }

    private long left(String key, int allowed, long length, long now) {
        Window window = windows.get(key);
        if (window == null || window.failures() < allowed || now - window.start() >= length) {
            return 0;
        }
        return Duration.ofNanos(length - (now - window.start())).toSeconds() + 1;
    }

    private void count(String key, long length, long now) {
        Window window = windows.remove(key);
        windows.put(key, window == null || now - window.start() >= length
                ? new Window(now, 1)
                : new Window(window.start(), window.failures() + 1));
    }

    private static String both(String name, String address) {
        return "b " + address + " " + cut(name);
    }

    private static String ofName(String name) {
        return "n " + cut(name);
    }

    private static String ofAddress(String address) {
        return "a " + address;
    }

    /** What strangers send is kept short. */
    private static String cut(String name) {
        return name.length() <= 100 ? name : name.substring(0, 100);
    }
}
