package org.gatehouse.audit;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** Times as the trail writes them: UTC microseconds, RFC 3339 with exactly six decimals. */
final class Micros {

    private static final int TEXT_LENGTH = "2026-11-20T10:15:30.123456Z".length();

    private Micros() {}

    /** Microseconds since 1970. */
    static long of(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
    }

    /** The time of so many microseconds since 1970. */
    static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
    }

    /** The text of a time between the years 0 and 9999. */
    static String text(Instant time) {
        byte[] out = new byte[TEXT_LENGTH];
        write(time, out, 0);
        return new String(out, java.nio.charset.StandardCharsets.US_ASCII);
    }

    /** Writes the 27 characters of {@link #text}; gives the position after them. */
    static int write(Instant time, byte[] out, int at) {
        LocalDateTime utc = LocalDateTime.ofEpochSecond(time.getEpochSecond(), time.getNano(), ZoneOffset.UTC);
        int next = digits(utc.getYear(), 4, out, at);
        out[next++] = '-';
        next = digits(utc.getMonthValue(), 2, out, next);
        out[next++] = '-';
        next = digits(utc.getDayOfMonth(), 2, out, next);
        out[next++] = 'T';
        next = digits(utc.getHour(), 2, out, next);
        out[next++] = ':';
        next = digits(utc.getMinute(), 2, out, next);
        out[next++] = ':';
        next = digits(utc.getSecond(), 2, out, next);
        out[next++] = '.';
        next = digits(utc.getNano() / 1_000, 6, out, next);
        out[next++] = 'Z';
        return next;
    }

    private static int digits(int value, int count, byte[] out, int at) {
        int rest = value;
        for (int i = at + count - 1; i >= at; i--) {
            out[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return at + count;
    }
}
