package org.gatehouse.audit;

/**
 * The trail cannot take a record now: nothing of it counts as recorded, and a call whose record it was must not end as
 * if it were. The trail recovers by itself once the reason is gone.
 */
public final class TrailUnavailable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** No space for the journal. */
        DISK_FULL,
        /** The journal's disk reports errors. */
        DISK_FAILED,
        /** The database has been away for so long that the journal reached its bound. */
        DATABASE_AWAY,
        /** More records wait to become durable than the bound allows. */
        OVERLOADED,
        /** The record did not become durable in time; it may still do so. */
        TIMED_OUT,
        /** The trail was closed. */
        CLOSED
    }

    private final Reason reason;

    TrailUnavailable(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
