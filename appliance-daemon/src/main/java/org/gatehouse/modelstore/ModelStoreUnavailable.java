package org.gatehouse.modelstore;

/** The model store cannot be used now: its directory is not there, not ours, or its disk fails. The message says what to do. */
public final class ModelStoreUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ModelStoreUnavailable(String message, Throwable cause) {
        super(message, cause);
    }

    ModelStoreUnavailable(String message) {
        super(message);
    }
}
