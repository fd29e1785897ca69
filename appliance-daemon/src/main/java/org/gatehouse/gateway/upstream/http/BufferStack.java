package org.gatehouse.gateway.upstream.http;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Direct buffers of closed connections, kept for new ones: direct memory is freed only when the collector finds the buffer, which
 * on a quiet heap can be long after a burst of connections. Bounded. Thread-safe.
 */
final class BufferStack {
    /** Holds most requests and replies whole; at 500 streams it makes 8 MiB. */
    static final int BUFFER_BYTES = 16 << 10;
    private static final int MOST = 256;

    private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>();

    /** An empty direct buffer that nobody else has. */
    synchronized ByteBuffer take() {
        ByteBuffer buffer = buffers.poll();
        return buffer == null ? ByteBuffer.allocateDirect(BUFFER_BYTES) : buffer.clear();
    }

    /** Gives a buffer back; the giver must not touch it again. */
    synchronized void giveBack(ByteBuffer buffer) {
        if (buffer.isDirect() && buffers.size() < MOST) {
            buffers.push(buffer);
        }
    }
}
