package org.gatehouse.gateway.upstream.http;

/** Why a call was ended from outside before its reply was complete. */
public enum AbortCause implements Ending {
    /** The client that the reply was for has gone. */
    CLIENT_GONE,
    /** It said nothing for so long that somebody else is asked. */
    TOO_SLOW,
    /** The gateway had reason to stop the reply: a quota ran out, a policy cut it off. */
    CUT_OFF,
    /** The call was closed before its reply had been read to the end. */
    CLOSED,
    /** The thread that ran the call was interrupted. */
    INTERRUPTED,
    /** The client is being closed. */
    SHUTTING_DOWN
}
