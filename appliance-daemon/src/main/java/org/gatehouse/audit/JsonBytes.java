package org.gatehouse.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON object in the one form that the chain hashes: fields in the order of the calls, absent ones left out,
 * no white space, only what must be escaped is escaped, UTF-8. A lone surrogate becomes U+FFFD, because UTF-8 has no
 * bytes for it. Confined to one thread.
 */
final class JsonBytes {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** A call's record takes about 1,100 bytes. */
    private byte[] bytes = new byte[2_048];
    private int length;
    private boolean first = true;

    JsonBytes begin() {
        put('{');
        first = true;
        return this;
    }

    JsonBytes end() {
        put('}');
        first = false;
        return this;
    }

    /** Opens an object as the value of a field. */
    JsonBytes begin(String name) {
        name(name);
        return begin();
    }

    /** Opens a list as the value of a field; its items are objects. */
    JsonBytes beginList(String name) {
        name(name);
        put('[');
        first = true;
        return this;
    }

    /** Opens the next item of a list. */
    JsonBytes item() {
        if (!first) {
            put(',');
        }
        return begin();
    }

    JsonBytes endList() {
        put(']');
        first = false;
        return this;
    }

    JsonBytes field(String name, @Nullable String value) {
        if (value != null) {
            name(name);
            text(value);
        }
        return this;
    }

    JsonBytes field(String name, long value) {
        name(name);
        ascii(Long.toString(value));
        return this;
    }

    JsonBytes field(String name, @Nullable Long value) {
        return value == null ? this : field(name, value.longValue());
    }

    JsonBytes field(String name, boolean value) {
        name(name);
        ascii(value ? "true" : "false");
        return this;
    }

    JsonBytes field(String name, @Nullable UUID value) {
        if (value != null) {
            name(name);
            room(38);
            bytes[length++] = '"';
            hex(value.getMostSignificantBits(), 8, 4, 4);
            bytes[length++] = '-';
            hex(value.getLeastSignificantBits(), 4, 12);
            bytes[length++] = '"';
        }
        return this;
    }

    JsonBytes field(String name, Instant value) {
        name(name);
        room(29);
        bytes[length++] = '"';
        length = Micros.write(value, bytes, length);
        bytes[length++] = '"';
        return this;
    }

    /** How many bytes a text takes at most, without its quotes. */
    static int lengthOf(String value) {
        int bytes = 0;
        for (int i = 0; i < value.length(); i++) {
            char unit = value.charAt(i);
            if (unit < 0x20) {
                bytes += 6;
            } else if (unit < 0x80) {
                bytes += unit == '"' || unit == '\\' ? 2 : 1;
            } else {
                bytes += unit < 0x800 ? 2 : 3;
            }
        }
        return bytes;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void name(String name) {
        if (first) {
            first = false;
        } else {
            put(',');
        }
        put('"');
        ascii(name);
        put('"');
        put(':');
    }

    /** Groups of hex digits from the top of a number, dashes between them. */
    private void hex(long value, int... groups) {
        int shift = 60;
        for (int group = 0; group < groups.length; group++) {
            if (group > 0) {
                bytes[length++] = '-';
            }
            for (int digit = 0; digit < groups[group]; digit++) {
                bytes[length++] = HEX[(int) (value >>> shift) & 15];
                shift -= 4;
            }
        }
    }

    private void text(String value) {
        // Three bytes a UTF-16 unit at most, six for an escape.
        room(value.length() * 6 + 2);
        bytes[length++] = '"';
        for (int i = 0; i < value.length(); i++) {
            char unit = value.charAt(i);
            if (unit < 0x80) {
                plain(unit);
            } else if (unit < 0x800) {
                bytes[length++] = (byte) (0xC0 | unit >> 6);
                bytes[length++] = (byte) (0x80 | unit & 0x3F);
            } else if (Character.isHighSurrogate(unit) && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                int point = Character.toCodePoint(unit, value.charAt(++i));
                bytes[length++] = (byte) (0xF0 | point >> 18);
                bytes[length++] = (byte) (0x80 | point >> 12 & 0x3F);
                bytes[length++] = (byte) (0x80 | point >> 6 & 0x3F);
                bytes[length++] = (byte) (0x80 | point & 0x3F);
            } else {
                int point = Character.isSurrogate(unit) ? 0xFFFD : unit;
                bytes[length++] = (byte) (0xE0 | point >> 12);
                bytes[length++] = (byte) (0x80 | point >> 6 & 0x3F);
                bytes[length++] = (byte) (0x80 | point & 0x3F);
            }
        }
        bytes[length++] = '"';
    }

    private void plain(char unit) {
        if (unit == '"' || unit == '\\') {
            bytes[length++] = '\\';
            bytes[length++] = (byte) unit;
        } else if (unit >= 0x20) {
            bytes[length++] = (byte) unit;
        } else {
            bytes[length++] = '\\';
            bytes[length++] = 'u';
            bytes[length++] = '0';
            bytes[length++] = '0';
            bytes[length++] = HEX[unit >> 4];
            bytes[length++] = HEX[unit & 15];
        }
    }

    @SuppressWarnings("deprecation") // String.getBytes(int, int, byte[], int) copies ASCII without an encoder
    private void ascii(String value) {
        room(value.length());
        value.getBytes(0, value.length(), bytes, length);
        length += value.length();
    }

    private void put(char ascii) {
        room(1);
        bytes[length++] = (byte) ascii;
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
