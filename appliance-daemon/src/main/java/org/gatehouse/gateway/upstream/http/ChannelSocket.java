package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;

/**
 * A channel in the shape of a socket, for the TLS layer to lie upon. Differs from {@link SocketChannel#socket()} in one thing:
 * the end of the stream is an exception. The TLS layer reads no further once it has seen a close_notify, so it meets that end only
 * when the line was cut; unless a system property says otherwise it takes the cut for a clean end (RFC 9112 9.8 forbids that).
 */
final class ChannelSocket extends Socket {
    private final SocketChannel channel;
    private final Socket plain;

    ChannelSocket(SocketChannel channel) throws SocketException {
        super((SocketImpl) null);
        this.channel = channel;
        this.plain = channel.socket();
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new Input(plain.getInputStream());
    }

    @Override
    public OutputStream getOutputStream() {
        return Channels.newOutputStream(channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public boolean isConnected() {
        return channel.isConnected();
    }

    @Override
    public boolean isBound() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public boolean isInputShutdown() {
        return plain.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return plain.isOutputShutdown();
    }

    @Override
    public InetAddress getInetAddress() {
        return plain.getInetAddress();
    }

    @Override
    public int getPort() {
        return plain.getPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return plain.getRemoteSocketAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return plain.getLocalAddress();
    }

    @Override
    public int getLocalPort() {
        return plain.getLocalPort();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return plain.getLocalSocketAddress();
    }

    @Override
    public void setSoTimeout(int timeout) throws SocketException {
        plain.setSoTimeout(timeout);
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return plain.getSoTimeout();
    }

    @Override
    public String toString() {
        return "ChannelSocket[" + plain.getRemoteSocketAddress() + "]";
    }

    /** The channel's bytes, without a clean end. */
    private static final class Input extends InputStream {
        private final InputStream plain;

        Input(InputStream plain) {
            this.plain = plain;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            read(one, 0, 1);
            return one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = plain.read(target, offset, length);
            if (count < 0) {
                // A SocketException is the kind that the TLS layer hands on as it is.
                throw new SocketException("end of stream without a close_notify");
            }
            return count;
        }

        @Override
        public int available() throws IOException {
            return plain.available();
        }
    }
}
