package org.gatehouse.governance;

import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.AdminRecord;

/**
 * Records of what the box itself did, between those who must not wait for a disk and the thread that writes. Holds a bounded number; while
 * the trail refuses, later ones are lost and counted. Thread-safe; {@link #write} is for one thread.
 */
public final class TrailQueue {
    private static final int MOST = 1_000;

    private final AdminTrail trail;
    // Guarded by this.
    private final Deque<AdminRecord> records = new ArrayDeque<>();
    private long lost;
    // Of the one thread that writes.
    private @Nullable AdminRecord tried;

    /** An empty queue in front of this trail. */
    public TrailQueue(AdminTrail trail) {
        this.trail = trail;
    }

    /** Takes a record; never waits. */
    public synchronized void add(AdminRecord record) {
        if (records.size() < MOST) {
            records.addLast(record);
        } else {
            lost++;
        }
    }

    /** How many records were lost because the trail refused for too long. */
    public synchronized long lost() {
        return lost;
    }

    /** Writes what waits; what could not be written when this throws is written the next time. */
    public void write() {
        while (true) {
            AdminRecord next;
            synchronized (this) {
                next = records.peekFirst();
            }
            if (next == null) {
                return;
            }
            // A record that did not become durable in time may have become so since.
            boolean again = next.equals(tried);
            tried = next;
            if (!again || !trail.holds(next)) {
                trail.append(next);
            }
            synchronized (this) {
                records.removeFirst();
            }
        }
    }
}
