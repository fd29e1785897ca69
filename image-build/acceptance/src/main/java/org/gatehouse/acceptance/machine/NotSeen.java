package org.gatehouse.acceptance.machine;

/** Something that was waited for did not come in time. Its message says what, and what came instead. */
public final class NotSeen extends AssertionError {
    private static final long serialVersionUID = 1;

    /** Says so. */
    public NotSeen(String message) {
        super(message);
    }
}
