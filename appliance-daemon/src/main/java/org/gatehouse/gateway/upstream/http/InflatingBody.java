package org.gatehouse.gateway.upstream.http;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

import org.jspecify.annotations.Nullable;

/**
 * Decodes {@code gzip} and {@code deflate} as the bytes arrive: whatever the upstream has flushed comes out at once, so that a
 * compressed event stream is not held back. Such replies are not asked for; some servers send them nevertheless. A checksum that
 * does not fit and a compressed body that stops early are protocol errors.
 */
final class InflatingBody implements Body {
    private static final int CODED_BYTES = 8 << 10;
    private static final int TRAILER_BYTES = 8;

    private final Body coded;
    private final ReplyInput input;
    private final boolean gzip;
    private final byte[] raw = new byte[CODED_BYTES];
    private final CRC32 checksum = new CRC32();
    private @Nullable Inflater inflater;
    private GzipHeader header = new GzipHeader();
    private Part part = Part.START;
    private int position;
    private int limit;
    private long trailer;
    private int trailerBytes;
    private long plainBytes;

    /** What the next coded byte belongs to. */
    private enum Part {
        START, HEADER, DATA, TRAILER, AFTER, END
    }

    InflatingBody(Body coded, ReplyInput input, boolean gzip) {
        this.coded = coded;
        this.input = input;
        this.gzip = gzip;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws UpstreamFailureException {
        try {
            while (part != Part.END) {
                int count = part == Part.DATA ? inflate(target, offset, length) : 0;
                if (count > 0) {
                    return count;
                }
                if (position == limit && needsMore() && !refill()) {
                    finish();
                } else if (part != Part.DATA) {
                    frame(raw[position++] & 0xff);
                }
            }
            return -1;
        } catch (MalformedReply broken) {
            throw input.malformed(String.valueOf(broken.getMessage()));
        }
    }

    @Override
    public boolean isFinished() {
        return part == Part.END;
    }

    @Override
    public void close() {
        Inflater current = inflater;
        if (current != null) {
            inflater = null;
            current.end();
        }
    }

    private boolean needsMore() {
        Inflater current = inflater;
        return part != Part.DATA || current == null || current.needsInput();
    }

    private boolean refill() throws UpstreamFailureException {
        int count = coded.read(raw, 0, raw.length);
        position = 0;
        limit = Math.max(0, count);
        return count > 0;
    }

    /** The coded body has ended; that must be between two members. */
    private void finish() throws MalformedReply {
        if (part != Part.START && part != Part.AFTER) {
            throw new MalformedReply("a compressed body ends early");
        }
        part = Part.END;
        close();
    }

    private int inflate(byte[] target, int offset, int length) throws MalformedReply {
        Inflater current = inflater;
        if (current == null) {
            throw new IllegalStateException("The body has been closed. Read it before.");
        }
        try {
            if (current.needsInput()) {
                current.setInput(raw, position, limit - position);
                position = limit;
            }
            int count = current.inflate(target, offset, length);
            if (gzip) {
                checksum.update(target, offset, count);
                plainBytes += count;
            }
            if (current.finished()) {
                position = limit - current.getRemaining();
                part = gzip ? Part.TRAILER : Part.AFTER;
            } else if (current.needsDictionary()) {
                throw new MalformedReply("a compressed body needs a dictionary");
            }
            return count;
        } catch (DataFormatException damaged) {
            throw new MalformedReply("a compressed body is damaged");
        }
    }

    /** Takes one byte of what stands around the compressed data. */
    private void frame(int value) throws MalformedReply {
        switch (part) {
            case START -> start(value);
            case HEADER -> header(value);
            case TRAILER -> trailer(value);
            case AFTER -> after(value);
            case DATA, END -> throw new IllegalStateException("No frame is read in part " + part + ".");
        }
    }

    private void start(int value) throws MalformedReply {
        if (gzip) {
            part = Part.HEADER;
            header(value);
        } else {
            // RFC 9110 8.4.1.2 means the zlib format, but some servers send bare deflate; a zlib header's low half is always 8.
            inflater = new Inflater((value & 0x0f) != 8);
            position--;
            part = Part.DATA;
        }
    }

    private void header(int value) throws MalformedReply {
        if (header.accept(value)) {
            Inflater current = inflater;
            if (current == null) {
                inflater = new Inflater(true);
            } else {
                current.reset();
            }
            part = Part.DATA;
        }
    }

    private void trailer(int value) throws MalformedReply {
        trailer |= (long) value << (8 * trailerBytes);
        if (++trailerBytes < TRAILER_BYTES) {
            return;
        }
        if (trailer != (checksum.getValue() | (plainBytes << 32))) {
            throw new MalformedReply("the checksum of a compressed body does not fit");
        }
        trailer = 0;
        trailerBytes = 0;
        plainBytes = 0;
        checksum.reset();
        header = new GzipHeader();
        part = Part.AFTER;
    }

    /** RFC 1952 2.2 allows further members; padding with zeros is widespread. */
    private void after(int value) throws MalformedReply {
        if (gzip && value == 0x1f) {
            part = Part.HEADER;
            header(value);
        } else if (!gzip || value != 0) {
            throw new MalformedReply("bytes after the end of a compressed body");
        }
    }
}
