package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A connected way to move bytes. Used by one thread at a time; closing the channel below releases it. */
sealed interface Transport permits PlainTransport, TlsTransport {

    /** Blocks until there is at least one byte, then takes what is there; -1 at the end of the stream. */
    int read(ByteBuffer target) throws IOException;

    /** Writes all remaining bytes. */
    void write(ByteBuffer source) throws IOException;

    /** A buffer that suits this transport. */
    ByteBuffer newBuffer(BufferStack buffers);
}
