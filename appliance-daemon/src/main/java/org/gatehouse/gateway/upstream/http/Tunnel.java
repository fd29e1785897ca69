package org.gatehouse.gateway.upstream.http;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** Asks a proxy for a tunnel (RFC 9110 9.3.6). Reads not one byte more than the proxy's own answer. Stateless. */
final class Tunnel {
    private static final int LARGEST_HEAD = 8 << 10;

    private Tunnel() {}

    /** What a proxy answered in the place of a tunnel. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;
        private final int status;

        /** With a status, or 0 where it spoke no HTTP. */
        RefusedException(int status, String said) {
            super(said);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /** Makes the channel, which leads to the proxy, lead to the endpoint. Blocks; closing the channel ends that. */
    static void open(SocketChannel channel, ForwardProxy proxy, Endpoint endpoint) throws IOException {
        String target = (endpoint.host().indexOf(':') < 0 ? endpoint.host() : "[" + endpoint.host() + "]") + ":"
                + endpoint.port();
        StringBuilder request = new StringBuilder("CONNECT ").append(target).append(" HTTP/1.1\r\nHost: ")
                .append(target).append("\r\n");
        if (proxy.authorization() != null) {
            request.append("Proxy-Authorization: ").append(proxy.authorization()).append("\r\n");
        }
        ByteBuffer out = StandardCharsets.ISO_8859_1.encode(request.append("\r\n").toString());
        while (out.hasRemaining()) {
            channel.write(out);
        }
        String head = head(channel);
        int end = head.indexOf('\r');
        String status = end < 0 ? head : head.substring(0, end);
        if (!status.matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
            throw new RefusedException(0, "what answers there is no HTTP proxy");
        }
        int code = Integer.parseInt(status.substring(9, 12));
        if (code < 200 || code > 299) {
            throw new RefusedException(code, "status " + code);
        }
    }

    /** Byte by byte: what follows belongs to TLS. A proxy's answer is short, and comes once a connection. */
    private static String head(SocketChannel channel) throws IOException {
        StringBuilder head = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (head.length() < LARGEST_HEAD) {
            if (channel.read(one.clear()) < 0) {
                throw new EOFException("it ended the connection without an answer");
            }
            head.append((char) (one.get(0) & 0xff));
            int length = head.length();
            if (length >= 4 && head.charAt(length - 1) == '\n' && head.charAt(length - 2) == '\r'
                    && head.charAt(length - 3) == '\n') {
                return head.toString();
            }
        }
        throw new RefusedException(0, "its answer has no end");
    }
}
