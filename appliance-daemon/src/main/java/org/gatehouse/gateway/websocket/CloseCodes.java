package org.gatehouse.gateway.websocket;

/** Why a connection is closed (RFC 6455 7.4, and its registry at IANA). */
public final class CloseCodes {
    /** Done. */
    public static final int NORMAL = 1000;
    /** The server stops, or the client goes somewhere else. */
    public static final int GOING_AWAY = 1001;
    /** The peer broke the protocol. */
    public static final int PROTOCOL_ERROR = 1002;
    /** Stands for a close frame without a code; never on the wire. */
    public static final int NONE = 1005;
    /** Stands for an end without a close frame; never on the wire. */
    public static final int ABNORMAL = 1006;
    /** A text that is no UTF-8. */
    public static final int NOT_UTF8 = 1007;
    /** What was sent or asked for is not allowed. */
    public static final int POLICY = 1008;
    /** A message larger than is taken. */
    public static final int TOO_BIG = 1009;
    /** The server could not go on. */
    public static final int INTERNAL_ERROR = 1011;
    /** The server has too much to do. */
    public static final int TRY_LATER = 1013;

    private CloseCodes() {}

    /** Whether a close frame may hold the code. */
    public static boolean mayBeSent(int code) {
        return code >= 1000 && code <= 1014 && code != 1004 && code != NONE && code != ABNORMAL
                || code >= 3000 && code <= 4999;
    }
}
