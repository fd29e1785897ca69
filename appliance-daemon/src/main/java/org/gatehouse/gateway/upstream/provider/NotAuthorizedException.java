package org.gatehouse.gateway.upstream.provider;

/** The box could not prove who it is to a provider. The message says why, without any secret. */
public final class NotAuthorizedException extends Exception {

    private static final long serialVersionUID = 1;

    private final boolean ofTheKey;

    /**
     * Takes the reason.
     *
     * @param ofTheKey whether the key is at fault, rather than whoever makes tokens of it
     */
    public NotAuthorizedException(boolean ofTheKey, String message) {
        super(message);
        this.ofTheKey = ofTheKey;
    }

    /** Whether the key is at fault; otherwise another try may do. */
    public boolean ofTheKey() {
        return ofTheKey;
    }
}
