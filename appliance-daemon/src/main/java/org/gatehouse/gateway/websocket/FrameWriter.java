package org.gatehouse.gateway.websocket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * Writes one side's frames, a message a frame. Thread-safe: a lock keeps the frames apart, and is held while the peer takes
 * nothing, so that whoever sends next waits too; {@link #stalledNanos} tells for how long.
 */
public final class FrameWriter {
    /** A longer frame goes out in pieces of this size. */
    private static final int SLICE_BYTES = 64 << 10;
    private static final int MOST_HEAD = 14;
    private static final int MOST_REASON = Frames.MOST_CONTROL - 2;

    private final ByteSink sink;
    private final @Nullable RandomGenerator masks;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean closed;
    private volatile boolean writing;
    private volatile long writingSince;

    private FrameWriter(ByteSink sink, @Nullable RandomGenerator masks, LongSupplier nanoTime) {
        this.sink = sink;
        this.masks = masks;
        this.nanoTime = nanoTime;
    }

    /** That of a server. */
    public static FrameWriter ofServer(ByteSink sink, LongSupplier nanoTime) {
        return new FrameWriter(sink, null, nanoTime);
    }

    /**
     * That of a client, which masks what it sends.
     *
     * @param masks that nobody can foresee (RFC 6455 5.3)
     */
    public static FrameWriter ofClient(ByteSink sink, RandomGenerator masks, LongSupplier nanoTime) {
        return new FrameWriter(sink, masks, nanoTime);
    }

    /** Sends a message; false when a close went out before. */
    public boolean send(Message.Data message) throws IOException {
        return frame(message.text() ? Frames.TEXT : Frames.BINARY, message.bytes());
    }

    /** Sends a text. */
    public boolean send(String text) throws IOException {
        return frame(Frames.TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Asks whether the peer is there. */
    public boolean ping() throws IOException {
        return frame(Frames.PING, new byte[0]);
    }

    /** Answers a ping. */
    public boolean pong(Message.Ping ping) throws IOException {
        return frame(Frames.PONG, ping.bytes());
    }

    /**
     * Sends the last frame; false when one went out before.
     *
     * @param code one that may not be sent stands for none
     * @param reason is cut to what a close frame holds
     */
    public boolean close(int code, String reason) throws IOException {
        if (!CloseCodes.mayBeSent(code)) {
            return frame(Frames.CLOSE, new byte[0]);
        }
        byte[] told = cut(reason);
        byte[] payload = new byte[2 + told.length];
        payload[0] = (byte) (code >> 8);
        payload[1] = (byte) code;
        System.arraycopy(told, 0, payload, 2, told.length);
        return frame(Frames.CLOSE, payload);
    }

    /** For how long the peer has taken nothing of what is being written; 0 when nothing is. From any thread. */
    public long stalledNanos() {
        return writing ? Math.max(0, nanoTime.getAsLong() - writingSince) : 0;
    }

    private boolean frame(int opcode, byte[] payload) throws IOException {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            closed = opcode == Frames.CLOSE;
            write(opcode, payload);
            return true;
        } catch (IOException e) {
            // Half a frame may be out: nothing that follows could be understood.
            closed = true;
            throw e;
        } finally {
            writing = false;
            lock.unlock();
        }
    }

    private void write(int opcode, byte[] payload) throws IOException {
        byte[] out = new byte[(int) Math.min(SLICE_BYTES, MOST_HEAD + (long) payload.length)];
        out[0] = (byte) (Frames.FIN | opcode);
        int at = length(out, payload.length);
        byte[] key = new byte[Frames.MASK_BYTES];
        RandomGenerator random = masks;
        if (random != null) {
            out[1] |= (byte) Frames.MASKED;
            random.nextBytes(key);
            System.arraycopy(key, 0, out, at, Frames.MASK_BYTES);
            at += Frames.MASK_BYTES;
        }
        int done = 0;
        do {
            int count = Math.min(payload.length - done, out.length - at);
            System.arraycopy(payload, done, out, at, count);
            if (random != null) {
                Frames.mask(out, at, at + count, key, 0, done & 3);
            }
            writingSince = nanoTime.getAsLong();
            writing = true;
            sink.write(out, 0, at + count);
            done += count;
            at = 0;
        } while (done < payload.length);
    }

    private static int length(byte[] head, int length) {
        if (length < Frames.TWO_BYTES) {
            head[1] = (byte) length;
            return 2;
        }
        if (length < 1 << 16) {
            head[1] = Frames.TWO_BYTES;
            head[2] = (byte) (length >> 8);
            head[3] = (byte) length;
            return 4;
        }
        head[1] = Frames.EIGHT_BYTES;
        for (int index = 0; index < 4; index++) {
            head[6 + index] = (byte) (length >> 24 - 8 * index);
        }
        return 10;
    }

    /** Not in the middle of a character. */
    private static byte[] cut(String reason) {
        byte[] bytes = reason.getBytes(StandardCharsets.UTF_8);
        int end = Math.min(bytes.length, MOST_REASON);
        while (end > 0 && end < bytes.length && (bytes[end] & 0xc0) == 0x80) {
            end--;
        }
        return Arrays.copyOf(bytes, end);
    }
}
