package org.gatehouse.gateway;

import java.time.Duration;

import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;

/**
 * What comes behind the last event of a stream: the end of the body. Read, it gives the connection back to the pool. An
 * upstream that does not end what it has said to the end keeps no connection for that.
 */
final class Tail {
    private static final int MAX_BYTES = 4096;
    private static final Duration GRACE = Duration.ofMillis(500);

    private Tail() {}

    static void read(UpstreamCall call, UpstreamReply reply) {
        call.endWithin(GRACE);
        byte[] tail = new byte[256];
        try (call) {
            int read = 0;
            for (int count = 0; count >= 0 && read < MAX_BYTES; read += count) {
                count = reply.read(tail, 0, tail.length);
            }
        } catch (UpstreamFailureException _) {
            // The reply is whole; a connection that fails now is closed and missed by nobody.
        }
    }
}
