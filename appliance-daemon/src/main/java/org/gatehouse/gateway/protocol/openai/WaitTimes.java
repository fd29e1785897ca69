package org.gatehouse.gateway.protocol.openai;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * How long a provider wants to be left alone. {@code retry-after} is seconds or a date (RFC 9110 10.2.3);
 * {@code x-ratelimit-reset-*} are durations such as {@code 6m0s} and tell when a bucket is full again, which is more than
 * needed, so they count only where nothing better is there. Azure sends -1 and 0 for what it does not know.
 *
 * @param clock against which a date is held
 */
record WaitTimes(InstantSource clock) {
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final Pattern STEP = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|us|d|h|m|s)?");
    private static final Pattern TOLD = Pattern.compile(
            "(?i)(?:try again|retry)(?: your request)? (?:in|after) (\\d[\\dhms.]*)(?:\\s*(ms|milliseconds?|s|seconds?|minutes?))?");

    @Nullable
    Duration read(Map<String, String> headers, String message) {
        Duration wait = decimal(headers.get("retry-after-ms"), "ms");
        if (wait == null) {
            wait = retryAfter(headers.get("retry-after"));
        }
        if (wait == null) {
            wait = told(message);
        }
        return wait == null ? reset(headers) : wait;
    }

    private @Nullable Duration retryAfter(@Nullable String value) {
        if (value == null) {
            return null;
        }
        Duration seconds = decimal(value, "s");
        if (seconds != null) {
            return seconds;
        }
        try {
            Duration until = Duration.between(clock.instant(),
                    ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
            return bounded(until);
        } catch (DateTimeException _) {
            return null;
        }
    }

    private static @Nullable Duration told(String message) {
        Matcher told = TOLD.matcher(message);
        if (!told.find()) {
            return null;
        }
        String amount = told.group(1).replaceAll("\\.+$", "");
        String unit = told.group(2) == null ? "" : told.group(2).toLowerCase(Locale.ROOT);
        boolean bare = amount.chars().noneMatch(Character::isLetter);
        if (!bare || unit.isEmpty()) {
            return duration(amount);
        }
        return decimal(amount,
                unit.startsWith("mi") || unit.equals("ms") ? unit.startsWith("minute") ? "m" : "ms" : "s");
    }

    private static @Nullable Duration reset(Map<String, String> headers) {
        Duration longest = null;
        Duration shortest = null;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (!header.getKey().startsWith("x-ratelimit-reset-")) {
                continue;
            }
            Duration reset = duration(header.getValue());
            if (reset == null) {
                continue;
            }
            shortest = shortest == null || reset.compareTo(shortest) < 0 ? reset : shortest;
            String left = headers.get(header.getKey().replace("-reset-", "-remaining-"));
            if ("0".equals(left) && (longest == null || reset.compareTo(longest) > 0)) {
                longest = reset;
            }
        }
        return longest == null ? shortest : longest;
    }

    /** Reads {@code 6m0s}, {@code 12ms}, {@code 1h2m}, or bare seconds; null when it says nothing. */
    static @Nullable Duration duration(String text) {
        String compact = text.strip().toLowerCase(Locale.ROOT);
        Matcher step = STEP.matcher(compact);
        Duration sum = Duration.ZERO;
        int at = 0;
        while (at < compact.length()) {
            if (!step.find() || step.start() != at) {
                return null;
            }
            Duration part = decimal(step.group(1), step.group(2) == null ? "s" : step.group(2));
            sum = part == null ? sum : sum.plus(part);
            at = step.end();
        }
        return bounded(sum);
    }

    private static @Nullable Duration decimal(@Nullable String text, String unit) {
        if (text == null || !text.strip().matches("\\d{1,12}(?:\\.\\d{1,9})?")) {
            return null;
        }
        double nanos = switch (unit) {
            case "us" -> 1e3;
            case "ms" -> 1e6;
            case "m" -> 60e9;
            case "h" -> 3600e9;
            case "d" -> 86_400e9;
            default -> 1e9;
        };
        return bounded(Duration.ofNanos((long) Math.min(Double.parseDouble(text.strip()) * nanos, 1e18)));
    }

    private static @Nullable Duration bounded(Duration wait) {
        if (wait.isNegative() || wait.isZero()) {
            return null;
        }
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }
}
