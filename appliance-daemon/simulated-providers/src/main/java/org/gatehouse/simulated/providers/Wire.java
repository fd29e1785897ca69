package org.gatehouse.simulated.providers;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** HTTP/1.1 on one socket, down to where a chunk can be broken in its middle. Belongs to the connection's thread. */
final class Wire {
    private static final int MOST_HEAD = 64 * 1024;
    private static final int MOST_BODY = 64 * 1024 * 1024;
    private static final int IDLE_MILLIS = 300_000;

    private final Socket socket;
    private final PushbackInputStream in;
    private final OutputStream out;

    Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        in = new PushbackInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 16 * 1024), 1);
        out = new BufferedOutputStream(socket.getOutputStream(), 16 * 1024);
    }

    /** The caller has left. */
    static final class CallerLeft extends IOException {
        private static final long serialVersionUID = 1;

        CallerLeft() {
            super("the caller left");
        }
    }

    /** Reads the next request; null when the caller closed the connection between requests. */
    @Nullable
    Received read() throws IOException {
        socket.setSoTimeout(IDLE_MILLIS);
        String line = line();
        if (line == null) {
            return null;
        }
        String[] words = line.split(" ");
        if (words.length != 3) {
            throw new IOException("a request line has three words");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (String header = need(line()); !header.isEmpty(); header = need(line())) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw new IOException("a header has a name");
            }
            headers.merge(header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip(),
                    (first, second) -> first + "," + second);
        }
        if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
        boolean keepAlive = !"close".equalsIgnoreCase(headers.get("connection")) && words[2].equals("HTTP/1.1");
        return new Received(words[0], words[1], Map.copyOf(headers), body(headers), keepAlive);
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            while (true) {
                int size = Integer.parseInt(need(line()).split(";")[0].strip(), 16);
                if (size == 0) {
                    break;
                }
                body.write(exactly(size));
                need(line());
                if (body.size() > MOST_BODY) {
                    throw new IOException("a body is not that long");
                }
            }
            while (!need(line()).isEmpty()) {
                // Trailers say nothing here.
            }
            return body.toByteArray();
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return length == 0 ? new byte[0] : exactly(length);
    }

    byte[] exactly(int count) throws IOException {
        if (count < 0 || count > MOST_BODY) {
            throw new IOException("a body is not that long");
        }
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new CallerLeft();
        }
        return bytes;
    }

    /** The next byte. */
    int octet() throws IOException {
        int value = in.read();
        if (value < 0) {
            throw new CallerLeft();
        }
        return value;
    }

    /** Switches protocols: what follows is no HTTP. */
    void switched(String accept, List<Map.Entry<String, String>> headers) throws IOException {
        StringBuilder head = new StringBuilder(256).append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n")
                .append("Connection: Upgrade\r\nSec-WebSocket-Accept: ").append(accept)
                .append("\r\nx-simulated: true\r\n");
        headers.forEach(header -> head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n"));
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** Closes the connection now. */
    void close() throws IOException {
        socket.close();
    }

    private @Nullable String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                if (line.isEmpty()) {
                    return null;
                }
                throw new CallerLeft();
            }
            line.append((char) c);
            if (line.length() > MOST_HEAD) {
                throw new IOException("a line is not that long");
            }
        }
        int end = line.length();
        return line.substring(0, end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
    }

    private static String need(@Nullable String line) throws CallerLeft {
        if (line == null) {
            throw new CallerLeft();
        }
        return line;
    }

    /** Writes a status line and headers; {@code length} -1 announces chunks. */
    void head(int status, String contentType, List<Map.Entry<String, String>> headers, int length) throws IOException {
        StringBuilder head = new StringBuilder(512).append("HTTP/1.1 ").append(status).append(' ')
                .append(reason(status)).append("\r\n");
        if (!contentType.isEmpty()) {
            head.append("content-type: ").append(contentType).append("\r\n");
        }
        head.append("x-simulated: true\r\n");
        headers.forEach(header -> head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n"));
        head.append(length < 0 ? "transfer-encoding: chunked\r\n\r\n" : "content-length: " + length + "\r\n\r\n");
        out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    void raw(byte[] bytes, int from, int count) throws IOException {
        out.write(bytes, from, count);
    }

    /** Writes a chunk and sends it. */
    void chunk(byte[] bytes) throws IOException {
        if (bytes.length > 0) {
            openChunk(bytes.length);
            out.write(bytes);
            out.write('\r');
            out.write('\n');
        }
        flush();
    }

    /** Announces a chunk of so many bytes. */
    void openChunk(int length) throws IOException {
        out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    void lastChunk() throws IOException {
        out.write("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    }

    void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            throw new CallerLeft();
        }
    }

    /** Waits, and notices when the caller leaves meanwhile. */
    void pause(long millis) throws IOException {
        if (millis < 1) {
            return;
        }
        socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, millis));
        try {
            int next = in.read();
            if (next < 0) {
                throw new CallerLeft();
            }
            in.unread(next);
        } catch (SocketTimeoutException e) {
            // Nothing came, which is what was waited for.
        }
    }

    /** Makes the coming close a TCP reset. */
    void resetOnClose() throws IOException {
        socket.setSoLinger(true, 0);
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 426 -> "Upgrade Required";
            case 302 -> "Found";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 402 -> "Payment Required";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 429 -> "Too Many Requests";
            case 500 -> "Internal Server Error";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            default -> "Status";
        };
    }
}
