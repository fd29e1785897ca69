package org.gatehouse.gateway.relay;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;

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
    private int scanned;
    private int end;
    private boolean ended;

    SseSplitter(int maxEventBytes) {
        this.maxEventBytes = maxEventBytes;
    }

    /** Reads what is there now, waiting for at least one byte; false at the clean end of the reply. */
    boolean fill(UpstreamReply reply) throws UpstreamFailureException {
        if (ended) {
            return false;
        }
        makeRoom();
        int count = reply.read(buffer, end, buffer.length - end);
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
        int at = Math.max(scanned, start);
        while (at < end) {
            int stop = endOfEvent(at);
            if (stop > 0) {
                Event event = new Event(buffer, start, stop);
                start = stop;
                scanned = stop;
                return event;
            }
            at++;
        }
        // The last three bytes may be the beginning of an empty line.
        scanned = Math.max(start, end - 3);
        return null;
    }

    /** What is left behind the last whole event when the stream has ended; null when nothing is. */
    @Nullable
    Event rest() {
        if (start == end) {
            return null;
        }
        Event event = new Event(buffer, start, end);
        start = end;
        return event;
    }

    private int endOfEvent(int at) {
        byte here = buffer[at];
        if (here == '\n') {
            if (at + 1 < end && buffer[at + 1] == '\n') {
                return at + 2;
            }
            if (at + 2 < end && buffer[at + 1] == '\r' && buffer[at + 2] == '\n') {
                return at + 3;
            }
        } else if (here == '\r' && at + 1 < end && buffer[at + 1] == '\r') {
            return at + 2;
        }
        return -1;
    }

    private void makeRoom() {
        if (start == end) {
            start = 0;
            scanned = 0;
            end = 0;
        }
        if (buffer.length - end >= READ_BYTES) {
            return;
        }
        int held = end - start;
        if (held + READ_BYTES > buffer.length) {
            byte[] larger = Arrays.copyOfRange(buffer, start, start + Math.max(buffer.length * 2, held + READ_BYTES));
            buffer = larger;
        } else {
            System.arraycopy(buffer, start, buffer, 0, held);
        }
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
