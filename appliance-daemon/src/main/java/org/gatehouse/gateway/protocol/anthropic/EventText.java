package org.gatehouse.gateway.protocol.anthropic;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes pieces of events as UTF-8 straight from strings, without a tree or a generator for each. Confined to one thread.
 */
final class EventText {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    /** The most bytes of one character: an escape of six. */
    private static final int WIDEST = 6;

    private byte[] buffer = new byte[512];
    private int length;

    /** Puts bytes as they are. */
    EventText raw(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
        return this;
    }

    /** Puts a number. */
    EventText number(long number) {
        return raw(Long.toString(number).getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Puts a string with its quotes. Half of a surrogate pair is escaped: some engines cut between the halves, and a client
     * that joins the pieces gets the character back.
     */
    EventText quoted(String text) {
        room(text.length() * 3 + 2);
        buffer[length++] = '"';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
                room(1);
                buffer[length++] = (byte) c;
            } else if (Character.isHighSurrogate(c) && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                pair(Character.toCodePoint(c, text.charAt(i)));
            } else {
                other(c);
            }
        }
        room(1);
        buffer[length++] = '"';
        return this;
    }

    private void pair(int c) {
        room(4);
        buffer[length++] = (byte) (0xf0 | c >> 18);
        buffer[length++] = (byte) (0x80 | c >> 12 & 0x3f);
        buffer[length++] = (byte) (0x80 | c >> 6 & 0x3f);
        buffer[length++] = (byte) (0x80 | c & 0x3f);
    }

    private void other(char c) {
        room(WIDEST);
        if (c == '"' || c == '\\') {
            buffer[length++] = '\\';
            buffer[length++] = (byte) c;
        } else if (c == '\n') {
            buffer[length++] = '\\';
            buffer[length++] = 'n';
        } else if (c <= 0x7f || Character.isSurrogate(c)) {
            buffer[length++] = '\\';
            buffer[length++] = 'u';
            buffer[length++] = HEX[c >> 12];
            buffer[length++] = HEX[c >> 8 & 15];
            buffer[length++] = HEX[c >> 4 & 15];
            buffer[length++] = HEX[c & 15];
        } else if (c < 0x800) {
            buffer[length++] = (byte) (0xc0 | c >> 6);
            buffer[length++] = (byte) (0x80 | c & 0x3f);
        } else {
            buffer[length++] = (byte) (0xe0 | c >> 12);
            buffer[length++] = (byte) (0x80 | c >> 6 & 0x3f);
            buffer[length++] = (byte) (0x80 | c & 0x3f);
        }
    }

    /** Hands over what was put. */
    void flush(ByteArrayOutputStream out) {
        out.write(buffer, 0, length);
        length = 0;
    }

    private void room(int bytes) {
        if (buffer.length - length < bytes) {
            buffer = java.util.Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + bytes));
        }
    }
}
