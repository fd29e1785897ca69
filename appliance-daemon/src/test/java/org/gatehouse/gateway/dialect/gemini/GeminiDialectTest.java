package org.gatehouse.gateway.dialect.gemini;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.gateway.exchange.Dialect.Reading;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.exchange.ModelRequest.CapPlace;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.governance.snapshot.Surface;

import static org.assertj.core.api.Assertions.assertThat;

class GeminiDialectTest {
    private static final String HI = "\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]";
    private static final GeminiDialect GEMINI = new GeminiDialect();

    @ParameterizedTest
    @CsvSource({"m:generateContent,m,false", "a/b:7b:streamGenerateContent,a/b:7b,true"})
    void thePathNamesTheModelAndWhetherToStream(String path, String model, boolean streamed) {
        ModelRequest request = asked(path, "{" + HI + "}");
        assertThat(request.model()).isEqualTo(model);
        assertThat(request.streamed()).isEqualTo(streamed);
        assertThat(request.modelValue()).isNull();
        assertThat(request.capPlace()).isNull();
        assertThat(request.insertAt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"generationConfig|maxOutputTokens|candidateCount",
            "generation_config|max_output_tokens|candidate_count"})
    void theCapIsFoundInsideTheConfigInBothSpellings(String config, String cap, String count) {
        String body = "{\"" + config + "\" : { \"topK\":3, \"" + cap + "\" : 123 , \"" + count + "\":2}," + HI + "}";
        ModelRequest request = asked("m:generateContent", body);
        ModelRequest.OutputCap found = Objects.requireNonNull(request.outputCap());
        assertThat(found.tokens()).isEqualTo(123);
        assertThat(new String(Arrays.copyOfRange(request.body(), found.value().start(), found.value().end()),
                StandardCharsets.UTF_8)).isEqualTo("123");
        assertThat(request.choices()).isEqualTo(2);
    }

    @Test
    void aCapGoesBehindTheBraceOfTheConfig() {
        assertThat(asked("m:generateContent", "{\"generationConfig\":{\"topK\":1}," + HI + "}").capPlace())
                .isEqualTo(new CapPlace(21, false));
        assertThat(asked("m:generateContent", "{\"generationConfig\":{ }," + HI + "}").capPlace())
                .isEqualTo(new CapPlace(21, true));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', nullValues = "-", value = {
            "{}|contents", "{HI,HI}|contents", "[]|-", "{HI} x|-",
            "{HI,\"generationConfig\":{},\"generation_config\":{}}|generationConfig",
            "{HI,\"generationConfig\":null}|generationConfig", "{HI,\"generationConfig\":[]}|generationConfig",
            "{HI,\"GenerationConfig\":{}}|GenerationConfig",
            "{HI,\"generationConfig\":{\"maxOutputTokens\":1,\"max_output_tokens\":2}}|generationConfig.maxOutputTokens",
            "{HI,\"generationConfig\":{\"maxoutputtokens\":1}}|generationConfig.maxoutputtokens",
            "{HI,\"generationConfig\":{\"maxOutputTokens\":\"5\"}}|generationConfig.maxOutputTokens",
            "{HI,\"generationConfig\":{\"maxOutputTokens\":5.0}}|generationConfig.maxOutputTokens",
            "{HI,\"generationConfig\":{\"maxOutputTokens\":null}}|generationConfig.maxOutputTokens",
            "{HI,\"generationConfig\":{\"candidateCount\":1000}}|generationConfig.candidateCount"})
    void whatCouldFoolGovernanceIsRefused(String body, String param) {
        Refusal refusal = wrong("m:generateContent", body.replace("HI", HI));
        assertThat(refusal.reason()).isEqualTo(Reason.INVALID_REQUEST);
        assertThat(refusal.param()).isEqualTo(param);
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] body = ("{" + HI + ",\"generationConfig\":{\"maxOutputTokens\":123}}").getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < body.length; length++) {
            assertThat(GEMINI.read(Surface.CHAT_COMPLETIONS, null, "m:generateContent", Arrays.copyOf(body, length)))
                    .isInstanceOf(Reading.Wrong.class);
        }
    }

    @Test
    void pathsWithoutModelOrMethodAndOtherContentTypesAreRefused() {
        assertThat(wrong("m", "{" + HI + "}").message()).contains("names no model and method");
        assertThat(wrong("m:explode", "{" + HI + "}").message()).contains("'explode' is not known");
        assertThat(GEMINI.read(Surface.CHAT_COMPLETIONS, "text/xml", "m:generateContent", new byte[0])).isInstanceOf(
                Reading.Wrong.class);
    }

    @Test
    void picturesFilesCachedPromptsAndGooglesToolsCannotBeBounded() {
        assertThat(asked("m:generateContent", "{" + HI + "}").promptBound()).isBetween(50L, 500L);
        for (String more : new String[]{"\"cachedContent\":\"x\"", "\"tools\":[{\"google_search\":{}}]",
                "\"system_instruction\":{\"parts\":[{\"inline_data\":{}}]}"}) {
            assertThat(asked("m:generateContent", "{" + HI + "," + more + "}").promptBound()).as(more)
                    .isEqualTo(Long.MAX_VALUE);
        }
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void everyReasonHasGooglesShape(Reason reason) throws Exception {
        Refusal refusal = new Refusal(reason, "a \"b\"", "contents", Duration.ofMillis(1_500));
        JsonNode error = new ObjectMapper().readTree(GEMINI.errorBody(refusal)).get("error");
        assertThat(error.get("code").intValue()).isEqualTo(reason.status());
        assertThat(error.get("message").textValue()).isEqualTo("a \"b\"");
        assertThat(error.get("status").textValue()).matches("[A-Z_]+");
        assertThat(error.at("/details/0/reason").textValue()).isEqualTo(reason.name());
        assertThat(error.at("/details/1/fieldViolations/0/field").textValue()).isEqualTo("contents");
        assertThat(error.at("/details/2/retryDelay").textValue()).isEqualTo("2s");
        assertThat(new String(GEMINI.errorEvent(Surface.CHAT_COMPLETIONS, refusal), StandardCharsets.UTF_8))
                .isEqualTo("data: " + new String(GEMINI.errorBody(refusal), StandardCharsets.UTF_8) + "\r\n\r\n");
    }

    private static ModelRequest asked(String path, String body) {
        Reading reading = GEMINI.read(Surface.CHAT_COMPLETIONS, "application/json", path,
                body.getBytes(StandardCharsets.UTF_8));
        assertThat(reading).isInstanceOf(Reading.Asked.class);
        return ((Reading.Asked) reading).request();
    }

    private static Refusal wrong(String path, String body) {
        Reading reading = GEMINI.read(Surface.CHAT_COMPLETIONS, "application/json", path,
                body.getBytes(StandardCharsets.UTF_8));
        assertThat(reading).isInstanceOf(Reading.Wrong.class);
        return ((Reading.Wrong) reading).refusal();
    }
}
