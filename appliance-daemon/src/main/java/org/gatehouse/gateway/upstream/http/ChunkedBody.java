package org.gatehouse.gateway.upstream.http;

import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

/**
 * The chunked transfer coding (RFC 9112 7.1), read strictly: sizes are hexadecimal digits, lines end in CRLF, and the body has
 * ended only after the last chunk and its trailer. One read hands over as many chunks as have arrived.
 */
final class ChunkedBody implements Body {
    /** 2^60 bytes: more digits would be an attempt to overflow. */
    private static final int MOST_SIZE_DIGITS = 15;
    /** Extensions are thrown away; longer ones are an attack rather than a message (RFC 9112 7.1.1). */
    private static final int MOST_EXTENSION_BYTES = 4096;

    private final ReplyInput input;
    private final int maxTrailerBytes;
    private Part part = Part.SIZE;
    private long left;
    private int digits;
    private int skipped;
    private @Nullable UpstreamFailureException pending;

    /** What the next byte belongs to. */
    private enum Part {
        SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER_START, TRAILER, TRAILER_LF, LAST_LF, END
    }

    ChunkedBody(ReplyInput input, int maxTrailerBytes) {
        this.input = input;
        this.maxTrailerBytes = maxTrailerBytes;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws UpstreamFailureException {
        if (pending != null) {
            throw pending;
        }
        int taken = 0;
        while (part != Part.END) {
            if (taken > 0 && !input.buffer().hasRemaining()) {
                return taken;
            }
            if (part == Part.DATA) {
                if (taken == length) {
                    return taken;
                }
                taken += takeData(target, offset + taken, length - taken);
            } else if (!stepped(taken > 0)) {
                return taken;
            }
        }
        return taken > 0 ? taken : -1;
    }

    @Override
    public boolean isFinished() {
        return part == Part.END;
    }

    @Override
    public void close() {
        // holds nothing
    }

    private int takeData(byte[] target, int offset, int length) throws UpstreamFailureException {
        input.require("inside a chunk");
        ByteBuffer buffer = input.buffer();
        int count = (int) Math.min(Math.min(length, left), buffer.remaining());
        buffer.get(target, offset, count);
        left -= count;
        if (left == 0) {
            part = Part.DATA_CR;
        }
        return count;
    }

    /** Reads one byte between the data; a failure there must not swallow data that came before it. */
    private boolean stepped(boolean dataBefore) throws UpstreamFailureException {
        try {
            step(input.next("before the last chunk"));
            return true;
        } catch (UpstreamFailureException broken) {
            if (!dataBefore) {
                throw broken;
            }
            pending = broken;
            return false;
        }
    }

    private void step(int value) throws UpstreamFailureException {
        switch (part) {
            case SIZE -> size(value);
            case EXTENSION -> extension(value);
            case SIZE_LF -> {
                expect('\n', value, "the line of a chunk size");
                part = left == 0 ? Part.TRAILER_START : Part.DATA;
            }
            case DATA_CR -> {
                expect('\r', value, "a chunk");
                part = Part.DATA_LF;
            }
            case DATA_LF -> {
                expect('\n', value, "a chunk");
                part = Part.SIZE;
                digits = 0;
                skipped = 0;
            }
            case TRAILER_START -> part = value == '\r' ? Part.LAST_LF : trailer(value);
            case TRAILER -> part = value == '\r' ? Part.TRAILER_LF : trailer(value);
            case TRAILER_LF -> {
                expect('\n', value, "a trailer line");
                part = Part.TRAILER_START;
            }
            case LAST_LF -> {
                expect('\n', value, "the trailer");
                part = Part.END;
            }
            case DATA, END -> throw new IllegalStateException("No line is read in part " + part + ".");
        }
    }

    private void size(int value) throws UpstreamFailureException {
        int digit = Character.digit(value, 16);
        if (digit >= 0 && value < 128) {
            if (++digits > MOST_SIZE_DIGITS) {
                throw input.malformed("a chunk size has more than " + MOST_SIZE_DIGITS + " digits");
            }
            left = digits == 1 ? digit : (left << 4) | digit;
        } else if (digits == 0) {
            throw input.malformed("a chunk size does not begin with a hexadecimal digit");
        } else if (value == '\r') {
            part = Part.SIZE_LF;
        } else if (value == ';' || value == ' ' || value == '\t') {
            part = Part.EXTENSION;
        } else {
            throw input.malformed("a chunk size is followed by something that is no extension");
        }
    }

    private void extension(int value) throws UpstreamFailureException {
        if (value == '\r') {
            part = Part.SIZE_LF;
        } else if (!Grammar.isFieldContent(value) || ++skipped > MOST_EXTENSION_BYTES) {
            throw input.malformed(
                    "a chunk extension is longer than " + MOST_EXTENSION_BYTES + " bytes or holds a control character");
        }
    }

    private Part trailer(int value) throws UpstreamFailureException {
        if (!Grammar.isFieldContent(value) || ++skipped > maxTrailerBytes) {
            throw input
                    .malformed("the trailer is longer than " + maxTrailerBytes + " bytes or holds a control character");
        }
        return Part.TRAILER;
    }

    private void expect(int wanted, int value, String after) throws UpstreamFailureException {
        if (wanted != value) {
            throw input.malformed(after + " does not end in CRLF");
        }
    }
}
