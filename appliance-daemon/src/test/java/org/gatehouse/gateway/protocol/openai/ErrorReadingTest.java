package org.gatehouse.gateway.protocol.openai;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.ProviderError.Cause;

import static org.assertj.core.api.Assertions.assertThat;

class ErrorReadingTest {
    private static final OpenAiChat CHAT = new OpenAiChat(ChatFlavour.OPENAI,
            () -> Instant.parse("2026-01-01T00:00:00Z"), () -> "made");

    private static ProviderError read(int status, String body, String... headers) {
        Map<String, String> map = headers.length == 0 ? Map.of() : Map.of(headers[0], headers[1]);
        return CHAT.readError(status, map, Wire.bytes(body));
    }

    private static String error(String code, String type, String message) {
        return "{\"error\":{\"message\":\"" + message + "\",\"type\":\"" + type + "\",\"param\":null,\"code\":" + code
                + "}}";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"401|\"invalid_api_key\"|x|x|AUTHENTICATION",
            "403|null|x|Country not supported|PERMISSION", "404|\"model_not_found\"|x|x|NOT_FOUND",
            "404|404|NotFoundError|The model x does not exist.|NOT_FOUND",
            "400|\"context_length_exceeded\"|invalid_request_error|x|CONTEXT_TOO_LONG",
            "400|400|BadRequestError|This model's maximum context length is 4096 tokens. However, you requested 5000|CONTEXT_TOO_LONG",
            "400|null|x|The decoder prompt (length 9) is longer than the maximum model length of 8.|CONTEXT_TOO_LONG",
            "400|400|exceed_context_size_error|the request exceeds the available context size|CONTEXT_TOO_LONG",
            "400|null|BadRequest|The input (9 tokens) is longer than the model's context length (8 tokens).|CONTEXT_TOO_LONG",
            "429|\"insufficient_quota\"|insufficient_quota|You exceeded your current quota|OUT_OF_MONEY",
            "400|\"billing_hard_limit_reached\"|x|x|OUT_OF_MONEY",
            "402|\"invalid_request_error\"|x|Insufficient Balance|OUT_OF_MONEY",
            "429|\"rate_limit_exceeded\"|tokens|Rate limit reached|RATE_LIMITED",
            "429|null|engine_overloaded|x|OVERLOADED",
            "400|\"content_filter\"|x|x|CONTENT_POLICY", "400|\"content_policy_violation\"|x|x|CONTENT_POLICY",
            "400|\"invalid_prompt\"|x|x|CONTENT_POLICY", "413|null|x|too large|TOO_LARGE",
            "503|null|x|The server is overloaded|OVERLOADED", "529|null|overloaded_error|x|OVERLOADED",
            "500|null|server_error|x|SERVER_ERROR", "504|null|x|x|TIMEOUT", "422|null|x|x|INVALID_REQUEST",
            "400|\"invalid_value\"|invalid_request_error|x|INVALID_REQUEST"})
    void errorsHaveTheirCauses(int status, String code, String type, String message, Cause cause) {
        ProviderError read = read(status, error(code, type, message));

        assertThat(read.cause()).isEqualTo(cause);
        assertThat(read.status()).isEqualTo(status);
    }

    @Test
    void azuresFilterStandsInAnInnerError() {
        assertThat(read(400, """
                {"error":{"message":"filtered","code":"bad","innererror":{"code":"ResponsibleAIPolicyViolation"}}}""")
                .cause()).isEqualTo(Cause.CONTENT_POLICY);
    }

    @Test
    void googlesErrorsMayStandInAnArrayAndItsRateLimitsSpeakOfQuota() {
        ProviderError read = read(429, """
                [{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED"}}]""");

        assertThat(read.cause()).isEqualTo(Cause.RATE_LIMITED);
        assertThat(
                read(400, "[{\"error\":{\"message\":\"API key not valid.\",\"status\":\"INVALID_ARGUMENT\"}}]").cause())
                .isEqualTo(Cause.AUTHENTICATION);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {"{\"error\":\"gone\"}|gone",
            "{\"detail\":\"gone\"}|gone",
            "{\"object\":\"error\",\"message\":\"gone\",\"code\":500}|gone", "gone|gone",
            "{\"detail\":[{\"loc\":[\"body\"]}]}|[{\"loc\":[\"body\"]}]"})
    void otherShapesAreReadToo(String body, String message) {
        assertThat(read(500, body).message()).isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<!DOCTYPE html><html><body>Bad gateway</body></html>", "{}", "[]", "null",
            "\u0000\u0001"})
    void bodiesThatSayNothingAreToldByTheirStatus(String body) {
        ProviderError read = read(502, body);

        assertThat(read.cause()).isEqualTo(Cause.SERVER_ERROR);
        assertThat(read.message()).isNotBlank().doesNotContain("<");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"retry-after|20|PT20S", "retry-after|1.5|PT1.5S",
            "retry-after|Thu, 01 Jan 2026 00:01:00 GMT|PT1M", "retry-after|Wed, 31 Dec 2025 00:00:00 GMT|",
            "retry-after|soon|", "retry-after|0|", "retry-after|-1|", "retry-after-ms|1500|PT1.5S",
            "x-ratelimit-reset-requests|6m0s|PT6M", "x-ratelimit-reset-tokens|12ms|PT0.012S",
            "x-ratelimit-reset-tokens|1h2m3.5s|PT1H2M3.5S", "x-ratelimit-reset-tokens|-1|",
            "x-ratelimit-reset-tokens|0|", "x-ratelimit-reset-tokens|never|"})
    void waitsAreReadFromHeaders(String header, String value, Duration wait) {
        assertThat(read(429, error("\"rate_limit_exceeded\"", "x", "x"), header, value).retryAfter()).isEqualTo(wait);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"Please try again in 6m0s. Visit us|PT6M",
            "Please try again in 345ms.|PT0.345S",
            "Please retry after 26 seconds.|PT26S", "Please try again later.|"})
    void waitsAreReadFromTheMessageToo(String message, Duration wait) {
        assertThat(read(429, error("\"rate_limit_exceeded\"", "x", message)).retryAfter()).isEqualTo(wait);
    }

    @Test
    void bucketThatIsEmptySaysHowLongToWait() {
        Map<String, String> headers = Map.of("x-ratelimit-remaining-requests", "9", "x-ratelimit-reset-requests", "1s",
                "x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", "1m0s");

        assertThat(CHAT.readError(429, headers, Wire.bytes("{}")).retryAfter()).isEqualTo(Duration.ofMinutes(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sk-proj-abcdefghijklmnop1234", "sk-abc***************wxyz", "AIzaSyA1234567890abcdefghijk",
            "0123456789abcdef0123456789abcdef", "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl", "ghk_12345678_secretsecret"})
    void keysInTheProvidersWordsAreMasked(String key) {
        assertThat(read(401, error("\"invalid_api_key\"", "x", "Incorrect API key provided: " + key + ". Look here."))
                .message()).startsWith("Incorrect API key provided: [masked]").doesNotContain(key.substring(4))
                .endsWith("Look here.");
        assertThat(read(400, error("null", "x", "Authorization Bearer " + key + " was sent")).message())
                .isEqualTo("Authorization Bearer [masked] was sent");
    }

    @Test
    void ordinaryWordsAreNotMasked() {
        String message = "This model's maximum context length is 4096 tokens: you requested 5000 tokens.";

        assertThat(read(400, error("null", "x", message)).message()).isEqualTo(message);
    }
}
