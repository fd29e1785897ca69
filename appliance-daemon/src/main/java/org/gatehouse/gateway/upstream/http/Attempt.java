package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/**
 * A channel and until when it must be connected. One value, so that the sweeper never judges one channel by another's deadline.
 *
 * @param channel open, connected or not
 * @param connecting whether the deadline counts
 * @param deadline on the nanosecond clock
 */
record Attempt(SocketChannel channel, boolean connecting, long deadline) {

    /** Whether it is still connecting although its time is over. */
    boolean expired(long now) {
        return connecting && now - deadline >= 0;
    }

    /** Closes the channel, which releases any thread blocked on it. Never fails. */
    void close() {
        try {
            channel.close();
        } catch (IOException lost) {
            // Linux reports bytes that could not be delivered; nobody waits for them any more, and the descriptor is gone either way.
        }
    }
}
