package org.gatehouse.setup.wizard.answers;

/** How a run ends, for scripts. */
public enum Exit {
    /** Everything is as the answers say. */
    DONE(0),
    /** The box failed. */
    FAILED(1),
    /** The answers are wrong: a line and a field are named. */
    BAD_ANSWERS(2),
    /** The answers were tried, and something was not as they say. */
    CHECK_FAILED(3),
    /** There is no box to talk to. */
    NOT_REACHABLE(4),
    /** The box belongs to somebody else, or its code is needed. */
    NOT_CLAIMED(5);

    private final int status;

    Exit(int status) {
        this.status = status;
    }

    /** The process's exit status. */
    public int status() {
        return status;
    }
}
