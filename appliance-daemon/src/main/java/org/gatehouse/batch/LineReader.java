package org.gatehouse.batch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

import org.jspecify.annotations.Nullable;

/**
 * Splits a file into its lines, wherever its pieces end: at LF, with or without a CR before it; a byte order mark at the very
 * beginning is left out. Holds one line at most, and of one that is too long nothing. Not thread-safe.
 */
final class LineReader implements AutoCloseable {
    private static final int PIECE = 64 << 10;
    private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream in;
    private final int mostBytes;
    private final byte[] piece = new byte[PIECE];
    private int at;
    private int end;
    private int number;

    /** @param mostBytes of a line, without what ends it */
    LineReader(InputStream in, int mostBytes) {
        this.in = in;
        this.mostBytes = mostBytes;
    }

    /** The next line; {@code null} at the end. What follows the last LF is a line unless it is empty. */
    @Nullable
    Line next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        boolean any = false;
        boolean tooLong = false;
        while (fill()) {
            any = true;
            int lineEnd = at;
            while (lineEnd < end && piece[lineEnd] != '\n') {
                lineEnd++;
            }
            // One more for a CR that belongs to the line's end, and a mark for the first.
            if (line.size() + lineEnd - at > mostBytes + 1 + MARK.length) {
                tooLong = true;
                line.reset();
            } else if (!tooLong) {
                line.write(piece, at, lineEnd - at);
            }
            at = lineEnd;
            if (at < end) {
                at++;
                return line(line.toByteArray(), tooLong);
            }
        }
        return any ? line(line.toByteArray(), tooLong) : null;
    }

    private Line line(byte[] bytes, boolean tooLong) {
        number++;
        int from = number == 1 && startsWithMark(bytes) ? MARK.length : 0;
        int to = bytes.length > from && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
        if (tooLong || to - from > mostBytes) {
            return new Line(number, new byte[0], true);
        }
        return new Line(number, from == 0 && to == bytes.length ? bytes : java.util.Arrays.copyOfRange(bytes, from, to),
                false);
    }

    private static boolean startsWithMark(byte[] bytes) {
        return bytes.length >= MARK.length && bytes[0] == MARK[0] && bytes[1] == MARK[1] && bytes[2] == MARK[2];
    }

    private boolean fill() throws IOException {
        if (at == end) {
            at = 0;
            end = Math.max(0, in.read(piece, 0, piece.length));
        }
        return at < end;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
