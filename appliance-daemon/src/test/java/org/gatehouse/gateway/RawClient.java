package org.gatehouse.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** One connection to the box, byte by byte: for what no client library can send, and for leaving in bad manners. */
final class RawClient implements AutoCloseable {
    private static final int READ_TIMEOUT_MILLIS = 15_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RawClient(TestBox box) {
        try {
            socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), box.port()));
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A reply as far as it came. */
    record Reply(int status, Map<String, String> headers, byte[] body, boolean whole) {

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        @Nullable
        String header(String name) {
            return headers.get(name);
        }
    }

    /** Sends a POST with a JSON body. */
    RawClient post(String key, String path, String requestId, String body) {
        return post(key, path, requestId, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    RawClient post(String key, String path, String requestId, String contentType, byte[] body) {
        return send(("POST " + path + " HTTP/1.1\r\nhost: box\r\nauthorization: Bearer " + key + "\r\nx-request-id: "
                + requestId + "\r\ncontent-type: " + contentType + "\r\ncontent-length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1)).send(body);
    }

    RawClient send(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Reads one reply to its end, or to where it breaks. */
    Reply reply() {
        try {
            String head = head();
            int status = Integer.parseInt(head.substring(9, 12));
            Map<String, String> headers = new HashMap<>();
            for (String line : head.split("\r\n")) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
                }
            }
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            boolean whole = "chunked".equalsIgnoreCase(headers.get("transfer-encoding"))
                    ? chunks(body)
                    : fixed(body, Integer.parseInt(headers.getOrDefault("content-length", "0")));
            return new Reply(status, headers, body.toByteArray(), whole);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads until the text has come; returns what came until then, head and framing included. */
    String readUntil(String text) {
        StringBuilder seen = new StringBuilder();
        try {
            while (seen.indexOf(text) < 0) {
                int value = in.read();
                if (value < 0) {
                    throw new AssertionError("the reply ended without " + text + ": " + seen);
                }
                seen.append((char) value);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return seen.toString();
    }

    /** Reads what comes, as it comes. */
    int read(byte[] target, int offset, int length) throws IOException {
        return in.read(target, offset, length);
    }

    /** Whether the box has closed the connection, or does so now. */
    boolean isClosed() {
        try {
            return in.read() < 0;
        } catch (IOException _) {
            return true;
        }
    }

    /** Says that nothing more will be sent, and still listens. */
    void finish() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Leaves with a reset rather than a FIN. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int value = in.read();
            if (value < 0) {
                throw new IOException("no reply: " + head);
            }
            head.append((char) value);
        }
        return head.toString();
    }

    private boolean fixed(ByteArrayOutputStream body, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        body.writeBytes(bytes);
        return bytes.length == length;
    }

    private boolean chunks(ByteArrayOutputStream body) throws IOException {
        try {
            while (true) {
                StringBuilder line = new StringBuilder();
                while (line.indexOf("\r\n") < 0) {
                    int value = in.read();
                    if (value < 0) {
                        return false;
                    }
                    line.append((char) value);
                }
                int size = Integer.parseInt(line.toString().strip().split(";", 2)[0], 16);
                byte[] chunk = in.readNBytes(size + 2);
                body.write(chunk, 0, Math.min(size, chunk.length));
                if (chunk.length < size + 2) {
                    return false;
                }
                if (size == 0) {
                    return true;
                }
            }
        } catch (IOException reset) {
            return false;
        }
    }
}
