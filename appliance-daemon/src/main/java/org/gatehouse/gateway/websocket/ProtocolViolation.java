package org.gatehouse.gateway.websocket;

/** The peer sent what no peer may send; the connection ends with that code. Has no stack trace: it is the peer's fault. */
public final class ProtocolViolation extends Exception {
    private static final long serialVersionUID = 1;

    private final int code;

    ProtocolViolation(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    /** What to close with. */
    public int code() {
        return code;
    }
}
