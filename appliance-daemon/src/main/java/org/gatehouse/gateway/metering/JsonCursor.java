package org.gatehouse.gateway.metering;

import java.util.Arrays;

import static org.gatehouse.gateway.metering.JsonBytes.endOfString;
import static org.gatehouse.gateway.metering.JsonBytes.endOfValue;
import static org.gatehouse.gateway.metering.JsonBytes.skipSpace;

/**
 * Walks over the fields of one JSON object, or the items of one array, where they stand: skips values without reading
 * them, so that it costs one pass over the bytes. Knows the structure and no more; what is no JSON ends the walk as
 * {@linkplain #broken() broken}. Names are compared as written, so one with escapes is nobody's. Confined to one thread.
 */
public final class JsonCursor {
    private final byte[] bytes;
    private final int to;
    private final boolean object;
    private final byte close;
    private int at;
    private boolean first = true;
    private boolean ended;
    private boolean broken;
    private int nameFrom;
    private int nameTo;
    private int valueFrom;

    private JsonCursor(byte[] bytes, int from, int to, boolean object) {
        this.bytes = bytes;
        this.to = to;
        this.object = object;
        this.close = (byte) (object ? '}' : ']');
        this.at = skipSpace(bytes, from, to);
        if (at < to && bytes[at] == (object ? '{' : '[')) {
            at++;
        } else {
            broken = true;
        }
    }

    /** The fields of the object that starts at {@code from}; broken at once when none does. */
    public static JsonCursor fields(byte[] bytes, int from, int to) {
        return new JsonCursor(bytes, from, to, true);
    }

    /** The items of the array that starts at {@code from}; broken at once when none does. */
    public static JsonCursor items(byte[] bytes, int from, int to) {
        return new JsonCursor(bytes, from, to, false);
    }

    /** Goes to the next field or item; false behind the last one. */
    public boolean next() {
        if (broken || ended) {
            return false;
        }
        at = skipSpace(bytes, at, to);
        if (at < to && bytes[at] == close) {
            at++;
            ended = true;
            return false;
        }
        if (!first) {
            if (at == to || bytes[at] != ',') {
                return breaks();
            }
            at = skipSpace(bytes, at + 1, to);
        }
        first = false;
        if (object && !name()) {
            return breaks();
        }
        valueFrom = at;
        int end = endOfValue(bytes, at, to);
        if (end <= at) {
            return breaks();
        }
        at = end;
        return true;
    }

    private boolean name() {
        int end = at < to && bytes[at] == '"' ? endOfString(bytes, at, to) : -1;
        if (end < 0) {
            return false;
        }
        nameFrom = at;
        nameTo = end;
        at = skipSpace(bytes, end, to);
        if (at == to || bytes[at] != ':') {
            return false;
        }
        at = skipSpace(bytes, at + 1, to);
        return true;
    }

    private boolean breaks() {
        broken = true;
        return false;
    }

    /** Whether the field is called so. */
    public boolean is(byte[] name) {
        return Arrays.equals(bytes, nameFrom, nameTo, name, 0, name.length);
    }

    /** Where the field's name starts, quotes included. */
    public int nameFrom() {
        return nameFrom;
    }

    /** Where the value starts. */
    public int from() {
        return valueFrom;
    }

    /** Behind the value; behind the whole object or array once {@link #next} has said false and nothing is broken. */
    public int to() {
        return at;
    }

    /** The first byte of the value, which tells its kind. */
    public byte kind() {
        return bytes[valueFrom];
    }

    /** The value as a whole number of at least 0, or -1. */
    public long number() {
        return JsonBytes.digits(bytes, valueFrom, at);
    }

    /** Whether the walk came upon something that is no JSON; known once {@link #next} has said false. */
    public boolean broken() {
        return broken;
    }
}
