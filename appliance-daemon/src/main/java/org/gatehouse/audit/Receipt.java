package org.gatehouse.audit;

import java.time.Duration;

/** A record that was handed to the trail and becomes durable on its own. Thread-safe for one waiter. */
public final class Receipt {

    private final Journal journal;
    private final Pending entry;

    Receipt(Journal journal, Pending entry) {
        this.journal = journal;
        this.entry = entry;
    }

    /** Whether the record is durable already. */
    public boolean isDurable() {
        return entry.committed() != null;
    }

    /** Whether the record was refused: it is not in the trail and will not come into it. Until then it may. */
    public boolean isRefused() {
        return entry.failure() != null;
    }

    /**
     * Waits until the record is durable.
     *
     * @throws TrailUnavailable when it did not become durable, or not within that time
     */
    public void awaitDurable(Duration longest) {
        journal.await(entry, longest);
    }

    /** The record's number in its node's trail; only after it is durable. */
    long sequence(Duration longest) {
        return journal.await(entry, longest).sequence();
    }
}
