package org.gatehouse.simulated;

import java.io.Serial;

/** What came is not a request that this server reads; the connection cannot go on after the reply. No stack trace. */
final class MalformedRequest extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final int status;
    private final String words;

    MalformedRequest(int status, String message) {
        super(message, null, false, false);
        this.status = status;
        words = message;
    }

    /** The reply's text. */
    String words() {
        return words;
    }

    int status() {
        return status;
    }
}
