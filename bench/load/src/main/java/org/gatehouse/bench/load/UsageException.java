package org.gatehouse.bench.load;

/** The command line cannot be followed; the message says what to write instead. Ends the program with status 2. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
