package org.gatehouse.simulated;

import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.zip.GZIPOutputStream;

import org.jspecify.annotations.Nullable;

/**
 * Writes one reply after the other to a connection: the head, then a whole body or parts, framed as the request's fault
 * wants it. Belongs to the connection's thread.
 */
final class Reply {
    private static final byte[] SIMULATED = Bytes.of("\r\nx-simulated: true\r\nserver: simulated-engine\r\n");
    private static final byte[] LAST_CHUNK = Bytes.of("0\r\n\r\n");
    private static final long SLOW_NANOS = 5_000_000;
    /** Long enough for most readers to take the one byte before the next one comes. */
    private static final long DRIBBLE_NANOS = 30_000;

    private final SocketChannel channel;
    private final Caller caller;
    private final Bytes out = new Bytes(4096);
    private final Bytes extraHeaders = new Bytes(128);
    private Fault fault = Fault.NONE;
    private boolean keepAlive;
    private boolean http11;
    private boolean begun;
    private boolean chunked;
    private int status;
    private Runnable beforeLastWrite = () -> {};
    private @Nullable Bytes compressed;
    private @Nullable GZIPOutputStream compressor;

    Reply(SocketChannel channel, Caller caller) {
        this.channel = channel;
        this.caller = caller;
    }

    /** Forgets the reply before; {@code lastWrite} runs before the last bytes of this one go out. */
    void start(Request request, Runnable lastWrite) {
        beforeLastWrite = lastWrite;
        fault = Fault.NONE;
        keepAlive = request.keepAlive();
        http11 = request.http11();
        begun = false;
        chunked = false;
        status = 0;
        compressed = null;
        compressor = null;
        out.clear();
        extraHeaders.clear();
    }

    Fault fault() {
        return fault;
    }

    void fault(Fault wanted) {
        fault = wanted;
    }

    /** Adds a header to the coming head. ASCII only. */
    void header(String name, String value) {
        extraHeaders.ascii(name).ascii(": ").ascii(value).ascii("\r\n");
    }

    /** Whether a head went out, so that no other status can. */
    boolean begun() {
        return begun;
    }

    int status() {
        return status;
    }

    /** Whether the connection may carry another request. */
    boolean keepAlive() {
        return keepAlive;
    }

    void closeAfter() {
        keepAlive = false;
    }

    /** Sends a reply in one piece. */
    void whole(int wholeStatus, String contentType, Bytes body) throws IOException {
        switch (fault) {
            case CLOSE_DELIMITED, GZIP, CUT_CLEAN, DRIBBLE -> {
                begin(wholeStatus, contentType);
                part(body);
                end();
            }
            default -> {
                head(wholeStatus, contentType);
                out.ascii("content-length: ").number(body.length()).ascii("\r\n\r\n");
                flushHeadIfSlow();
                out.put(body);
                beforeLastWrite.run();
                flush();
                closeSilentlyIfWanted();
            }
        }
    }

    /** Sends a head that announces {@code announced} bytes, and {@code sent} of them. */
    void partOfWhole(int wholeStatus, String contentType, Bytes body, int sent) throws IOException {
        head(wholeStatus, contentType);
        out.ascii("content-length: ").number(body.length()).ascii("\r\n\r\n").put(body.array(), 0, sent);
        flush();
    }

    /** Begins a reply in parts. The head goes out with the first part, or with {@link #flush}. */
    void begin(int partsStatus, String contentType) throws IOException {
        if (fault == Fault.CLOSE_DELIMITED || !http11) {
            keepAlive = false;
        } else {
            chunked = true;
        }
        head(partsStatus, contentType);
        if (chunked) {
            out.ascii("transfer-encoding: chunked\r\n");
        }
        if (fault == Fault.GZIP) {
            out.ascii("content-encoding: gzip\r\n");
            Bytes target = new Bytes(1024);
            compressed = target;
            compressor = new GZIPOutputStream(new IntoBytes(target), 512, true);
        }
        out.ascii("\r\n");
        flushHeadIfSlow();
    }

    /** Sends one part; it is on its way when this returns. */
    void part(Bytes data) throws IOException {
        part(data.array(), data.length());
        flush();
    }

    /** Frames a part and announces all of it, but sends only its first half; what follows is never sent. */
    void halfPart(Bytes data) throws IOException {
        if (chunked) {
            out.hex(data.length()).ascii("\r\n");
        }
        out.put(data.array(), 0, data.length() / 2);
        flush();
    }

    private void part(byte[] data, int length) throws IOException {
        GZIPOutputStream gzip = compressor;
        Bytes packed = compressed;
        if (gzip != null && packed != null) {
            gzip.write(data, 0, length);
            gzip.flush();
            chunk(packed.array(), packed.length());
            packed.clear();
        } else {
            chunk(data, length);
        }
    }

    private void chunk(byte[] data, int length) {
        if (length == 0) {
            return;
        }
        if (chunked) {
            out.hex(length).put('\r').put('\n').put(data, 0, length).put('\r').put('\n');
        } else {
            out.put(data, 0, length);
        }
    }

    /** Ends a reply in parts. */
    void end() throws IOException {
        GZIPOutputStream gzip = compressor;
        Bytes packed = compressed;
        if (gzip != null && packed != null) {
            gzip.finish();
            chunk(packed.array(), packed.length());
        }
        if (chunked) {
            out.put(LAST_CHUNK);
        }
        beforeLastWrite.run();
        flush();
        closeSilentlyIfWanted();
    }

    /** Sends all of a reply in parts but the end of its framing, so that its reader must know the end by what it says. */
    void endWithoutItsFraming() throws IOException {
        beforeLastWrite.run();
        flush();
    }

    // No "connection: close" announces it: the caller's pool keeps a dead connection.
    private void closeSilentlyIfWanted() {
        if (fault == Fault.CLOSE_KEEPALIVE) {
            keepAlive = false;
        }
    }

    private void head(int headStatus, String contentType) {
        begun = true;
        status = headStatus;
        out.ascii("HTTP/1.1 ").number(headStatus).put(' ').ascii(reason(headStatus));
        if (!contentType.isEmpty()) {
            out.ascii("\r\ncontent-type: ").ascii(contentType);
        }
        out.put(SIMULATED);
        if (!keepAlive) {
            out.ascii("connection: close\r\n");
        }
        out.put(extraHeaders);
    }

    private void flushHeadIfSlow() throws IOException {
        if (fault == Fault.SLOW_HEADERS) {
            oneByOne(SLOW_NANOS);
        }
    }

    /** Sends what has gathered. */
    void flush() throws IOException {
        if (fault == Fault.DRIBBLE) {
            oneByOne(DRIBBLE_NANOS);
        } else if (fault == Fault.SPLIT_UTF8) {
            splitCharacters();
        } else {
            write(out.view());
        }
        out.clear();
    }

    // TCP_NODELAY makes each write a packet of its own, as long as the receiver keeps up.
    private void oneByOne(long pauseNanos) throws IOException {
        for (int i = 0; i < out.length(); i++) {
            write(ByteBuffer.wrap(out.array(), i, 1));
            caller.pause(pauseNanos);
        }
        out.clear();
    }

    private void splitCharacters() throws IOException {
        int from = 0;
        for (int i = 1; i < out.length(); i++) {
            if ((out.array()[i] & 0xC0) == 0x80) {
                write(ByteBuffer.wrap(out.array(), from, i - from));
                caller.pause(SLOW_NANOS);
                from = i;
            }
        }
        write(ByteBuffer.wrap(out.array(), from, out.length() - from));
    }

    private void write(ByteBuffer bytes) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            // A write fails for one reason only: the other end does not take any more.
            throw new CallEnded(CallEnded.By.CALLER);
        }
    }

    /** Closes the connection at once; by a reset, when asked and when it is TCP. */
    void cut(boolean reset) throws IOException {
        keepAlive = false;
        beforeLastWrite.run();
        if (reset && channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        channel.close();
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 302 -> "Found";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 413 -> "Content Too Large";
            case 415 -> "Unsupported Media Type";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            default -> "Status";
        };
    }

    /** What the compressor writes into. */
    private static final class IntoBytes extends OutputStream {
        private final Bytes target;

        IntoBytes(Bytes target) {
            this.target = target;
        }

        @Override
        public void write(int single) {
            target.put((byte) single);
        }

        @Override
        public void write(byte[] data, int offset, int count) {
            target.put(data, offset, count);
        }
    }
}
