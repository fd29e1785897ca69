package org.gatehouse.simulated;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Reads HTTP/1.1 requests from one connection, and while a request is being answered watches whether the caller is still
 * there. Belongs to the connection's thread; only the watching runs beside it.
 */
final class RequestReader {
    private static final int SMALL = 16 * 1024;
    private static final int MAX_HEAD = 64 * 1024;
    private static final int MAX_BODY = 64 * 1024 * 1024;
    private static final byte[] CONTINUE = Bytes.of("HTTP/1.1 100 Continue\r\n\r\n");

    private final SocketChannel channel;
    private final Request request = new Request();
    private ByteBuffer input = ByteBuffer.allocate(SMALL);
    /** Where the next request begins in the input. */
    private int start;
    /** Where what has been read ends. */
    private int limit;
    private @Nullable Thread watch;
    private volatile boolean ended;
    private volatile boolean midway;

    RequestReader(SocketChannel channel) {
        this.channel = channel;
    }

    /**
     * The next request with its body; {@code null} at the end of the connection.
     *
     * @throws MalformedRequest when what came is not HTTP/1.1, or is too large
     */
    @Nullable
    Request next() throws IOException, MalformedRequest {
        settle();
        int headLength = readHead();
        if (headLength < 0) {
            return null;
        }
        parseHead(headLength);
        readBody(headLength);
        midway = false;
        return request;
    }

    /** Whether a request has begun to come and is not whole yet. */
    boolean midway() {
        return midway;
    }

    /** Bytes of further requests that are here already. */
    boolean hasMore() {
        return limit > start;
    }

    private void settle() throws IOException {
        Thread watching = watch;
        if (watching != null) {
            try {
                watching.join();
            } catch (InterruptedException e) {
                throw new IOException("interrupted while waiting for the next request", e);
            }
            watch = null;
        }
        int rest = limit - start;
        if (input.capacity() > SMALL && rest <= SMALL) {
            ByteBuffer smaller = ByteBuffer.allocate(SMALL);
            System.arraycopy(input.array(), start, smaller.array(), 0, rest);
            input = smaller;
        } else if (rest > 0 && start > 0) {
            System.arraycopy(input.array(), start, input.array(), 0, rest);
        }
        start = 0;
        limit = rest;
    }

    private int readHead() throws IOException, MalformedRequest {
        int scanned = 0;
        while (true) {
            midway = limit > 0;
            byte[] bytes = input.array();
            for (int at = Math.max(3, scanned); at < limit; at++) {
                if (bytes[at] == '\n' && bytes[at - 1] == '\r' && bytes[at - 2] == '\n' && bytes[at - 3] == '\r') {
                    return at + 1;
                }
            }
            scanned = limit;
            if (limit > MAX_HEAD) {
                throw new MalformedRequest(431, "Request header fields too large.");
            }
            if (!fill()) {
                if (limit == 0) {
                    return -1;
                }
                throw new MalformedRequest(400, "Invalid HTTP request received.");
            }
        }
    }

    private void parseHead(int headLength) throws MalformedRequest {
        byte[] bytes = input.array();
        int lineEnd = endOfLine(bytes, 0);
        int firstSpace = indexOf(bytes, ' ', 0, lineEnd);
        int secondSpace = firstSpace < 0 ? -1 : indexOf(bytes, ' ', firstSpace + 1, lineEnd);
        if (secondSpace < 0 || lineEnd - secondSpace != 9 || bytes[secondSpace + 6] != '1') {
            throw new MalformedRequest(400, "Invalid HTTP request received.");
        }
        request.begin(bytes, 0, new String(bytes, 0, firstSpace, StandardCharsets.ISO_8859_1),
                new String(bytes, firstSpace + 1, secondSpace - firstSpace - 1, StandardCharsets.ISO_8859_1),
                bytes[secondSpace + 8] == '1');
        int at = lineEnd + 2;
        while (at < headLength - 2) {
            int end = endOfLine(bytes, at);
            int colon = indexOf(bytes, ':', at, end);
            // RFC 9112 5.1: no white space before the colon, no folded lines; both serve request smuggling.
            if (colon <= at || bytes[colon - 1] == ' ' || bytes[at] == ' ' || bytes[at] == '\t') {
                throw new MalformedRequest(400, "Invalid HTTP request received.");
            }
            int from = colon + 1;
            int to = end;
            while (from < to && (bytes[from] == ' ' || bytes[from] == '\t')) {
                from++;
            }
            while (to > from && (bytes[to - 1] == ' ' || bytes[to - 1] == '\t')) {
                to--;
            }
            request.header(at, colon, from, to);
            at = end + 2;
        }
        if (request.headerStartsWith("connection", "close")) {
            request.keepAlive(false);
        } else if (request.headerStartsWith("connection", "keep-alive")) {
            request.keepAlive(true);
        }
    }

    private void readBody(int headLength) throws IOException, MalformedRequest {
        String length = request.header("content-length");
        boolean chunked = request.headerCount("transfer-encoding") > 0;
        boolean odd = length != null || !request.headerStartsWith("transfer-encoding", "chunked");
        if ((chunked && odd) || request.headerCount("content-length") > 1) {
            // RFC 9112 6.1 and 6.3: two framings at once are an attack or a fault.
            throw new MalformedRequest(400, "Invalid HTTP request received.");
        }
        start = headLength;
        if (chunked) {
            readChunks(headLength);
        } else if (length != null) {
            long bodyLength = decimal(length);
            if (bodyLength > MAX_BODY) {
                throw new MalformedRequest(413, "Request body too large.");
            }
            int total = headLength + (int) bodyLength;
            if (limit < total) {
                sendContinueIfAsked();
                room(total);
                request.rebase(input.array(), 0);
                while (limit < total) {
                    if (!fill()) {
                        throw new IOException("the caller left in the middle of its request");
                    }
                }
            }
            request.body(input.array(), headLength, (int) bodyLength);
            start = total;
        }
    }

    private void readChunks(int headLength) throws IOException, MalformedRequest {
        request.rebase(Arrays.copyOf(input.array(), headLength), 0);
        if (!hasMore()) {
            sendContinueIfAsked();
        }
        Bytes body = new Bytes(4096);
        while (true) {
            String line = readLine();
            int semicolon = line.indexOf(';');
            long size = hexadecimal((semicolon < 0 ? line : line.substring(0, semicolon)).strip());
            if (size == 0) {
                break;
            }
            if (body.length() + size > MAX_BODY) {
                throw new MalformedRequest(413, "Request body too large.");
            }
            long missing = size;
            while (missing > 0) {
                need();
                int taken = (int) Math.min(missing, limit - start);
                body.put(input.array(), start, taken);
                start += taken;
                missing -= taken;
            }
            if (!readLine().isEmpty()) {
                throw new MalformedRequest(400, "Invalid HTTP request received.");
            }
        }
        while (!readLine().isEmpty()) {
            // Trailers say nothing here.
        }
        request.body(body.array(), 0, body.length());
    }

    private String readLine() throws IOException, MalformedRequest {
        StringBuilder line = new StringBuilder();
        while (true) {
            need();
            char c = (char) (input.array()[start++] & 0xFF);
            if (c == '\n') {
                return line.toString().stripTrailing();
            }
            line.append(c);
            if (line.length() > MAX_HEAD) {
                throw new MalformedRequest(400, "Invalid HTTP request received.");
            }
        }
    }

    private void need() throws IOException {
        if (start == limit) {
            start = 0;
            limit = 0;
            if (!fill()) {
                throw new IOException("the caller left in the middle of its request");
            }
        }
    }

    private void sendContinueIfAsked() throws IOException {
        if (request.headerStartsWith("expect", "100-continue")) {
            ByteBuffer line = ByteBuffer.wrap(CONTINUE);
            while (line.hasRemaining()) {
                channel.write(line);
            }
        }
    }

    private boolean fill() throws IOException {
        if (ended) {
            return false;
        }
        if (limit == input.capacity()) {
            room(limit * 2);
        }
        input.limit(input.capacity()).position(limit);
        int count = channel.read(input);
        if (count < 0) {
            ended = true;
            return false;
        }
        limit += count;
        return true;
    }

    private void room(int capacity) {
        if (input.capacity() < capacity) {
            ByteBuffer larger = ByteBuffer.allocate(capacity);
            System.arraycopy(input.array(), 0, larger.array(), 0, limit);
            input = larger;
        }
    }

    /**
     * Begins to read beside the connection's thread, so that the caller's leaving shows. What arrives belongs to the next
     * request and ends the watching: whoever pipelines requests is watched no further.
     */
    void watch(Caller caller, Thread.Builder threads) {
        if (watch != null || ended || hasMore()) {
            return;
        }
        if (input.capacity() - limit < 1024) {
            // The request that is being answered still looks into the old array.
            input = ByteBuffer.allocate(SMALL);
            start = 0;
            limit = 0;
        }
        watch = threads.start(() -> {
            try {
                if (!fill()) {
                    caller.left();
                }
            } catch (IOException e) {
                ended = true;
                caller.left();
            }
        });
    }

    private static int endOfLine(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] != '\r' || bytes[at + 1] != '\n') {
            at++;
        }
        return at;
    }

    private static int indexOf(byte[] bytes, char wanted, int from, int to) {
        for (int at = from; at < to; at++) {
            if (bytes[at] == wanted) {
                return at;
            }
        }
        return -1;
    }

    private static long decimal(String digits) throws MalformedRequest {
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9 || value > Integer.MAX_VALUE) {
                throw new MalformedRequest(400, "Invalid HTTP request received.");
            }
            value = value * 10 + digit;
        }
        if (digits.isEmpty()) {
            throw new MalformedRequest(400, "Invalid HTTP request received.");
        }
        return value;
    }

    private static long hexadecimal(String digits) throws MalformedRequest {
        if (digits.isEmpty() || digits.length() > 7 || !digits.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            throw new MalformedRequest(400, "Invalid HTTP request received.");
        }
        return Long.parseLong(digits, 16);
    }
}
