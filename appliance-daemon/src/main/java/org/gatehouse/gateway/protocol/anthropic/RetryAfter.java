package org.gatehouse.gateway.protocol.anthropic;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** The least time to wait, as the headers of an error say it. */
final class RetryAfter {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?");
    private static final String LIMITS = "anthropic-ratelimit-";

    private RetryAfter() {}

    static @Nullable Duration of(Map<String, String> headers, Clock clock) {
        String millis = headers.get("retry-after-ms");
        if (millis != null && NUMBER.matcher(millis.strip()).matches()) {
            return Duration.ofNanos((long) (Double.parseDouble(millis.strip()) * 1e6));
        }
        String after = headers.get("retry-after");
        Duration told = after == null ? null : secondsOrDate(after.strip(), headers, clock);
        return told == null ? untilRefilled(headers, clock) : told;
    }

    // RFC 9110 10.2.3: seconds or a date.
    private static @Nullable Duration secondsOrDate(String text, Map<String, String> headers, Clock clock) {
        if (NUMBER.matcher(text).matches()) {
            return Duration.ofMillis((long) (Double.parseDouble(text) * 1000));
        }
        Instant when = date(text);
        if (when == null) {
            return null;
        }
        // Against the provider's own clock where it shows it: the two may differ.
        String date = headers.get("date");
        Instant sent = date == null ? null : date(date.strip());
        return until(when, sent == null ? clock.instant() : sent);
    }

    /** A limit that has nothing left says when it is full again; of several the last one counts. */
    private static @Nullable Duration untilRefilled(Map<String, String> headers, Clock clock) {
        Duration longest = null;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            String name = header.getKey();
            if (name.startsWith(LIMITS) && name.endsWith("-remaining") && header.getValue().strip().equals("0")) {
                String reset = headers.get(name.substring(0, name.length() - "remaining".length()) + "reset");
                Instant when = reset == null ? null : timestamp(reset.strip());
                Duration wait = when == null ? null : until(when, clock.instant());
                if (wait != null && (longest == null || wait.compareTo(longest) > 0)) {
                    longest = wait;
                }
            }
        }
        return longest;
    }

    private static Duration until(Instant when, Instant now) {
        return when.isAfter(now) ? Duration.between(now, when) : Duration.ZERO;
    }

    private static @Nullable Instant date(String text) {
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        } catch (DateTimeException _) {
            return null;
        }
    }

    private static @Nullable Instant timestamp(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException _) {
            return null;
        }
    }
}
