package org.gatehouse.simulated;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing run of bytes that knows how to write JSON text into itself. One owner, no locks. */
final class Bytes {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] array;
    private int length;

    Bytes(int capacity) {
        array = new byte[capacity];
    }

    static byte[] of(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    byte[] array() {
        return array;
    }

    int length() {
        return length;
    }

    Bytes clear() {
        length = 0;
        return this;
    }

    void truncate(int newLength) {
        length = Math.min(length, newLength);
    }

    Bytes put(byte[] source) {
        return put(source, 0, source.length);
    }

    Bytes put(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, array, length, count);
        length += count;
        return this;
    }

    Bytes put(Bytes source) {
        return put(source.array, 0, source.length);
    }

    Bytes put(char asciiCharacter) {
        reserve(1);
        array[length++] = (byte) asciiCharacter;
        return this;
    }

    Bytes put(byte single) {
        reserve(1);
        array[length++] = single;
        return this;
    }

    /** Appends text that holds ASCII only; anything else comes out as a question mark. */
    Bytes ascii(String text) {
        int count = text.length();
        reserve(count);
        for (int i = 0; i < count; i++) {
            char c = text.charAt(i);
            array[length + i] = c < 128 ? (byte) c : (byte) '?';
        }
        length += count;
        return this;
    }

    Bytes number(long value) {
        if (value < 0) {
            return ascii(Long.toString(value));
        }
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        reserve(digits);
        long rest = value;
        for (int i = digits - 1; i >= 0; i--) {
            array[length + i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    Bytes hex(int value) {
        int digits = Math.max(1, (35 - Integer.numberOfLeadingZeros(value)) / 4);
        for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
            put(HEX[(value >>> shift) & 15]);
        }
        return this;
    }

    /** Appends a JSON string, quotes included. */
    Bytes quoted(String text) {
        return put('"').escaped(text).put('"');
    }

    /** Appends the inside of a JSON string, as UTF-8; a lone surrogate becomes U+FFFD. */
    Bytes escaped(String text) {
        int count = text.length();
        for (int i = 0; i < count; i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
                put(c);
            } else if (c < 0x80) {
                escape(c);
            } else {
                int codePoint = text.codePointAt(i);
                i += Character.charCount(codePoint) - 1;
                utf8(codePoint);
            }
        }
        return this;
    }

    private void escape(char c) {
        switch (c) {
            case '"', '\\' -> put('\\').put(c);
            case '\n' -> put('\\').put('n');
            case '\r' -> put('\\').put('r');
            case '\t' -> put('\\').put('t');
            default -> {
                if (c < 0x20) {
                    ascii("\\u00").put(HEX[c >> 4]).put(HEX[c & 15]);
                } else {
                    put(c);
                }
            }
        }
    }

    void utf8(int codePoint) {
        int point = codePoint >= 0xD800 && codePoint <= 0xDFFF ? 0xFFFD : codePoint;
        if (point < 0x80) {
            put((byte) point);
        } else if (point < 0x800) {
            put((byte) (0xC0 | (point >> 6)));
            continuation(point);
        } else if (point < 0x10000) {
            put((byte) (0xE0 | (point >> 12)));
            continuation(point >> 6);
            continuation(point);
        } else {
            put((byte) (0xF0 | (point >> 18)));
            continuation(point >> 12);
            continuation(point >> 6);
            continuation(point);
        }
    }

    private void continuation(int bits) {
        put((byte) (0x80 | (bits & 0x3F)));
    }

    ByteBuffer view() {
        return ByteBuffer.wrap(array, 0, length);
    }

    byte[] copy() {
        return Arrays.copyOf(array, length);
    }

    String text() {
        return new String(array, 0, length, StandardCharsets.UTF_8);
    }

    private void reserve(int count) {
        if (array.length - length < count) {
            array = Arrays.copyOf(array, Math.max(array.length * 2, length + count));
        }
    }
}
