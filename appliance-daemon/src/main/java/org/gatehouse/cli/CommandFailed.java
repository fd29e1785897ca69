package org.gatehouse.cli;

/** Ends a command with exit status 1; the message is the one line that the user sees. */
final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int answered;

    CommandFailed(String message) {
        this(message, 0);
    }

    CommandFailed(String message, int answered) {
        super(message);
        this.answered = answered;
    }

    CommandFailed(String message, Throwable cause) {
        super(message, cause);
        this.answered = 0;
    }

    /** The HTTP status that the box answered; 0 when it was no answer that failed. */
    int answered() {
        return answered;
    }
}
