package org.gatehouse.gateway.protocol.gemini;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning.Effort;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.protocol.json.JsonTrees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** What clients of Google's ask for. */
class RequestReaderTest {
    private static final String HI = "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}]";
    private static final GeminiGenerate GEMINI = new GeminiGenerate(UUID::randomUUID);

    @Test
    void systemInstructionKeepsItsParts() throws UntranslatableException {
        ChatRequest request = read("{\"systemInstruction\":{\"parts\":[{\"text\":\"one\"},{\"text\":\"two\"}]}," + HI
                + "}");
        assertThat(request.system()).containsExactly(new Block.Text("one"), new Block.Text("two"));
        assertThat(request.turns()).containsExactly(
                new ChatRequest.Turn(Role.USER, List.of(new Block.Text("hi"))));
    }

    @Test
    void fieldsInTheOtherSpellingAreTheSameFields() throws UntranslatableException {
        String camel = """
                {"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"parts":[{"inlineData":{"mimeType":
                "image/png","data":"QUJD"}}]}],"tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":
                {"type":"object"}}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY"}},"generationConfig":
                {"maxOutputTokens":7,"topK":40,"topP":0.5,"stopSequences":["x"],"candidateCount":2,"thinkingConfig":
                {"thinkingBudget":100,"includeThoughts":true}},"safetySettings":[]}""";
        String snake = """
                {"system_instruction":{"parts":[{"text":"s"}]},"contents":[{"parts":[{"inline_data":{"mime_type":
                "image/png","data":"QUJD"}}]}],"tools":[{"function_declarations":[{"name":"f","parameters_json_schema":
                {"type":"object"}}]}],"tool_config":{"function_calling_config":{"mode":"ANY"}},"generation_config":
                {"max_output_tokens":7,"top_k":40,"top_p":0.5,"stop_sequences":["x"],"candidate_count":2,
                "thinking_config":{"thinking_budget":100,"include_thoughts":true}},"safety_settings":[]}""";
        assertThat(read(snake)).isEqualTo(read(camel));
        assertThat(read(camel).maxOutputTokens()).isEqualTo(7);
        assertThat(read(camel).foreign()).containsOnlyKeys("safetySettings");
    }

    @Test
    void callsWithoutIdsGetThemAndResponsesOfOneNameAreMatchedByPosition() throws UntranslatableException {
        ChatRequest request = read(
                """
                        {"contents":[{"role":"user","parts":[{"text":"weather?"}]},
                        {"role":"model","parts":[{"functionCall":{"name":"w","args":{"city":"A"}},"thoughtSignature":"c2ln+/=="},
                         {"functionCall":{"name":"t"}},{"functionCall":{"name":"w","args":{"city":"B"}}}]},
                        {"role":"function","parts":[{"functionResponse":{"name":"w","response":{"output":"rain"}}},
                         {"functionResponse":{"name":"w","response":{"error":"no such city"}}},
                         {"functionResponse":{"name":"t","response":{"hour":12,"minute":30}}}]}]}""");
        assertThat(request.turns().get(1).blocks()).containsExactly(
                new Block.ToolCall("gemini_call_1", "w", "{\"city\":\"A\"}", "c2ln+/==", null),
                new Block.ToolCall("gemini_call_2", "t", "{}", null, null),
                new Block.ToolCall("gemini_call_3", "w", "{\"city\":\"B\"}", null, null));
        assertThat(request.turns().get(2)).isEqualTo(new ChatRequest.Turn(Role.USER, List.of(
                new Block.ToolResult("gemini_call_1", List.of(new Block.Text("rain")), false, null),
                new Block.ToolResult("gemini_call_3", List.of(new Block.Text("no such city")), true, null),
                new Block.ToolResult("gemini_call_2", List.of(new Block.Text("{\"hour\":12,\"minute\":30}")), false,
                        null))));
    }

    @Test
    void idsThatNewerClientsSendAreKeptAndMatched() throws UntranslatableException {
        ChatRequest request = read("""
                {"contents":[{"parts":[{"text":"?"}]},{"role":"model","parts":[
                {"functionCall":{"id":"a","name":"w"}},{"functionCall":{"id":"b","name":"w"}}]},
                {"parts":[{"functionResponse":{"id":"b","name":"w","response":{"output":"2"}}},
                {"functionResponse":{"id":"a","name":"w","response":{"output":"1"}}}]}]}""");
        assertThat(request.turns().get(2).blocks()).extracting(block -> ((Block.ToolResult) block).callId())
                .containsExactly("b", "a");
    }

    @Test
    void thoughtsAndTheirSignaturesAreKeptByteForByte() throws UntranslatableException {
        ChatRequest request = read("""
                {"contents":[{"parts":[{"text":"?"}]},{"role":"model","parts":[
                {"text":"hm","thought":true,"thoughtSignature":"QQ+/=="},{"text":"so","thoughtSignature":"Ug=="},
                {"text":"","thoughtSignature":"Uw=="}]}]}""");
        assertThat(request.turns().get(1).blocks()).containsExactly(new Block.Thinking("hm", "QQ+/=="),
                new Block.Text("so"), new Block.Thinking("", "Ug=="), new Block.Thinking("", "Uw=="));
    }

    @Test
    void picturesRecordingsDocumentsAndFilesAreTold() throws UntranslatableException {
        ChatRequest request = read("""
                {"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"QQ=="}},
                {"inlineData":{"mimeType":"audio/wav","data":"Qg=="}},
                {"inlineData":{"mimeType":"application/pdf","data":"Qw==","displayName":"a.pdf"}},
                {"fileData":{"fileUri":"https://example.com/cat.webp"}},
                {"fileData":{"mimeType":"application/pdf","fileUri":"gs://bucket/a"}}]}],
                "generationConfig":{"mediaResolution":"MEDIA_RESOLUTION_LOW"}}""");
        assertThat(request.turns().getFirst().blocks()).containsExactly(
                new Block.Image(new Media.Inline("image/png", "QQ=="), "low", null),
                new Block.Audio(new Media.Inline("audio/wav", "Qg==")),
                new Block.Document(new Media.Inline("application/pdf", "Qw=="), "a.pdf", null),
                new Block.Image(new Media.Remote("https://example.com/cat.webp"), "low", null),
                new Block.Document(new Media.Uploaded("gs://bucket/a"), null, null));
    }

    @Test
    void picturesInsideFunctionResponsesAreKept() throws UntranslatableException {
        ChatRequest request = read("""
                {"contents":[{"parts":[{"text":"?"}]},{"role":"model","parts":[{"functionCall":{"name":"look"}}]},
                {"parts":[{"functionResponse":{"name":"look","response":{"output":"seen"},"parts":[
                {"inlineData":{"mimeType":"image/png","data":"QQ=="}}]}}]}]}""");
        assertThat(((Block.ToolResult) request.turns().get(2).blocks().getFirst()).content()).containsExactly(
                new Block.Text("seen"), new Block.Image(new Media.Inline("image/png", "QQ=="), null, null));
    }

    @Test
    void schemasInGooglesWordsBecomeJsonSchema() throws UntranslatableException {
        ChatRequest request = read("{" + HI + """
                ,"tools":[{"functionDeclarations":[{"name":"f","description":"d","parameters":{"type":"OBJECT",
                "properties":{"a":{"type":"STRING","nullable":true,"enum":["x"],"format":"enum"},"b":{"type":"ARRAY",
                "min_items":"2","items":{"any_of":[{"type":"INTEGER"},{"type":"BOOLEAN"}]}}},
                "propertyOrdering":["b","a"],"required":["a"]}}]}]}""");
        Tool.Function function = (Tool.Function) request.tools().getFirst();
        assertThat(function.schema()).isEqualTo(JsonTrees.readObject("""
                {"type":"object","properties":{"a":{"type":["string","null"],"enum":["x",null]},"b":{"type":"array",
                "minItems":2,"items":{"anyOf":[{"type":"integer"},{"type":"boolean"}]}}},"required":["a"]}"""));
    }

    @Test
    void schemasInJsonSchemaAreTakenAsTheyAre() throws UntranslatableException {
        ChatRequest request = read(
                "{" + HI + """
                        ,"tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"$ref":"#/$defs/a"}}]}],
                        "generationConfig":{"responseMimeType":"application/json","responseJsonSchema":{"type":["object"]}}}""");
        assertThat(((Tool.Function) request.tools().getFirst()).schema()).hasToString("{\"$ref\":\"#/$defs/a\"}");
        assertThat(request.format()).isEqualTo(
                new OutputFormat.Schema(null, null, JsonTrees.object().set("type", JsonTrees.object().arrayNode().add(
                        "object")), null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
            "AUTO|Auto|2", "NONE|None|2", "ANY|Required|2", "VALIDATED|Auto|2", "any|Required|2"})
    void modesOfCallingAreTold(String mode, String choice, int tools) throws UntranslatableException {
        ChatRequest request = read("{" + HI + ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"},"
                + "{\"name\":\"g\"}]}],\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"" + mode + "\"}}}");
        assertThat(Objects.requireNonNull(request.toolChoice()).getClass().getSimpleName()).isEqualTo(choice);
        assertThat(request.tools()).hasSize(tools);
    }

    @Test
    void oneAllowedFunctionIsNamedAndSeveralAreAllThereIs() throws UntranslatableException {
        String tools = "{" + HI + ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"},{\"name\":\"g\"},"
                + "{\"name\":\"h\"}]}],\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"ANY\","
                + "\"allowedFunctionNames\":[NAMES]}}}";
        ChatRequest one = read(tools.replace("NAMES", "\"g\""));
        assertThat(one.toolChoice()).isEqualTo(new ToolChoice.Named("g"));
        assertThat(one.tools()).hasSize(3);
        ChatRequest two = read(tools.replace("NAMES", "\"g\",\"h\""));
        assertThat(two.toolChoice()).isEqualTo(ToolChoice.REQUIRED);
        assertThat(two.tools()).extracting(Tool::name).containsExactly("g", "h");
    }

    @Test
    void toolsThatGoogleRunsAreItsOwn() throws UntranslatableException {
        ChatRequest request = read("{" + HI + ",\"tools\":[{\"google_search\":{}},{\"codeExecution\":{}},"
                + "{\"urlContext\":{}}]}");
        assertThat(request.tools()).extracting(Tool::name).containsExactly("googleSearch", "codeExecution",
                "urlContext");
        assertThat(request.tools()).allMatch(Tool.Native.class::isInstance);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
            "{\"thinkingBudget\":0}|NONE|-|-",
            "{\"thinkingBudget\":-1,\"includeThoughts\":true}|-|-|true",
            "{\"thinkingBudget\":4096}|-|4096|-",
            "{\"thinkingLevel\":\"low\"}|LOW|-|-",
            "{\"thinkingLevel\":\"HIGH\",\"includeThoughts\":false}|HIGH|-|false"})
    void thinkingIsToldInLevelsOrBudgets(String config, Effort effort, Long budget, Boolean shown)
            throws UntranslatableException {
        assertThat(read("{" + HI + ",\"generationConfig\":{\"thinkingConfig\":" + config + "}}").reasoning())
                .isEqualTo(new Reasoning(effort, budget, shown));
    }

    @Test
    void everySamplingFieldArrives() throws UntranslatableException {
        ChatRequest request = read("{" + HI + """
                ,"generationConfig":{"temperature":1.5,"topP":0.9,"topK":40.0,"seed":42,"frequencyPenalty":-0.5,
                "presencePenalty":0.5,"candidateCount":3,"stopSequences":["a","b"],"responseMimeType":
                "application/json"}}""");
        assertThat(request.sampling()).isEqualTo(new ChatRequest.Sampling(1.5, 0.9, 40, -0.5, 0.5, 42L));
        assertThat(request.choices()).isEqualTo(3);
        assertThat(request.stop()).containsExactly("a", "b");
        assertThat(request.format()).isEqualTo(OutputFormat.JSON);
    }

    @Test
    void fieldsThatOnlyGoogleKnowsAreKeptForIt() throws UntranslatableException {
        ChatRequest request = read("{" + HI + ",\"safetySettings\":[{\"category\":\"c\"}],\"cachedContent\":\"x\","
                + "\"generationConfig\":{\"responseLogprobs\":true},\"toolConfig\":{\"retrievalConfig\":{}}}");
        assertThat(request.foreign()).containsOnlyKeys("safetySettings", "cachedContent",
                "generationConfig.responseLogprobs", "toolConfig.retrievalConfig");
    }

    @Test
    void streamingIsWhatThePathSays() throws UntranslatableException {
        assertThat(GEMINI.readRequest(("{" + HI + "}").getBytes(StandardCharsets.UTF_8), true).streamed()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{}|contents",
            "{\"contents\":[]}|contents",
            "{\"contents\":{}}|contents",
            "{\"contents\":[{\"role\":\"assistant\",\"parts\":[{\"text\":\"x\"}]}]}|contents[0].role",
            "{\"contents\":[{\"parts\":[{\"text\":3}]}]}|contents[0].parts[0].text",
            "{\"contents\":[{\"parts\":[{\"functionResponse\":{\"name\":\"f\",\"response\":{}}}]}]}|contents[0].parts[0].functionResponse.name",
            "{\"contents\":[{\"parts\":[{\"inlineData\":{\"data\":\"QQ==\"}}]}]}|contents[0].parts[0].inlineData.mimeType",
            "{HI,\"generationConfig\":{\"maxOutputTokens\":0}}|generationConfig.maxOutputTokens",
            "{HI,\"generationConfig\":{\"topK\":1,\"top_k\":2}}|generationConfig.topK",
            "{HI,\"generationConfig\":{\"temperature\":3}}|generationConfig.temperature",
            "{HI,\"generationConfig\":{\"responseMimeType\":\"audio/wav\"}}|generationConfig.responseMimeType",
            "{HI,\"generationConfig\":{\"responseSchema\":{}}}|generationConfig.responseMimeType",
            "{HI,\"generationConfig\":{\"responseModalities\":[\"IMAGE\"]}}|generationConfig.responseModalities",
            "{HI,\"generationConfig\":{\"thinkingConfig\":{\"thinkingLevel\":\"huge\"}}}|generationConfig.thinkingConfig.thinkingLevel",
            "{HI,\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"MAYBE\"}}}|toolConfig.functionCallingConfig.mode",
            "{HI,\"tools\":[{\"functionDeclarations\":[{\"description\":\"d\"}]}]}|tools[0].functionDeclarations[0].name"})
    void wrongRequestsNameTheFieldAtFault(String body, String param) {
        UntranslatableException wrong = catchThrowableOfType(UntranslatableException.class,
                () -> read(body.replace("HI", HI)));
        assertThat(wrong).isNotNull();
        assertThat(wrong.param()).isEqualTo(param);
        assertThat(wrong.getMessage()).endsWith(".");
    }

    private static ChatRequest read(String body) throws UntranslatableException {
        return GEMINI.readRequest(body.getBytes(StandardCharsets.UTF_8), false);
    }
}
