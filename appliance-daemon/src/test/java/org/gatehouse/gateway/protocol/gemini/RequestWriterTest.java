package org.gatehouse.gateway.protocol.gemini;

import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning.Effort;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Sampling;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.Terms.ReasoningStyle;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.protocol.json.JsonTrees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What Google is asked, whoever asks. Each request passes {@link StrictGemini}. */
class RequestWriterTest {
    private static final GeminiGenerate GEMINI = new GeminiGenerate(UUID::randomUUID);
    private static final Turn HI = user(new Block.Text("hi"));

    private final Losses losses = new Losses();

    @Test
    void severalSystemMessagesAreOneInstructionWithTheirBoundaries() throws UntranslatableException {
        JsonNode body = write(new ChatRequest(List.of(new Block.Text("a"), new Block.Text("b")), List.of(HI),
                List.of(), null, null, null, Sampling.DEFAULT, List.of(), null, OutputFormat.TEXT, 1, true, null,
                Map.of()));
        assertThat(body.path("systemInstruction")).hasToString("{\"parts\":[{\"text\":\"a\"},{\"text\":\"b\"}]}");
    }

    @Test
    void aSystemMessageInTheMiddleKeepsItsPlaceAsTheUsersWithAWarning() throws UntranslatableException {
        JsonNode body = write(chat(HI, model(new Block.Text("yo")),
                new Turn(Role.SYSTEM, List.of(new Block.Text("be brief"))), user(new Block.Text("go on"))));
        assertThat(body.at("/contents/2")).hasToString(
                "{\"role\":\"user\",\"parts\":[{\"text\":\"be brief\"},{\"text\":\"go on\"}]}");
        assertThat(losses.told()).anyMatch(told -> told.startsWith("a system message"));
    }

    @Test
    void turnsOfOneSideAreMergedAndTheUserBegins() throws UntranslatableException {
        JsonNode body = write(chat(model(new Block.Text("hello")), model(new Block.Text("there")), user(),
                model(new Block.Text("!")), HI, HI));
        assertThat(body.path("contents")).hasToString("[{\"role\":\"user\",\"parts\":[{\"text\":\" \"}]},"
                + "{\"role\":\"model\",\"parts\":[{\"text\":\"hello\"},{\"text\":\"there\"},{\"text\":\"!\"}]},"
                + "{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"},{\"text\":\"hi\"}]}]");
    }

    @Test
    void emptyTextsAreLeftOut() throws UntranslatableException {
        JsonNode body = write(chat(HI, model(new Block.Text("")), user(new Block.Text(""), new Block.Text("go"))));
        assertThat(body.path("contents")).hasToString(
                "[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"},{\"text\":\"go\"}]}]");
    }

    @Test
    void anAnswerToBeGoneOnWithStandsLast() throws UntranslatableException {
        JsonNode body = write(chat(HI, model(new Block.Text("The answer is"))));
        assertThat(body.at("/contents/1/role").asText()).isEqualTo("model");
    }

    @Test
    void parallelCallsAreAnsweredInOneTurnInTheirOrderBeforeOtherWords() throws UntranslatableException {
        JsonNode body = write(chat(HI, model(call("1", "w", "{\"c\":1}", null), call("2", "t", "", null),
                call("3", "w", "{bad", null)), user(result("3", "three")), user(new Block.Text("and?")),
                user(result("1", "{\"one\":1.50}"), result("2", ""))));
        assertThat(body.at("/contents/1/parts")).hasToString("""
                [{"functionCall":{"name":"w","args":{"c":1}},"thoughtSignature":"skip_thought_signature_validator"},\
                {"functionCall":{"name":"t","args":{}}},{"functionCall":{"name":"w","args":{}}}]""");
        assertThat(body.at("/contents/2/parts")).hasToString("""
                [{"functionResponse":{"name":"w","response":{"one":1.50}}},\
                {"functionResponse":{"name":"t","response":{"output":""}}},\
                {"functionResponse":{"name":"w","response":{"output":"three"}}},{"text":"and?"}]""");
        assertThat(losses.told()).anyMatch(told -> told.startsWith("broken arguments"));
    }

    @Test
    void failedToolsSayErrorAndPicturesOfToolsStandBehindTheResponses() throws UntranslatableException {
        JsonNode body = write(chat(HI, model(call("1", "w", "{}", "c2ln")), user(new Block.ToolResult("1", List.of(
                new Block.Text("boom"), new Block.Image(new Media.Inline("image/png", "QQ=="), null, null)), true,
                null))));
        assertThat(body.at("/contents/2/parts")).hasToString("""
                [{"functionResponse":{"name":"w","response":{"error":"boom"}}},\
                {"inlineData":{"mimeType":"image/png","data":"QQ=="}}]""");
    }

    @Test
    void signaturesOfCallsGoBackByteForByteAndNoDummyJoinsThem() throws UntranslatableException {
        JsonNode body = write(chat(HI, model(new Block.Thinking("hm", "QQ+/=="), call("1", "a", "{}", "Ug+/=="),
                call("2", "b", "{}", null)), user(result("1", "x"), result("2", "y"))));
        assertThat(body.at("/contents/1/parts")).hasToString("""
                [{"text":"hm","thought":true,"thoughtSignature":"QQ+/=="},\
                {"functionCall":{"name":"a","args":{}},"thoughtSignature":"Ug+/=="},\
                {"functionCall":{"name":"b","args":{}}}]""");
    }

    @Test
    void theSealOfWordsGoesBackOnThem() throws UntranslatableException {
        JsonNode body = write(chat(HI, model(new Block.Text("so"), new Block.Thinking("", "Ug==")), HI));
        assertThat(body.at("/contents/1/parts")).hasToString("[{\"text\":\"so\",\"thoughtSignature\":\"Ug==\"}]");
    }

    @Test
    void thoughtsOfAnotherProviderAreDroppedWithAWarning() throws UntranslatableException {
        JsonNode body = write(chat(HI, model(new Block.Thinking("unsealed", null), new Block.Thinking("x", "claude"),
                new Block.RedactedThinking("y"), call("1", "a", "{}", null)), user(result("1", "x"))));
        assertThat(body.at("/contents/1/parts").size()).isEqualTo(1);
        assertThat(losses.told()).hasSize(2);
    }

    @Test
    void toolIdsThatDoNotMatchAreRefused() {
        assertThatThrownBy(() -> write(chat(HI, model(call("1", "a", "{}", null)), user(result("2", "x")))))
                .isInstanceOf(UntranslatableException.class).hasMessageContaining("'2' answers no call");
        assertThatThrownBy(() -> write(chat(HI, model(call("1", "a", "{}", null)), HI)))
                .isInstanceOf(UntranslatableException.class).hasMessageContaining("'1' of the tool 'a' has no result");
        assertThatThrownBy(() -> write(chat(HI, model(call("1", "a", "{}", null)),
                user(result("1", "x"), result("1", "y")))))
                .isInstanceOf(UntranslatableException.class).hasMessageContaining("two results");
    }

    @Test
    void allFunctionsStandInOneToolBesideGooglesOwnAndOthersAreDropped() throws UntranslatableException {
        JsonNode search = JsonTrees.object().set("googleSearch", JsonTrees.object());
        JsonNode body = write(tools(null, function("f", null), function("g", "{\"type\":\"object\",\"properties\":{}}"),
                new Tool.Native("googleSearch", "googleSearch", search),
                new Tool.Native("web_search", "web_search_20250305", JsonTrees.object())));
        assertThat(body.path("tools")).hasToString(
                "[{\"functionDeclarations\":[{\"name\":\"f\"},{\"name\":\"g\"}]},{\"googleSearch\":{}}]");
        assertThat(losses.told()).containsExactly("tool?web_search dropped");
    }

    @Test
    void choicesOfToolsAreModes() throws UntranslatableException {
        String at = "/toolConfig/functionCallingConfig";
        assertThat(write(tools(ToolChoice.AUTO, function("f", null))).at(at)).hasToString("{\"mode\":\"AUTO\"}");
        assertThat(write(tools(ToolChoice.NONE, function("f", null))).at(at)).hasToString("{\"mode\":\"NONE\"}");
        assertThat(write(tools(ToolChoice.REQUIRED, function("f", null))).at(at)).hasToString("{\"mode\":\"ANY\"}");
        assertThat(write(tools(new ToolChoice.Named("f"), function("f", null))).at(at)).hasToString(
                "{\"mode\":\"ANY\",\"allowedFunctionNames\":[\"f\"]}");
        assertThat(write(tools(ToolChoice.REQUIRED)).has("toolConfig")).isFalse();
    }

    @Test
    void namesThatGoogleDoesNotTakeAreRefused() {
        assertThatThrownBy(() -> write(tools(null, function("1st", null)))).hasMessageContaining("'1st'");
        assertThatThrownBy(() -> write(tools(null, function("x".repeat(65), null)))).hasMessageContaining("at most 64");
    }

    @Test
    void samplingArrivesWithinTheProvidersBounds() throws UntranslatableException {
        ChatRequest request = new ChatRequest(List.of(), List.of(HI), List.of(), null, null, 500L,
                new Sampling(1.5, 0.9, 40, -0.5, 0.5, 1L << 40), List.of("a"), null, OutputFormat.JSON, 2, true, "me",
                Map.of("logit_bias", JsonTrees.object(), "safetySettings", JsonTrees.object().arrayNode()));
        JsonNode body = StrictGemini.request(GEMINI.writeRequest(request,
                new Terms("m", 300L, 100, ReasoningStyle.NONE, 1, true, true), losses));
        assertThat(body.path("generationConfig")).hasToString("""
                {"maxOutputTokens":300,"temperature":1.0,"topP":0.9,"topK":40,"frequencyPenalty":-0.5,\
                "presencePenalty":0.5,"seed":256,"candidateCount":2,"stopSequences":["a"],\
                "responseMimeType":"application/json"}""");
        assertThat(body.has("safetySettings")).isTrue();
        assertThat(losses.told()).containsExactlyInAnyOrder("temperature lowered to 1.0", "logit_bias dropped",
                "user dropped: not known to this provider");
    }

    @Test
    void moreStopStringsThanGoogleTakesAreRefused() {
        ChatRequest request = new ChatRequest(List.of(), List.of(HI), List.of(), null, null, null, Sampling.DEFAULT,
                List.of("1", "2", "3", "4", "5", "6"), null, OutputFormat.TEXT, 1, true, null, Map.of());
        assertThatThrownBy(() -> write(request)).hasMessageContaining("at most 5 stop strings");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", quoteCharacter = '~', value = {
            "EFFORT|LOW|-|true|{\"thinkingLevel\":\"LOW\",\"includeThoughts\":true}",
            "EFFORT|NONE|-|-|{\"thinkingLevel\":\"MINIMAL\"}",
            "EFFORT|MAXIMAL|-|-|{\"thinkingLevel\":\"HIGH\",\"includeThoughts\":true}",
            "EFFORT|-|9000|-|{\"thinkingLevel\":\"MEDIUM\",\"includeThoughts\":true}",
            "BUDGET|NONE|-|-|{\"thinkingBudget\":0}",
            "BUDGET|HIGH|-|false|{\"thinkingBudget\":24576,\"includeThoughts\":false}",
            "BUDGET|-|2000|-|{\"thinkingBudget\":2000,\"includeThoughts\":true}", "NONE|HIGH|-|true|-"})
    void reasoningIsALevelOrABudget(ReasoningStyle style, @Nullable Effort effort, @Nullable Long budget,
            @Nullable Boolean shown, @Nullable String expected) throws UntranslatableException {
        ChatRequest request = new ChatRequest(List.of(), List.of(HI), List.of(), null, null, null, Sampling.DEFAULT,
                List.of(), new Reasoning(effort, budget, shown), OutputFormat.TEXT, 1, true, null, Map.of());
        JsonNode body = StrictGemini.request(GEMINI.writeRequest(request, new Terms("m", null, 100, style, 2, true,
                true), losses));
        JsonNode thinking = body.at("/generationConfig/thinkingConfig");
        assertThat(thinking.isMissingNode() ? null : thinking.toString()).isEqualTo(expected);
    }

    @Test
    void picturesFilesAndDocumentsAreSentOrRefused() throws UntranslatableException {
        JsonNode body = write(chat(user(new Block.Image(new Media.Inline("image/png", "QQ=="), "high", null),
                new Block.Image(new Media.Remote("https://example.com/a.webp?x=1"), null, null),
                new Block.Document(new Media.Plain("words"), null, null), new Block.Audio(new Media.Inline("audio/wav",
                        "QQ==")))));
        assertThat(body.at("/contents/0/parts")).hasToString("""
                [{"inlineData":{"mimeType":"image/png","data":"QQ=="}},\
                {"fileData":{"mimeType":"image/webp","fileUri":"https://example.com/a.webp?x=1"}},\
                {"inlineData":{"mimeType":"text/plain","data":"d29yZHM="}},\
                {"inlineData":{"mimeType":"audio/wav","data":"QQ=="}}]""");
        assertThat(body.at("/generationConfig/mediaResolution").asText()).isEqualTo("MEDIA_RESOLUTION_HIGH");
        assertThatThrownBy(() -> write(chat(user(new Block.Document(new Media.Uploaded("file-1"), null, null)))))
                .hasMessageContaining("'file-1' is not known to Gemini");
        assertThatThrownBy(() -> GEMINI.writeRequest(chat(user(new Block.Image(new Media.Inline("image/png", "QQ=="),
                null, null))), new Terms("blind", null, 1, ReasoningStyle.NONE, 2, true, false), losses))
                .hasMessageContaining("'blind' does not see pictures");
    }

    @Test
    void schemasAreBroughtDownToGooglesSubset() throws UntranslatableException {
        JsonNode body = write(tools(null, function("f", """
                {"$schema":"x","$comment":"c","type":"object","additionalProperties":false,"required":["a","gone"],
                "properties":{"a":{"$ref":"#/$defs/A","description":"mine"},"b":{"type":["string","null"],
                "enum":["x",null]},"c":{"const":"only"},"d":{"oneOf":[{"type":"integer","exclusiveMinimum":0},
                {"type":"null"}]},"e":{"type":"array","prefixItems":[{"type":"string"},{"type":"number"}],
                "uniqueItems":true,"contains":{}},"f":{"allOf":[{"type":"object","properties":{"x":{"type":"string"}},
                "required":["x"]},{"$ref":"#/$defs/A"}]},"g":{"type":"integer","enum":[1,2],"multipleOf":1,
                "readOnly":true,"deprecated":true},"h":{"type":"object","propertyNames":{"pattern":"x"}},
                "i":{"type":"string","format":"uri"},"j":{"type":"array"},"k":{}},
                "$defs":{"A":{"type":"object","description":"theirs","properties":{"y":{"type":"boolean"}}}}}""")));
        JsonNode properties = body.at("/tools/0/functionDeclarations/0/parameters/properties");
        assertThat(properties.path("a")).hasToString(
                "{\"type\":\"OBJECT\",\"description\":\"mine\",\"properties\":{\"y\":{\"type\":\"BOOLEAN\"}}}");
        assertThat(properties.path("b")).hasToString("{\"type\":\"STRING\",\"nullable\":true,\"enum\":[\"x\"]}");
        assertThat(properties.path("c")).hasToString("{\"type\":\"STRING\",\"enum\":[\"only\"]}");
        assertThat(properties.path("d")).hasToString("{\"type\":\"INTEGER\",\"minimum\":1,\"nullable\":true}");
        assertThat(properties.at("/e/items")).hasToString("{\"anyOf\":[{\"type\":\"STRING\"},{\"type\":\"NUMBER\"}]}");
        assertThat(properties.at("/f/properties").size()).isEqualTo(2);
        assertThat(properties.at("/f/required")).hasToString("[\"x\"]");
        assertThat(properties.path("g")).hasToString("{\"type\":\"INTEGER\",\"description\":\"One of: [1,2]\"}");
        assertThat(body.at("/tools/0/functionDeclarations/0/parameters/required")).hasToString("[\"a\"]");
        assertThat(losses.told()).contains("schema keyword additionalProperties dropped",
                "schema keyword prefixItems dropped", "schema keyword uniqueItems dropped",
                "schema keyword contains dropped", "schema keyword multipleOf dropped",
                "schema keyword propertyNames dropped", "schema keyword format uri dropped");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{\"$defs\":{\"n\":{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#/$defs/n\"}}}},\"$ref\":\"#/$defs/n\"}|itself through '#/$defs/n'",
            "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}}}|itself through '#'",
            "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"https://x/y\"}}}|'https://x/y', which is not in it",
            "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}}}|'#/$defs/b', which is not there"})
    void schemasThatReferToThemselvesOrElsewhereAreRefused(String schema, String said) {
        assertThatThrownBy(() -> write(tools(null, function("f", schema)))).isInstanceOf(UntranslatableException.class)
                .hasMessageContaining(said).hasMessageContaining("the tool 'f'");
    }

    @Test
    void aSmallSchemaThatGrowsHugeIsRefused() {
        StringBuilder defs = new StringBuilder("\"d0\":{\"type\":\"string\"}");
        for (int i = 1; i < 20; i++) {
            String before = "{\"$ref\":\"#/$defs/d" + (i - 1) + "\"}";
            defs.append(",\"d").append(i).append("\":{\"type\":\"object\",\"properties\":{\"a\":").append(before)
                    .append(",\"b\":").append(before).append("}}");
        }
        assertThatThrownBy(() -> write(tools(null, function("f", "{\"$ref\":\"#/$defs/d19\",\"$defs\":{" + defs
                + "}}")))).hasMessageContaining("more than 5000 parts");
    }

    @Test
    void aSchemaOfTheAnswerIsAResponseSchema() throws UntranslatableException {
        JsonNode body = write(new ChatRequest(List.of(), List.of(HI), List.of(), null, null, null, Sampling.DEFAULT,
                List.of(), null, new OutputFormat.Schema("n", null, JsonTrees.arguments(
                        "{\"type\":\"object\",\"properties\":{\"a\":{\"anyOf\":[{\"type\":\"null\"},"
                                + "{\"type\":\"string\"}]}}}"),
                        true),
                1, true, null, Map.of()));
        assertThat(body.path("generationConfig")).hasToString("""
                {"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":\
                {"a":{"type":"STRING","nullable":true}}}}""");
    }

    private JsonNode write(ChatRequest request) throws UntranslatableException {
        return StrictGemini.request(GEMINI.writeRequest(request, Terms.of("gemini-3-pro", 1_000), losses));
    }

    private static ChatRequest chat(Turn... turns) {
        return new ChatRequest(List.of(), List.of(turns), List.of(), null, null, null, Sampling.DEFAULT, List.of(),
                null, OutputFormat.TEXT, 1, false, null, Map.of());
    }

    private static ChatRequest tools(@Nullable ToolChoice choice, Tool... tools) {
        return new ChatRequest(List.of(), List.of(HI), List.of(tools), choice, null, null, Sampling.DEFAULT,
                List.of(), null, OutputFormat.TEXT, 1, false, null, Map.of());
    }

    private static Tool function(String name, @Nullable String schema) {
        return new Tool.Function(name, null, schema == null ? null : JsonTrees.readObject(schema), null, null);
    }

    private static Turn user(Block... blocks) {
        return new Turn(Role.USER, List.of(blocks));
    }

    private static Turn model(Block... blocks) {
        return new Turn(Role.ASSISTANT, List.of(blocks));
    }

    private static Block call(String id, String name, String arguments, @Nullable String signature) {
        return new Block.ToolCall(id, name, arguments, signature, null);
    }

    private static Block result(String id, String text) {
        return new Block.ToolResult(id, List.of(new Block.Text(text)), false, null);
    }
}
