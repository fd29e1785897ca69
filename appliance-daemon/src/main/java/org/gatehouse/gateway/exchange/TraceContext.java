package org.gatehouse.gateway.exchange;

import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * Where a call stands in a distributed trace (W3C Trace Context, level 1). Immutable.
 *
 * @param traceId 32 lower-case hex digits, not all zero
 * @param spanId this box's own span, 16 lower-case hex digits
 * @param flags 2 lower-case hex digits
 */
public record TraceContext(String traceId, String spanId, String flags) {

    private static final int LENGTH = 55;

    /** Goes on with the caller's trace, or starts one when the header is missing or malformed. */
    public static TraceContext of(@Nullable String traceparent, RandomGenerator random) {
        String spanId = hex(random.nextLong() | 1);
        if (traceparent != null && wellFormed(traceparent)) {
            return new TraceContext(traceparent.substring(3, 35), spanId, traceparent.substring(53, 55));
        }
        return new TraceContext(hex(random.nextLong() | 1) + hex(random.nextLong()), spanId, "01");
    }

    /** The header for the reply and for the upstream. */
    public String traceparent() {
        return "00-" + traceId + '-' + spanId + '-' + flags;
    }

    private static boolean wellFormed(String text) {
        // A later version may append fields after a dash; the first four stay as they are.
        if (text.length() < LENGTH
                || text.length() > LENGTH && (text.charAt(LENGTH) != '-' || text.startsWith("00"))) {
            return false;
        }
        boolean traceIdSet = false;
        boolean parentIdSet = false;
        for (int i = 0; i < LENGTH; i++) {
            char c = text.charAt(i);
            boolean dash = i == 2 || i == 35 || i == 52;
            if (dash ? c != '-' : (c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
            traceIdSet |= i > 2 && i < 35 && c != '0';
            parentIdSet |= i > 35 && i < 52 && c != '0';
        }
        return traceIdSet && parentIdSet && !text.startsWith("ff");
    }

    private static String hex(long value) {
        char[] digits = new char[16];
        for (int i = 15; i >= 0; i--) {
            digits[i] = Character.forDigit((int) (value & 15), 16);
            value >>>= 4;
        }
        return new String(digits);
    }
}
