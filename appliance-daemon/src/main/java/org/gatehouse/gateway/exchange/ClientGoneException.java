package org.gatehouse.gateway.exchange;

/** The client left while a reply was being written to it. */
public final class ClientGoneException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Wraps what the socket said. */
    public ClientGoneException(Exception cause) {
        super("the client left before the reply was whole", cause);
    }
}
