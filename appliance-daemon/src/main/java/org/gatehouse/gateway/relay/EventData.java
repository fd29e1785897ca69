package org.gatehouse.gateway.relay;

import java.io.ByteArrayOutputStream;

import org.jspecify.annotations.Nullable;

/**
 * The data of one event: a window on the event itself when it has one {@code data:} line, a copy when it has several.
 *
 * @param bytes where the data stands
 * @param from its first byte
 * @param to behind its last byte
 * @param type what the framing says of its type; {@code null} when nothing
 * @param inPlace whether it is a window on the event, so that a part of it can be left out when the event is passed on
 */
@SuppressWarnings("ArrayRecordComponent") // a window on a buffer, gone with the next read
record EventData(byte[] bytes, int from, int to, boolean inPlace, @Nullable String type) {

    /** The data of an event; empty when it is only a comment or a heartbeat. */
    static EventData of(EventCutter.Event event) {
        if (event.type() != null) {
            return new EventData(event.bytes(), event.from(), event.to(), true, event.type());
        }
        byte[] bytes = event.bytes();
        int from = 0;
        int to = 0;
        ByteArrayOutputStream several = null;
        int line = event.from();
        while (line < event.to()) {
            int lineEnd = line;
            while (lineEnd < event.to() && bytes[lineEnd] != '\n' && bytes[lineEnd] != '\r') {
                lineEnd++;
            }
            if (isData(bytes, line, lineEnd)) {
                int dataFrom = line + 5 < lineEnd && bytes[line + 5] == ' ' ? line + 6 : line + 5;
                if (to == 0) {
                    from = dataFrom;
                    to = lineEnd;
                } else {
                    if (several == null) {
                        several = new ByteArrayOutputStream();
                        several.write(bytes, from, to - from);
                    }
                    several.write('\n');
                    several.write(bytes, dataFrom, lineEnd - dataFrom);
                }
            }
            line = lineEnd + 1;
        }
        if (several != null) {
            byte[] joined = several.toByteArray();
            return new EventData(joined, 0, joined.length, false, null);
        }
        return new EventData(bytes, from, to, true, null);
    }

    private static boolean isData(byte[] bytes, int line, int lineEnd) {
        return lineEnd - line >= 5 && bytes[line] == 'd' && bytes[line + 1] == 'a' && bytes[line + 2] == 't'
                && bytes[line + 3] == 'a' && bytes[line + 4] == ':';
    }

    /** The data as one line, so that it can be passed on as an event of its own; white space in JSON, no more, is lost. */
    EventData onOneLine() {
        byte[] line = java.util.Arrays.copyOfRange(bytes, from, to);
        for (int i = 0; i < line.length; i++) {
            line[i] = line[i] == '\n' ? (byte) ' ' : line[i];
        }
        return new EventData(line, 0, line.length, false, type);
    }

    boolean isEmpty() {
        return from >= to;
    }

    boolean is(byte[] text) {
        return to - from == text.length && java.util.Arrays.equals(bytes, from, to, text, 0, text.length);
    }
}
