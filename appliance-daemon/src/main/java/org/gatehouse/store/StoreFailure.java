package org.gatehouse.store;

/**
 * The store cannot do what it was asked: unreachable, unwritable, damaged, or locked by somebody else. The message says
 * what happened, with which thing, and what to do; it never holds a secret.
 */
public sealed class StoreFailure extends RuntimeException permits BackupRefused {

    private static final long serialVersionUID = 1L;

    /** A failure found by ourselves. */
    public StoreFailure(String message) {
        super(message);
    }

    /** A failure told by somebody below. */
    public StoreFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
