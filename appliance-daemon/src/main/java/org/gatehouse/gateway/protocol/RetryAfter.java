package org.gatehouse.gateway.protocol;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * How long a provider wants to be left alone, wherever it says so: in {@code retry-after-ms}; in {@code retry-after}, as
 * seconds or a date (RFC 9110 10.2.3); in its words; in the limits that it tells of, of which those with nothing left count.
 * Of OpenAI's limits ({@code x-ratelimit-reset-*}: {@code 6m0s}) the shortest counts where all have something left: they tell
 * when a bucket is full again, which is more than needed. What is not in the future says nothing: Azure sends -1 and 0 for
 * what it does not know.
 */
public final class RetryAfter {
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final String ANTHROPICS = "anthropic-ratelimit-";
    private static final String OPENAIS = "x-ratelimit-reset-";
    private static final Pattern STEP = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|us|d|h|m|s)?");
    private static final Pattern TOLD = Pattern.compile(
            "(?i)(?:try again|retry)(?: your request)? (?:in|after) (\\d[\\dhms.]*)(?:\\s*(ms|milliseconds?|s|seconds?|minutes?))?");

    private RetryAfter() {}

    /**
     * Reads headers alone. A date counts from the reply's own {@code date}, so that it does not matter how the two clocks
     * differ, and says nothing without one.
     *
     * @param headers in lower case
     * @return more than 0 and at most a week; {@code null} when nothing can be read
     */
    public static @Nullable Duration of(Map<String, String> headers) {
        return of(headers, "", null);
    }

    /**
     * Reads headers and words.
     *
     * @param headers in lower case
     * @param message the provider's words
     * @param clock against which a date is held where the reply has no {@code date} of its own
     * @return more than 0 and at most a week; {@code null} when nothing can be read
     */
    public static @Nullable Duration of(Map<String, String> headers, String message, @Nullable InstantSource clock) {
        Duration wait = decimal(headers.get("retry-after-ms"), "ms");
        String after = headers.get("retry-after");
        Instant now = now(headers, clock);
        if (wait == null && after != null) {
            Duration seconds = decimal(after, "s");
            wait = seconds == null ? until(date(after), now) : seconds;
        }
        if (wait == null) {
            wait = told(message);
        }
        if (wait == null) {
            wait = untilRefilled(headers, clock == null ? now : clock.instant());
        }
        return wait == null ? untilFull(headers) : wait;
    }

    /**
     * Reads {@code 6m0s}, {@code 12ms}, {@code 1h2m}, {@code 17.5s} (also protocol buffers' way of writing a duration), or
     * bare seconds; {@code null} when it says nothing.
     */
    public static @Nullable Duration duration(String text) {
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

    private static @Nullable Instant now(Map<String, String> headers, @Nullable InstantSource clock) {
        String date = headers.get("date");
        Instant sent = date == null ? null : date(date);
        return sent != null || clock == null ? sent : clock.instant();
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

    /** Of Anthropic's limits one that has nothing left says when it is full again; of several the last one counts. */
    private static @Nullable Duration untilRefilled(Map<String, String> headers, @Nullable Instant now) {
        Duration longest = null;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            String name = header.getKey();
            if (name.startsWith(ANTHROPICS) && name.endsWith("-remaining") && header.getValue().strip().equals("0")) {
                String reset = headers.get(name.substring(0, name.length() - "remaining".length()) + "reset");
                longest = longer(longest, reset == null ? null : until(timestamp(reset), now));
            }
        }
        return longest;
    }

    private static @Nullable Duration untilFull(Map<String, String> headers) {
        Duration longest = null;
        Duration shortest = null;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            if (!header.getKey().startsWith(OPENAIS)) {
                continue;
            }
            Duration reset = duration(header.getValue());
            if (reset == null) {
                continue;
            }
            shortest = shortest == null || reset.compareTo(shortest) < 0 ? reset : shortest;
            String left = headers.get(header.getKey().replace("-reset-", "-remaining-"));
            longest = "0".equals(left) ? longer(longest, reset) : longest;
        }
        return longest == null ? shortest : longest;
    }

    private static @Nullable Duration longer(@Nullable Duration one, @Nullable Duration other) {
        return one == null || other != null && other.compareTo(one) > 0 ? other : one;
    }

    private static @Nullable Duration until(@Nullable Instant when, @Nullable Instant now) {
        return when == null || now == null ? null : bounded(Duration.between(now, when));
    }

    private static @Nullable Instant date(String text) {
        try {
            return ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        } catch (DateTimeException _) {
            return null;
        }
    }

    private static @Nullable Instant timestamp(String text) {
        try {
            return OffsetDateTime.parse(text.strip()).toInstant();
        } catch (DateTimeException _) {
            return null;
        }
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
