package org.gatehouse.gateway.dialect.anthropic;

import java.nio.charset.StandardCharsets;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.gateway.exchange.Dialect.Reading;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.exchange.ModelRequest.Span;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.governance.snapshot.Surface;

import static org.assertj.core.api.Assertions.assertThat;

class AnthropicDialectTest {
    private static final AnthropicDialect DIALECT = new AnthropicDialect();
    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

    private static Reading read(Surface surface, String body) {
        return DIALECT.read(surface, "application/json; charset=utf-8", null, body.getBytes(StandardCharsets.UTF_8));
    }

    private static ModelRequest asked(Surface surface, String body) {
        assertThat(read(surface, body)).as(body).isInstanceOf(Reading.Asked.class);
        return ((Reading.Asked) read(surface, body)).request();
    }

    private static String cut(ModelRequest request, @Nullable Span span) {
        if (span == null) {
            throw new AssertionError("nothing was found");
        }
        return new String(request.body(), span.start(), span.end() - span.start(), StandardCharsets.UTF_8);
    }

    @Test
    void governedFieldsAreFoundWithWhereTheyStand() {
        ModelRequest request = asked(Surface.MESSAGES,
                "{ \"max_tokens\" : 1024, \"priority\":1, " + MESSAGES
                        + ",\"stream\":true,\"model\":\"claude\\u002dx\"}");
        assertThat(request.model()).isEqualTo("claude-x");
        assertThat(cut(request, request.modelValue())).isEqualTo("\"claude\\u002dx\"");
        assertThat(request.streamed()).isTrue();
        assertThat(request.outputCap()).isNotNull().satisfies(cap -> {
            assertThat(cap.tokens()).isEqualTo(1024);
            assertThat(cut(request, cap.value())).isEqualTo("1024");
        });
        assertThat(request.engineOnly()).extracting(span -> cut(request, span)).containsExactly("\"priority\":1");
        assertThat(request.insertAt()).isEqualTo(1);
        assertThat(request.choices()).isEqualTo(1);
        assertThat(request.promptBound()).isBetween((long) request.body().length, request.body().length + 600L);
    }

    @Test
    void countingTokensProducesNoneAndStreamsNothing() {
        ModelRequest request = asked(Surface.COUNT_TOKENS,
                "{\"model\":\"m\",\"stream\":true,\"max_tokens\":5," + MESSAGES + "}");
        assertThat(request.outputCap()).isNull();
        assertThat(request.streamed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', nullValues = "-", value = {
            "{MESSAGES}|model", "{\"model\":\"m\"}|messages", "{\"model\":\"m\",\"messages\":[]}|messages",
            "{\"model\":\"m\",\"model\":\"n\",MESSAGES}|model",
            "{\"model\":\"m\",\"Max_Tokens\":1,MESSAGES}|Max_Tokens",
            "{\"model\":\"m\",\"max_tokens\":5,\"max_tokens\":6,MESSAGES}|max_tokens",
            "{\"model\":\"m\",\"max_tokens\":0,MESSAGES}|max_tokens",
            "{\"model\":\"m\",\"max_tokens\":1.5,MESSAGES}|max_tokens",
            "{\"model\":\"m\",\"stream\":1,MESSAGES}|stream", "{\"model\":\"m\",MESSAGES} x|-", "[]|-", "{|-"})
    void whatCouldFoolGovernanceIsRefused(String body, String param) {
        assertThat(read(Surface.MESSAGES, body.replace("MESSAGES", MESSAGES))).isInstanceOfSatisfying(
                Reading.Wrong.class,
                wrong -> assertThat(wrong.refusal().param()).isEqualTo(param));
    }

    @Test
    void otherContentTypesAreRefused() {
        assertThat(DIALECT.read(Surface.MESSAGES, "text/plain", null, "{}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(Reading.Wrong.class);
        assertThat(DIALECT.read(Surface.MESSAGES, null, null, ("{\"model\":\"m\"," + MESSAGES + "}").getBytes(
                StandardCharsets.UTF_8))).isInstanceOf(Reading.Asked.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"u\"}}]}]|false",
            "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":[{\"type\":\"document\"}]}]}]|false",
            "MESSAGES,\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]|false",
            "MESSAGES,\"mcp_servers\":[{\"url\":\"u\"}]|false", "MESSAGES,\"system\":[{\"type\":\"image\"}]|false",
            "MESSAGES,\"system\":[{\"type\":\"text\",\"text\":\"t\"}]|true",
            "MESSAGES,\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\"}}]|true",
            "MESSAGES,\"tools\":[{\"type\":\"custom\",\"name\":\"f\",\"input_schema\":{}}]|true",
            "\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"input\":{\"image\":\"a\",\"file\":1}}]}]|true"})
    void bytesTellThePromptsTokensOnlyWhereAllOfItIsText(String fields, boolean told) {
        ModelRequest request = asked(Surface.MESSAGES,
                "{\"model\":\"m\"," + fields.replace("MESSAGES", MESSAGES) + "}");
        assertThat(request.promptBound() != Long.MAX_VALUE).isEqualTo(told);
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void everyRefusalIsAnErrorThatAnthropicsClientsKnow(Reason reason) throws Exception {
        Refusal refusal = new Refusal(reason, "It \"happened\".", "messages", null);
        JsonNode error = new ObjectMapper().readTree(DIALECT.errorBody(refusal));
        assertThat(error.path("type").asText()).isEqualTo("error");
        assertThat(error.path("error").path("message").asText()).isEqualTo("It \"happened\".");
        assertThat(error.path("error").path("code").asText()).isEqualTo(reason.code());
        assertThat(error.path("error").path("type").asText()).isIn(Set.of("invalid_request_error",
                "authentication_error", "permission_error", "not_found_error", "request_too_large", "rate_limit_error",
                "timeout_error", "overloaded_error", "api_error"));
        assertThat(new String(DIALECT.errorEvent(Surface.MESSAGES, refusal), StandardCharsets.UTF_8))
                .isEqualTo("event: error\ndata: " + new String(DIALECT.errorBody(refusal), StandardCharsets.UTF_8)
                        + "\n\n");
    }
}
