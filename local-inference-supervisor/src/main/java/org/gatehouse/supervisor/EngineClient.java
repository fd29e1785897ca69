package org.gatehouse.supervisor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Small whole calls to an engine: its model list, a prompt of one token, its metrics. Speaks the plain part of HTTP/1.1 (RFC 9112):
 * a body by length, in chunks or up to the end. Thread-safe; blocks the calling thread up to the deadline.
 */
public final class EngineClient {
    private static final int LONGEST_REPLY = 8 << 20;
    private static final String HEAD_END = "\r\n\r\n";

    /**
     * A whole reply.
     *
     * @param status of HTTP
     * @param body as UTF-8
     */
    public record Reply(int status, String body) {
        /** Whether it is a 2xx. */
        public boolean isWell() {
            return status >= 200 && status < 300;
        }
    }

    /**
     * GETs the path with this bearer key, {@code ""} for none.
     *
     * @throws IOException without a whole answer of at most 8 MiB in time
     */
    public Reply get(Listen listen, String path, String key, Duration deadline) throws IOException {
        return call(listen, "GET", path, key, "", "", deadline);
    }

    /**
     * POSTs this JSON, {@code ""} for no body at all.
     *
     * @throws IOException without a whole answer of at most 8 MiB in time
     */
    public Reply post(Listen listen, String path, String key, String json, Duration deadline) throws IOException {
        return post(listen, path, key, json, "application/json", deadline);
    }

    /**
     * POSTs this text of that content type, {@code ""} for no body at all.
     *
     * @throws IOException without a whole answer of at most 8 MiB in time
     */
    public Reply post(Listen listen, String path, String key, String body, String contentType, Duration deadline)
            throws IOException {
        return call(listen, "POST", path, key, body, contentType, deadline);
    }

    private static Reply call(Listen listen, String method, String path, String key, String text, String contentType,
            Duration deadline) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        String head = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nConnection: close\r\n"
                + (key.isEmpty() ? "" : "Authorization: Bearer " + key + "\r\n")
                + (body.length == 0
                        ? ""
                        : "Content-Type: " + contentType + "\r\nContent-Length: " + body.length + "\r\n")
                + "\r\n";
        try (EngineSocket socket = EngineSocket.connect(listen, deadline)) {
            socket.write(StandardCharsets.US_ASCII.encode(head));
            socket.write(ByteBuffer.wrap(body));
            return read(socket);
        }
    }

    private static Reply read(EngineSocket socket) throws IOException {
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(16 << 10);
        while (got.size() < LONGEST_REPLY) {
            buffer.clear();
            int count = socket.read(buffer);
            if (count > 0) {
                got.write(buffer.array(), 0, count);
            }
            // One character a byte, so that lengths in bytes are lengths of the text.
            String text = got.toString(StandardCharsets.ISO_8859_1);
            int end = text.indexOf(HEAD_END);
            if (end >= 0) {
                String head = text.substring(0, end + 2);
                String rest = text.substring(end + HEAD_END.length());
                String whole = bodyOf(head, rest, count < 0);
                if (whole != null) {
                    return new Reply(status(head), new String(whole.getBytes(StandardCharsets.ISO_8859_1),
                            StandardCharsets.UTF_8));
                }
            }
            if (count < 0) {
                throw new IOException("it hung up in the middle of its answer");
            }
        }
        throw new IOException("its answer is longer than " + LONGEST_REPLY + " bytes");
    }

    /** The body, if all of it has come; else {@code null}. */
    private static @Nullable String bodyOf(String head, String rest, boolean ended)
            throws IOException {
        String length = field(head, "content-length");
        if (field(head, "transfer-encoding").toLowerCase(Locale.ROOT).contains("chunked")) {
            return unchunked(rest);
        }
        if (length.isEmpty()) {
            return ended ? rest : null;
        }
        int wanted = (int) number(length, 10);
        return rest.length() < wanted ? null : rest.substring(0, wanted);
    }

    private static @Nullable String unchunked(String text) throws IOException {
        StringBuilder body = new StringBuilder();
        int at = 0;
        while (true) {
            int lineEnd = text.indexOf("\r\n", at);
            if (lineEnd < 0) {
                return null;
            }
            int size = (int) number(text.substring(at, lineEnd).split(";", 2)[0], 16);
            int from = lineEnd + 2;
            if (size == 0) {
                return body.toString();
            }
            if (text.length() < from + size + 2) {
                return null;
            }
            body.append(text, from, from + size);
            at = from + size + 2;
        }
    }

    private static int status(String head) throws IOException {
        String[] parts = head.split("[ \r\n]", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/1.")) {
            throw new IOException("its answer is not HTTP");
        }
        return (int) number(parts[1], 10);
    }

    private static String field(String head, String name) {
        return head.lines().skip(1).filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":")).findFirst()
                .map(line -> line.substring(name.length() + 1).strip()).orElse("");
    }

    private static long number(String digits, int radix) throws IOException {
        try {
            long value = Long.parseLong(digits.strip(), radix);
            if (value >= 0 && value <= LONGEST_REPLY) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw new IOException("its answer is not HTTP");
    }
}
