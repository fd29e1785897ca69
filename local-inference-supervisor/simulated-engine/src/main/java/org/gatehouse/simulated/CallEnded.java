package org.gatehouse.simulated;

import java.io.IOException;
import java.io.Serial;

/** The call is over before its reply was: the caller left, a fault that it asked for took place, or the engine died. No stack trace. */
final class CallEnded extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    /** Whose doing it was. */
    enum By {
        CALLER, FAULT, ENGINE
    }

    private final By by;

    CallEnded(By by) {
        super("call ended by " + by);
        this.by = by;
    }

    By by() {
        return by;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
