package org.gatehouse.gateway.relay;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.http.UpstreamFailureException;

/**
 * Cuts a stream of bytes into server-sent events, whatever packets they came in: an event ends with an empty line, and
 * lines end with LF, CR LF or CR (WHATWG HTML 9.2.5). Keeps only what is not passed on yet. Confined to one thread.
 */
final class SseSplitter {
    private static final int FIRST_BUFFER_BYTES = 4096;
    private static final int READ_BYTES = 2048;

    private final int maxEventBytes;
    private byte[] buffer = new byte[FIRST_BUFFER_BYTES];
    private int start;
    private int line;
    private int scanned;
    private int end;
    private boolean ended;

    /** Where the bytes come from. */
    @FunctionalInterface
    interface Source {

        /** Waits for at least one byte and takes what is there; -1 at the clean end. */
        int read(byte[] target, int offset, int length) throws UpstreamFailureException;
    }

    SseSplitter(int maxEventBytes) {
        this.maxEventBytes = maxEventBytes;
    }

    /** Reads what is there now, waiting for at least one byte; false at the clean end of the reply. */
    boolean fill(Source source) throws UpstreamFailureException {
        if (ended) {
            return false;
        }
        makeRoom();
        int count = source.read(buffer, end, buffer.length - end);
        if (count < 0) {
            ended = true;
            return false;
        }
        end += count;
        return true;
    }

    /** Whether the event being read is larger than allowed. */
    boolean tooLarge() {
        return end - start > maxEventBytes;
    }

    /** The next whole event, valid until the next {@link #fill}; null when more bytes are needed. */
    @Nullable
    Event next() {
        while (scanned < end) {
            byte here = buffer[scanned];
            if (here != '\n' && here != '\r') {
                scanned++;
                continue;
            }
            int after = scanned + 1;
            if (here == '\r') {
                if (after == end && !endsOnBareReturn()) {
                    // The LF that belongs to it is still on its way.
                    return null;
                }
                after += after < end && buffer[after] == '\n' ? 1 : 0;
            }
            boolean empty = scanned == line;
            line = after;
            scanned = after;
            if (empty) {
                Event event = new Event(buffer, start, after);
                start = after;
                return event;
            }
        }
        return null;
    }

    /** A second CR in a row: this stream ends its lines with CR alone, so nothing needs to follow. */
    private boolean endsOnBareReturn() {
        return scanned == line && scanned > start && buffer[scanned - 1] == '\r';
    }

    /** What is left behind the last whole event when the stream has ended, made whole; null when nothing is. */
    @Nullable
    Event rest() {
        if (start == end) {
            return null;
        }
        byte[] rest = Arrays.copyOfRange(buffer, start, end + 2);
        rest[end - start] = '\n';
        rest[end - start + 1] = '\n';
        start = end;
        return new Event(rest, 0, rest.length);
    }

    private void makeRoom() {
        if (start == end) {
            start = 0;
            line = 0;
            scanned = 0;
            end = 0;
        }
        if (buffer.length - end >= READ_BYTES) {
            return;
        }
        int held = end - start;
        if (held + READ_BYTES > buffer.length) {
            buffer = Arrays.copyOfRange(buffer, start, start + Math.max(buffer.length * 2, held + READ_BYTES));
        } else {
            System.arraycopy(buffer, start, buffer, 0, held);
        }
        line -= start;
        scanned -= start;
        start = 0;
        end = held;
    }

    /**
     * One event with its empty line.
     *
     * @param bytes the buffer it stands in
     * @param from its first byte
     * @param to behind its last byte
     */
    @SuppressWarnings("ArrayRecordComponent") // a window on a buffer, gone with the next read
    record Event(byte[] bytes, int from, int to) {}
}
