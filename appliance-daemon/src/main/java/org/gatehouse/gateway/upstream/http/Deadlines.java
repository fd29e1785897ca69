package org.gatehouse.gateway.upstream.http;

import java.time.Duration;

/**
 * How long the parts of a call may take. Enforced by one {@link Sweeper} with a grain of a few tens of milliseconds, so a limit
 * is overrun by that much at most and never undercut.
 *
 * @param connect waiting for a free connection, name lookup, TCP connect over all addresses, and TLS handshake together
 * @param firstByte from the begin of sending the request until the whole head of the reply has arrived; also bounds the wait for
 *        the first body byte where it is the later of the two, because some servers send the head before they begin to think
 * @param idleBetweenChunks longest silence of the upstream while its body is being waited for; a slow reader on our side does
 *        not count against it
 * @param total from {@link UpstreamCall#execute()} until the end of the body has been read
 */
public record Deadlines(Duration connect, Duration firstByte, Duration idleBetweenChunks, Duration total) {
    private static final Duration LONGEST = Duration.ofDays(7);

    /** Every duration must be above zero and at most seven days. */
    public Deadlines {
        check("connect", connect);
        check("firstByte", firstByte);
        check("idleBetweenChunks", idleBetweenChunks);
        check("total", total);
    }

    private static void check(String name, Duration duration) {
        if (duration.isZero() || duration.isNegative() || duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("Deadline " + name + " is " + duration
                    + ". Give a duration above zero and of at most " + LONGEST.toDays() + " days.");
        }
    }
}
