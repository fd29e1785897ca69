package org.gatehouse.gateway.protocol.anthropic;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.ProviderError.Cause;

import static org.assertj.core.api.Assertions.assertThat;

class ErrorReaderTest {
    private static final AnthropicMessages ANTHROPIC = new AnthropicMessages(
            Clock.fixed(Instant.parse("2026-11-21T12:00:00Z"), ZoneOffset.UTC));

    private static ProviderError read(int status, String body) {
        return ANTHROPIC.readError(status, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable Duration wait(Map<String, String> headers) {
        return ANTHROPIC.readError(429, headers, new byte[0]).retryAfter();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "400|invalid_request_error|messages.0.content: empty|INVALID_REQUEST",
            "400|invalid_request_error|prompt is too long: 210000 tokens > 200000 maximum|CONTEXT_TOO_LONG",
            "400|invalid_request_error|input length and `max_tokens` exceed context limit: 1 + 2 > 3|CONTEXT_TOO_LONG",
            "400|invalid_request_error|Your credit balance is too low to access the Anthropic API.|OUT_OF_MONEY",
            "400|invalid_request_error|You have reached your specified API usage limits.|OUT_OF_MONEY",
            "400|invalid_request_error|Output blocked by content filtering policy|CONTENT_POLICY",
            "401|authentication_error|invalid x-api-key|AUTHENTICATION", "402|billing_error|Pay.|OUT_OF_MONEY",
            "403|permission_error|Not yours.|PERMISSION", "404|not_found_error|model: claude-x|NOT_FOUND",
            "413|request_too_large|Too large.|TOO_LARGE", "429|rate_limit_error|Slow down.|RATE_LIMITED",
            "429|rate_limit_error|This request would exceed your account's monthly spend limit.|OUT_OF_MONEY",
            "429|enforced_spend_limit_reached|No more.|OUT_OF_MONEY", "500|api_error|Internal.|SERVER_ERROR",
            "504|timeout_error|Late.|TIMEOUT", "529|overloaded_error|Overloaded|OVERLOADED",
            "529|new_error|Overloaded|OVERLOADED", "503|new_error|x|OVERLOADED", "418|new_error|x|INVALID_REQUEST"})
    void everyErrorHasItsCause(int status, String type, String message, Cause cause) {
        String body = "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"" + message + "\"}}";
        ProviderError error = read(status, body);
        assertThat(error.cause()).isEqualTo(cause);
        assertThat(error.status()).isEqualTo(status);
        assertThat(error.message()).isEqualTo(message);
        assertThat(error.code()).isEqualTo(type);
        assertThat(read(status, "[" + body + "]").cause()).as("in a list").isEqualTo(cause);
    }

    @Test
    void spendLimitInTheDetailsIsFound() {
        assertThat(read(429, "{\"error\":{\"type\":\"rate_limit_error\",\"message\":\"x\",\"details\":"
                + "{\"error_code\":\"enforced_spend_limit_reached\"}}}").cause()).isEqualTo(Cause.OUT_OF_MONEY);
    }

    @Test
    void fieldAtFaultIsTakenFromTheMessage() {
        assertThat(
                read(400, "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"messages.0.content.1: no\"}}")
                        .param())
                .isEqualTo("messages.0.content.1");
    }

    @ParameterizedTest
    @CsvSource({"502,SERVER_ERROR", "529,OVERLOADED", "401,AUTHENTICATION", "404,NOT_FOUND", "200,BROKEN_ANSWER",
            "302,BROKEN_ANSWER", "413,TOO_LARGE", "402,OUT_OF_MONEY", "504,TIMEOUT"})
    void bodiesThatAreNoErrorAreToldByTheirStatus(int status, Cause cause) {
        for (String body : new String[]{"", "<html><h1>Bad gateway</h1></html>", "null", "[]", "3",
                "{\"error\":null}"}) {
            ProviderError error = read(status, body);
            assertThat(error.cause()).as(body).isEqualTo(cause);
            assertThat(error.message()).contains(Integer.toString(status)).doesNotContain("<");
        }
    }

    @Test
    void leastWaitIsReadFromWhateverHeaderSaysIt() {
        assertThat(wait(Map.of("retry-after", "7"))).isEqualTo(Duration.ofSeconds(7));
        assertThat(wait(Map.of("retry-after", "1.5"))).isEqualTo(Duration.ofMillis(1500));
        assertThat(wait(Map.of("retry-after-ms", "250", "retry-after", "7"))).isEqualTo(Duration.ofMillis(250));
        assertThat(wait(Map.of("retry-after", "Sat, 21 Nov 2026 12:00:30 GMT"))).isEqualTo(Duration.ofSeconds(30));
        assertThat(wait(Map.of("retry-after", "Sat, 21 Nov 2026 12:00:30 GMT", "date",
                "Sat, 21 Nov 2026 12:00:20 GMT"))).isEqualTo(Duration.ofSeconds(10));
        assertThat(wait(Map.of("retry-after", "Sat, 21 Nov 2026 11:00:30 GMT"))).isNull();
        assertThat(wait(Map.of("anthropic-ratelimit-requests-remaining", "0", "anthropic-ratelimit-requests-reset",
                "2026-11-21T12:00:05Z", "anthropic-ratelimit-tokens-remaining", "0",
                "anthropic-ratelimit-tokens-reset", "2026-11-21T12:00:09Z",
                "anthropic-ratelimit-output-tokens-remaining", "10", "anthropic-ratelimit-output-tokens-reset",
                "2026-11-21T13:00:00Z"))).isEqualTo(Duration.ofSeconds(9));
        assertThat(wait(Map.of("retry-after", "soon"))).isNull();
        assertThat(wait(Map.of())).isNull();
    }
}
