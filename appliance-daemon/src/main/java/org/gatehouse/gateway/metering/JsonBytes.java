package org.gatehouse.gateway.metering;

import java.nio.charset.StandardCharsets;

/**
 * Looks into well-known places of a JSON text without reading all of it: what a streamed event costs must stay far
 * below what it costs to relay it. Safe because a quote inside a JSON string is always escaped, so a pattern that starts
 * and ends with bare quotes can only match a whole name or value. Stateless.
 */
public final class JsonBytes {

    private JsonBytes() {}

    /** The pattern of a field name, quotes included. */
    public static byte[] name(String name) {
        return ('"' + name + '"').getBytes(StandardCharsets.US_ASCII);
    }

    /** The first place of the pattern in [from, to), or -1. */
    public static int indexOf(byte[] bytes, int from, int to, byte[] pattern) {
        int last = to - pattern.length;
        byte second = pattern[1];
        for (int i = from; i <= last; i++) {
            // The second byte is rarer than the opening quote.
            if (bytes[i + 1] == second && bytes[i] == pattern[0] && matches(bytes, i, pattern)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean matches(byte[] bytes, int at, byte[] pattern) {
        for (int k = 2; k < pattern.length; k++) {
            if (bytes[at + k] != pattern[k]) {
                return false;
            }
        }
        return true;
    }

    /** Where the value starts whose name ends before {@code afterName}; {@code to} when no colon follows. */
    public static int valueAfter(byte[] bytes, int afterName, int to) {
        int at = skipSpace(bytes, afterName, to);
        if (at >= to || bytes[at] != ':') {
            return to;
        }
        return skipSpace(bytes, at + 1, to);
    }

    /** Behind the value that starts at {@code from}, or -1 when it does not end before {@code to}. */
    public static int endOfValue(byte[] bytes, int from, int to) {
        if (from >= to) {
            return -1;
        }
        byte first = bytes[from];
        if (first == '"') {
            return endOfString(bytes, from, to);
        }
        if (first != '{' && first != '[') {
            int at = from;
            while (at < to && bytes[at] != ',' && bytes[at] != '}' && bytes[at] != ']' && bytes[at] > ' ') {
                at++;
            }
            return at;
        }
        int depth = 0;
        for (int at = from; at < to; at++) {
            switch (bytes[at]) {
                case '{', '[' -> depth++;
                case '}', ']' -> {
                    if (--depth == 0) {
                        return at + 1;
                    }
                }
                case '"' -> {
                    int end = endOfString(bytes, at, to);
                    if (end < 0) {
                        return -1;
                    }
                    at = end - 1;
                }
                default -> {
                    // Nothing that opens or closes.
                }
            }
        }
        return -1;
    }

    /** Behind the closing quote of the string that starts at {@code from}, or -1. */
    public static int endOfString(byte[] bytes, int from, int to) {
        for (int at = from + 1; at < to; at++) {
            if (bytes[at] == '\\') {
                at++;
            } else if (bytes[at] == '"') {
                return at + 1;
            }
        }
        return -1;
    }

    /** The whole number of a field inside [from, to), or -1 when it is missing, negative, too long or no number. */
    public static long number(byte[] bytes, int from, int to, byte[] name) {
        int at = indexOf(bytes, from, to, name);
        if (at < 0) {
            return -1;
        }
        int value = valueAfter(bytes, at + name.length, to);
        return digits(bytes, value, endOfValue(bytes, value, to));
    }

    /** The whole number that those bytes write out, or -1. */
    static long digits(byte[] bytes, int from, int to) {
        if (to <= from || to - from > 18) {
            return -1;
        }
        long value = 0;
        for (int at = from; at < to; at++) {
            if (bytes[at] < '0' || bytes[at] > '9') {
                return -1;
            }
            value = value * 10 + bytes[at] - '0';
        }
        return value;
    }

    /** The first byte from there on that is no white space; {@code to} when there is none. */
    public static int skipSpace(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] <= ' ' && bytes[at] >= 0) {
            at++;
        }
        return at;
    }
}
