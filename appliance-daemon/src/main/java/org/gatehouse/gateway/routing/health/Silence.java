package org.gatehouse.gateway.routing.health;

/**
 * Watches for a target that accepts calls and says nothing any more. What it looks at is not how long one call has waited,
 * which a long prompt explains, but how long nothing at all came while calls were waiting: a target that is merely slow
 * still gives somebody a byte. Thread-safe.
 */
public final class Silence {
    /** From so many waiting calls on, silence means something. */
    private static final int ENOUGH = 3;
    /** With fewer it must last so many times as long. */
    private static final int LONGER = 4;

    private int waiting;
    private long since;

    /** A call went out. */
    public synchronized void sent(long now) {
        if (waiting++ == 0) {
            since = now;
        }
    }

    /** A waiting call got its first byte, or an error: somebody is there. */
    public synchronized void answered(long now) {
        waiting = Math.max(0, waiting - 1);
        since = now;
    }

    /** A waiting call ended without a word from the target. */
    public synchronized void gaveUp() {
        waiting = Math.max(0, waiting - 1);
    }

    /** A piece of an answer that had begun came. */
    public synchronized void life(long now) {
        since = now;
    }

    /** Whether it says nothing any more. */
    public synchronized boolean lasts(long markNanos, long now) {
        return waiting > 0 && now - since >= (waiting >= ENOUGH ? markNanos : markNanos * LONGER);
    }

    /** Calls that wait for a first byte. */
    public synchronized int waiting() {
        return waiting;
    }
}
