package org.gatehouse.gateway.protocol;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class RetryAfterTest {
    private static final InstantSource NOON = InstantSource.fixed(Instant.parse("2026-01-01T12:00:00Z"));

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"1m6s,PT1M6S", "34s,PT34S", "17.5s,PT17.5S", "6m0s,PT6M", "12ms,PT0.012S",
            "1h2m3s,PT1H2M3S", "2d,PT48H", "20,PT20S", "9d,PT168H", "0s,-", "-1,-", "soon,-", "1m!,-", "'',-"})
    void durationsAreReadAsProvidersWriteThem(String text, @Nullable Duration wait) {
        assertThat(RetryAfter.duration(text)).isEqualTo(wait);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {"retry-after-ms|250|PT0.25S", "retry-after|7|PT7S",
            "retry-after|99999999|PT168H", "retry-after|0|-", "retry-after|-1|-", "retry-after|soon|-",
            "retry-after|Thu, 01 Jan 2026 12:00:30 GMT|PT30S", "retry-after|Thu, 01 Jan 2026 11:00:00 GMT|-",
            "x-ratelimit-reset-requests|1m6s|PT1M6S", "anthropic-ratelimit-tokens-reset|2026-01-01T12:00:09Z|-"})
    void oneHeaderIsEnough(String name, String value, @Nullable Duration wait) {
        assertThat(RetryAfter.of(Map.of(name, value), "", NOON)).isEqualTo(wait);
    }

    @Test
    void dateCountsFromTheReplysOwnWhateverTheClockSays() {
        Map<String, String> headers = Map.of("retry-after", "Thu, 01 Jan 2026 09:00:30 GMT", "date",
                "Thu, 01 Jan 2026 09:00:20 GMT");
        assertThat(RetryAfter.of(headers, "", NOON)).isEqualTo(RetryAfter.of(headers)).hasSeconds(10);
        assertThat(RetryAfter.of(Map.of("retry-after", "Thu, 01 Jan 2026 12:00:30 GMT"))).isNull();
    }

    @Test
    void whatTheProviderAsksForGoesBeforeItsWordsAndThoseBeforeItsLimits() {
        Map<String, String> limits = Map.of("x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", "6m0s",
                "x-ratelimit-remaining-requests", "9", "x-ratelimit-reset-requests", "1s");
        assertThat(RetryAfter.of(limits, "", NOON)).hasMinutes(6);
        assertThat(RetryAfter.of(limits, "Please try again in 20s.", NOON)).hasSeconds(20);
        assertThat(RetryAfter.of(Map.of("retry-after", "3", "x-ratelimit-reset-tokens", "1s"),
                "Please try again in 20s.", NOON)).hasSeconds(3);
        assertThat(RetryAfter.of(Map.of("retry-after-ms", "90", "retry-after", "3"), "", NOON)).hasMillis(90);
        assertThat(RetryAfter.of(Map.of("anthropic-ratelimit-tokens-remaining", "0",
                "anthropic-ratelimit-tokens-reset", "2026-01-01T12:00:09Z"), "", NOON)).hasSeconds(9);
    }
}
