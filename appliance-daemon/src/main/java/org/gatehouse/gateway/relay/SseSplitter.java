package org.gatehouse.gateway.relay;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.http.UpstreamFailureException;

/**
 * Cuts a stream of bytes into server-sent events, whatever packets they came in: an event ends with an empty line, and
 * lines end with LF, CR LF or CR (WHATWG HTML 9.2.5). Keeps only what is not passed on yet. Confined to one thread.
 */
final class SseSplitter implements EventCutter {
    private static final int FIRST_BUFFER_BYTES = 4096;
    private static final int READ_BYTES = 2048;

    private final int maxEventBytes;
    private byte[] buffer = new byte[FIRST_BUFFER_BYTES];
    private int start;
    private int line;
    private int scanned;
    private int end;
    private boolean ended;

    SseSplitter(int maxEventBytes) {
        this.maxEventBytes = maxEventBytes;
    }

    @Override
    public boolean fill(Source source) throws UpstreamFailureException {
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

    @Override
    public boolean tooLarge() {
        return end - start > maxEventBytes;
    }

    @Override
    public @Nullable Event next() {
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

    /** Made whole: the empty line that is missing may be all that is. */
    @Override
    public @Nullable Event rest() {
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
}
