package org.gatehouse.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Reads HTTP/1.1 replies from bytes as they arrive, one after the other; body bytes go to a sink without their framing.
 * Made to cost little, because the generator must not be what is measured. Confined to one thread.
 */
final class ReplyReader {
    private static final int MAX_HEAD = 64 * 1024;

    /** Takes body bytes; they are valid only during the call. */
    interface BodySink {
        void bytes(byte[] buffer, int from, int to);
    }

    /** The reply breaks HTTP's framing. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    private enum State {
        HEAD, FIXED, CHUNK_SIZE, CHUNK_DATA, CHUNK_END, TRAILER, UNTIL_CLOSE, DONE
    }

    private final BodySink sink;
    private byte[] head = new byte[1024];
    private int headLength;
    private State state = State.HEAD;
    private long remaining;
    private int lineLength;
    private boolean digitsEnded;
    private long bodyBytes;
    private int status;
    private boolean closes;

    ReplyReader(BodySink sink) {
        this.sink = sink;
    }

    /** Makes ready for the next reply on the connection. */
    void reset() {
        state = State.HEAD;
        headLength = 0;
        bodyBytes = 0;
        status = 0;
        closes = false;
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /** Whether the header block is complete, so that {@link #status} and {@link #header} can be asked. */
    boolean hasHead() {
        return status != 0;
    }

    int status() {
        return status;
    }

    /** Whether the server will close the connection after this reply. */
    boolean closes() {
        return closes;
    }

    long bodyBytes() {
        return bodyBytes;
    }

    /** The connection ended. Whether that ends the reply properly: only where its length was told by the close. */
    boolean endOfStream() {
        if (state == State.UNTIL_CLOSE) {
            state = State.DONE;
        }
        return state == State.DONE;
    }

    /**
     * Takes bytes of the reply.
     *
     * @return the index after the last byte that belongs to this reply
     * @throws Malformed if they cannot be a reply
     */
    int accept(byte[] buffer, int from, int to) throws Malformed {
        int at = from;
        while (at < to && state != State.DONE) {
            at = switch (state) {
                case HEAD -> readHead(buffer, at, to);
                case FIXED, CHUNK_DATA -> readData(buffer, at, to);
                case CHUNK_SIZE -> readSize(buffer, at, to);
                case CHUNK_END -> skipChunkEnd(buffer, at, to);
                case TRAILER -> readTrailer(buffer, at, to);
                case UNTIL_CLOSE -> {
                    body(buffer, at, to);
                    yield to;
                }
                case DONE -> at;
            };
        }
        return at;
    }

    private int readHead(byte[] buffer, int from, int to) throws Malformed {
        for (int at = from; at < to; at++) {
            if (headLength == head.length) {
                if (headLength >= MAX_HEAD) {
                    throw new Malformed("headers above 64 kB");
                }
                head = Arrays.copyOf(head, headLength * 2);
            }
            byte next = buffer[at];
            head[headLength++] = next;
            if (next == '\n' && headLength >= 4 && head[headLength - 2] == '\r' && head[headLength - 3] == '\n') {
                headComplete();
                return at + 1;
            }
        }
        return to;
    }

    private void headComplete() throws Malformed {
        if (headLength < 16 || head[0] != 'H' || head[8] != ' ') {
            throw new Malformed("not an HTTP/1.1 reply");
        }
        status = (head[9] - '0') * 100 + (head[10] - '0') * 10 + head[11] - '0';
        if (status < 200) {
            headLength = 0;
            status = 0;
            return;
        }
        String connection = header("connection");
        closes = connection != null && connection.equalsIgnoreCase("close");
        String length = header("content-length");
        String coding = header("transfer-encoding");
        if (coding != null && coding.toLowerCase(Locale.ROOT).contains("chunked")) {
            startSize();
        } else if (length != null) {
            remaining = parseLength(length);
            state = remaining == 0 ? State.DONE : State.FIXED;
        } else if (status == 204 || status == 304) {
            state = State.DONE;
        } else {
            closes = true;
            state = State.UNTIL_CLOSE;
        }
    }

    private static long parseLength(String text) throws Malformed {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new Malformed("content-length '" + text + "'");
        }
    }

    /** A header's value, or {@code null}. Name in lower case. */
    @Nullable
    String header(String name) {
        int lineStart = 0;
        for (int at = 0; at < headLength; at++) {
            if (head[at] != '\n') {
                continue;
            }
            int valueAt = lineStart + name.length() + 1;
            if (valueAt <= at && head[valueAt - 1] == ':' && isNamed(lineStart, name)) {
                return new String(head, valueAt, at - valueAt, StandardCharsets.ISO_8859_1).strip();
            }
            lineStart = at + 1;
        }
        return null;
    }

    private boolean isNamed(int lineStart, String name) {
        for (int i = 0; i < name.length(); i++) {
            int letter = head[lineStart + i];
            if (letter >= 'A' && letter <= 'Z') {
                letter += 'a' - 'A';
            }
            if (letter != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private int readData(byte[] buffer, int from, int to) {
        int end = (int) Math.min(to, from + remaining);
        body(buffer, from, end);
        remaining -= end - from;
        if (remaining == 0) {
            lineLength = 0;
            state = state == State.FIXED ? State.DONE : State.CHUNK_END;
        }
        return end;
    }

    private void body(byte[] buffer, int from, int to) {
        bodyBytes += to - from;
        sink.bytes(buffer, from, to);
    }

    private void startSize() {
        state = State.CHUNK_SIZE;
        remaining = 0;
        lineLength = 0;
        digitsEnded = false;
    }

    private int readSize(byte[] buffer, int from, int to) throws Malformed {
        for (int at = from; at < to; at++) {
            byte next = buffer[at];
            if (next == '\n') {
                if (lineLength == 0) {
                    throw new Malformed("a chunk without a size");
                }
                state = remaining == 0 ? State.TRAILER : State.CHUNK_DATA;
                lineLength = 0;
                return at + 1;
            }
            int digit = Character.digit(next, 16);
            if (digit >= 0 && !digitsEnded) {
                remaining = remaining * 16 + digit;
                if (++lineLength > 12) {
                    throw new Malformed("a chunk size of more than 12 digits");
                }
            } else {
                digitsEnded = true;
            }
        }
        return to;
    }

    private int skipChunkEnd(byte[] buffer, int from, int to) throws Malformed {
        for (int at = from; at < to; at++) {
            if (buffer[at] == '\n') {
                startSize();
                return at + 1;
            }
            if (++lineLength > 1) {
                throw new Malformed("a chunk longer than its size");
            }
        }
        return to;
    }

    private int readTrailer(byte[] buffer, int from, int to) {
        for (int at = from; at < to; at++) {
            byte next = buffer[at];
            if (next == '\n') {
                if (lineLength == 0) {
                    state = State.DONE;
                    return at + 1;
                }
                lineLength = 0;
            } else if (next != '\r') {
                lineLength++;
            }
        }
        return to;
    }
}
