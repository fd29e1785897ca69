package org.gatehouse.gateway.exchange;

/** The client left while a reply was being written to it. */
public final class ClientGoneException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Says when it was noticed. */
    public ClientGoneException(String when) {
        super("the client left " + when);
    }

    /** Wraps what the socket said. */
    public ClientGoneException(Exception cause) {
        super("the client left before the reply was whole", cause);
    }
}
