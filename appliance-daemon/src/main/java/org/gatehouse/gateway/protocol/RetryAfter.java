package org.gatehouse.gateway.protocol;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** How long a provider's headers say to wait. */
public final class RetryAfter {
    private static final long MOST_SECONDS = 7 * 86_400;

    private RetryAfter() {}

    /**
     * Reads {@code retry-after-ms} and {@code retry-after}, which holds seconds or a date (RFC 9110 10.2.3). A date is
     * measured from the reply's own {@code date}, so that it does not matter how the two clocks differ.
     *
     * @param headers in lower case
     * @return at least 0 and at most a week; {@code null} when nothing can be read
     */
    public static @Nullable Duration of(Map<String, String> headers) {
        String millis = headers.get("retry-after-ms");
        if (millis != null && millis.strip().matches("[0-9]{1,12}(\\.[0-9]{1,9})?")) {
            return bounded(Duration.ofMillis((long) Math.ceil(Double.parseDouble(millis.strip()))));
        }
        String value = headers.get("retry-after");
        if (value == null) {
            return null;
        }
        String text = value.strip();
        if (text.matches("[0-9]{1,12}(\\.[0-9]{1,9})?")) {
            return bounded(Duration.ofMillis((long) Math.ceil(Double.parseDouble(text) * 1_000)));
        }
        String now = headers.get("date");
        try {
            return now == null ? null : bounded(Duration.between(date(now), date(text)));
        } catch (DateTimeException _) {
            return null;
        }
    }

    private static ZonedDateTime date(String text) {
        return ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME);
    }

    private static Duration bounded(Duration wait) {
        return Duration.ofMillis(Math.clamp(wait.toMillis(), 0, MOST_SECONDS * 1_000));
    }
}
