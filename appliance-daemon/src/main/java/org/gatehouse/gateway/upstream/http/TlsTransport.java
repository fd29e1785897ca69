package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

import javax.net.ssl.SSLSocket;

/** Bytes through a TLS socket laid over the channel. Its buffers are on the heap, because the socket's streams take arrays. */
record TlsTransport(InputStream input, OutputStream output) implements Transport {

    /** Lays the transport over a socket after its handshake. */
    static TlsTransport over(SSLSocket socket) throws IOException {
        return new TlsTransport(socket.getInputStream(), socket.getOutputStream());
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int count = input.read(target.array(), target.arrayOffset() + target.position(), target.remaining());
        if (count > 0) {
            target.position(target.position() + count);
        }
        return count;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        output.write(source.array(), source.arrayOffset() + source.position(), source.remaining());
        source.position(source.limit());
    }

    @Override
    public ByteBuffer newBuffer(BufferStack buffers) {
        return ByteBuffer.allocate(BufferStack.BUFFER_BYTES);
    }
}
