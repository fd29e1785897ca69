package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Bytes straight through the channel; a direct buffer spares the JDK a copy. */
record PlainTransport(SocketChannel channel) implements Transport {

    @Override
    public int read(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            channel.write(source);
        }
    }

    @Override
    public ByteBuffer newBuffer(BufferStack buffers) {
        return buffers.take();
    }
}
