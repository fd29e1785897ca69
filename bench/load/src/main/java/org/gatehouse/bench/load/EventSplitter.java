package org.gatehouse.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds the {@code data} of server-sent events in body bytes that may be cut anywhere. Events of several data lines are
 * given line by line, which no OpenAI-compatible server sends. Confined to one thread.
 */
final class EventSplitter implements ReplyReader.BodySink {
    private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);

    /** Takes the data of one event; the bytes are valid only during the call. */
    interface EventSink {
        void data(byte[] buffer, int from, int to);
    }

    private final EventSink sink;
    private byte[] line = new byte[1024];
    private int length;

    EventSplitter(EventSink sink) {
        this.sink = sink;
    }

    /** Forgets a line begun. */
    void reset() {
        length = 0;
    }

    @Override
    public void bytes(byte[] buffer, int from, int to) {
        int start = from;
        for (int at = from; at < to; at++) {
            if (buffer[at] != '\n') {
                continue;
            }
            if (length == 0) {
                line(buffer, start, at);
            } else {
                keep(buffer, start, at);
                line(line, 0, length);
                length = 0;
            }
            start = at + 1;
        }
        keep(buffer, start, to);
    }

    private void keep(byte[] buffer, int from, int to) {
        int needed = length + to - from;
        if (needed > line.length) {
            line = Arrays.copyOf(line, Math.max(needed, line.length * 2));
        }
        System.arraycopy(buffer, from, line, length, to - from);
        length = needed;
    }

    private void line(byte[] buffer, int from, int to) {
        int end = to > from && buffer[to - 1] == '\r' ? to - 1 : to;
        if (end - from < DATA.length || !Arrays.equals(buffer, from, from + DATA.length, DATA, 0, DATA.length)) {
            return;
        }
        int start = from + DATA.length;
        sink.data(buffer, start < end && buffer[start] == ' ' ? start + 1 : start, end);
    }
}
