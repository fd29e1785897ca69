package org.gatehouse.gateway.protocol.openai;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;

import static org.assertj.core.api.Assertions.assertThat;

class ChatRequestReadingTest {
    private static final OpenAiChat CHAT = new OpenAiChat();
    private static final String HI = "{\"role\":\"user\",\"content\":\"hi\"}";

    private static ChatRequest read(String messages, String fields) {
        return Wire.read(CHAT, "{\"model\":\"m\",\"messages\":[" + messages + "]" + fields + "}");
    }

    private static String param(String messages, String fields) {
        return String.valueOf(
                Wire.refused(CHAT, "{\"model\":\"m\",\"messages\":[" + messages + "]" + fields + "}").param());
    }

    @Test
    void leadingSystemAndDeveloperMessagesAreInstructionsWithTheirBoundaries() {
        ChatRequest request = read("""
                {"role":"system","content":"one"},
                {"role":"developer","content":[{"type":"text","text":"two","cache_control":{"type":"ephemeral"}},
                  {"type":"text","text":"three"}]},""" + HI, "");

        assertThat(request.system()).containsExactly(new Block.Text("one"),
                new Block.Text("two", Block.CacheMark.FIVE_MINUTES), new Block.Text("three"));
        assertThat(request.turns()).containsExactly(new Turn(Role.USER, List.of(new Block.Text("hi"))));
    }

    @Test
    void laterSystemMessageIsATurnOfItsOwn() {
        ChatRequest request = read(HI + ",{\"role\":\"system\",\"content\":\"brief\"}", "");

        assertThat(request.system()).isEmpty();
        assertThat(request.turns()).extracting(Turn::role).containsExactly(Role.USER, Role.SYSTEM);
    }

    @Test
    void partsOfAllKindsAreRead() {
        ChatRequest request = read("""
                {"role":"user","content":[{"type":"text","text":"look"},
                 {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}},
                 {"type":"image_url","image_url":{"url":"https://example.com/a.jpg"}},
                 {"type":"input_audio","input_audio":{"data":"BBBB","format":"mp3"}},
                 {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,CCCC"}},
                 {"type":"file","file":{"file_id":"file-1"}}]}""", "");

        assertThat(request.turns().getFirst().blocks()).containsExactly(new Block.Text("look"),
                new Block.Image(new Media.Inline("image/png", "AAAA"), "low", null),
                new Block.Image(new Media.Remote("https://example.com/a.jpg"), null, null),
                new Block.Audio(new Media.Inline("audio/mpeg", "BBBB")),
                new Block.Document(new Media.Inline("application/pdf", "CCCC"), "a.pdf", null),
                new Block.Document(new Media.Uploaded("file-1"), null, null));
    }

    @Test
    void contentIsNullBesideToolCallsAndConsecutiveResultsAreOneTurn() {
        ChatRequest request = read(HI + """
                ,{"role":"assistant","content":null,"tool_calls":[
                  {"id":"a","type":"function","function":{"name":"f","arguments":"{\\"x\\": 1}"}},
                  {"id":"b","type":"function","function":{"name":"g","arguments":""}}]},
                {"role":"tool","tool_call_id":"b","content":"2"},
                {"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"1"}]},""" + HI, "");

        assertThat(request.turns().get(1).blocks()).containsExactly(
                new Block.ToolCall("a", "f", "{\"x\": 1}", null, null), new Block.ToolCall("b", "g", "{}", null, null));
        assertThat(request.turns().get(2)).isEqualTo(new Turn(Role.USER,
                List.of(new Block.ToolResult("b", List.of(new Block.Text("2")), false, null),
                        new Block.ToolResult("a", List.of(new Block.Text("1")), false, null))));
        assertThat(request.turns()).hasSize(4);
    }

    @Test
    void idsThatAreUsedAgainOnALaterTurnBecomeDifferent() {
        String call = "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"0\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                + "{\"role\":\"tool\",\"tool_call_id\":\"0\",\"content\":\"r\"},";
        ChatRequest request = read(HI + "," + call + call + HI, "");

        assertThat(request.turns()).flatExtracting(Turn::blocks).filteredOn(Block.ToolResult.class::isInstance)
                .extracting(block -> ((Block.ToolResult) block).callId()).containsExactly("0", "0_2");
    }

    @Test
    void olderFunctionsAndTheirMessagesAreReadAsTools() {
        ChatRequest request = read(HI + """
                ,{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},
                {"role":"function","name":"f","content":"1"}""",
                ",\"functions\":[{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}],\"function_call\":{\"name\":\"f\"}");

        Block.ToolCall call = (Block.ToolCall) request.turns().get(1).blocks().getFirst();
        Block.ToolResult result = (Block.ToolResult) request.turns().get(2).blocks().getFirst();
        assertThat(result.callId()).isEqualTo(call.id());
        assertThat(request.tools()).extracting(Tool::name).containsExactly("f");
        assertThat(request.toolChoice()).isEqualTo(new ToolChoice.Named("f"));
    }

    @Test
    void resultThatAnswersNoCallIsRefusedByItsPlace() {
        assertThat(param(HI + ",{\"role\":\"tool\",\"tool_call_id\":\"x\",\"content\":\"1\"}", ""))
                .isEqualTo("messages[1].tool_call_id");
    }

    @Test
    void thoughtsOfTheHistoryAreReadUnderAllTheirNames() {
        String[] names = {"\"reasoning\":\"hm\"", "\"reasoning_content\":\"hm\"",
                "\"reasoning\":\"hm\",\"reasoning_content\":\"hm\"",
                "\"reasoning\":\"hm\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"hm\"}]"};
        for (String name : names) {
            ChatRequest request = read(HI + ",{\"role\":\"assistant\",\"content\":\"a\"," + name + "}," + HI, "");
            assertThat(request.turns().get(1).blocks()).as(name).containsExactly(new Block.Thinking("hm", null),
                    new Block.Text("a"));
        }
        ChatRequest sealed = read(
                HI + """
                        ,{"role":"assistant","content":"a","thinking_blocks":[
                         {"type":"thinking","thinking":"hm","signature":"S+/="},{"type":"redacted_thinking","data":"D"}]},"""
                        + HI,
                "");
        assertThat(sealed.turns().get(1).blocks()).containsExactly(new Block.Thinking("hm", "S+/="),
                new Block.RedactedThinking("D"), new Block.Text("a"));
    }

    @Test
    void refusalAndGeminisSealAreKept() {
        ChatRequest request = read(HI + """
                ,{"role":"assistant","content":"","refusal":"no","tool_calls":[{"id":"a","function":{"name":"f",
                 "arguments":"{}"},"extra_content":{"google":{"thought_signature":"G=="}}}]}""", "");

        assertThat(request.turns().get(1).blocks()).containsExactly(new Block.Declined("no"),
                new Block.ToolCall("a", "f", "{}", "G==", null));
    }

    @Test
    void toolsKeepStrictAndNativeOnesTheirWholeDefinition() {
        ChatRequest request = read(HI, """
                ,"tools":[{"type":"function","function":{"name":"f","description":"d","strict":true,
                 "parameters":{"type":"object","maximum":1.50}}},{"type":"web_search","depth":2}]""");

        Tool.Function function = (Tool.Function) request.tools().getFirst();
        assertThat(function.strict()).isTrue();
        assertThat(function.schema()).hasToString("{\"type\":\"object\",\"maximum\":1.50}");
        assertThat(request.tools().get(1)).isInstanceOfSatisfying(Tool.Native.class,
                tool -> assertThat(tool.json().path("depth").asInt()).isEqualTo(2));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"\"none\"|None", "\"auto\"|Auto", "\"required\"|Required", "\"any\"|Required",
            "{\"type\":\"function\",\"function\":{\"name\":\"f\"}}|Named"})
    void toolChoiceHasAllItsForms(String choice, String form) {
        ChatRequest request = read(HI,
                ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":" + choice
                        + ",\"parallel_tool_calls\":false");

        assertThat(request.toolChoice()).hasToString(form.equals("Named") ? "Named[tool=f]" : form + "[]");
        assertThat(request.parallelTools()).isFalse();
    }

    @Test
    void allowedToolsLeaveTheOthersOut() {
        ChatRequest request = read(HI, """
                ,"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}],
                "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required",
                 "tools":[{"type":"function","function":{"name":"g"}}]}}""");

        assertThat(request.tools()).extracting(Tool::name).containsExactly("g");
        assertThat(request.toolChoice()).isEqualTo(ToolChoice.REQUIRED);
    }

    @Test
    void toolChoiceThatNamesNoToolIsRefused() {
        assertThat(param(HI, ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}"))
                .isEqualTo("tool_choice.function.name");
    }

    @Test
    void capsSamplingStopsAndUserAreRead() {
        ChatRequest request = read(HI,
                """
                        ,"max_tokens":5,"max_completion_tokens":7,"temperature":1.5,"top_p":0.5,"top_k":3,"seed":-9,
                        "frequency_penalty":-1,"presence_penalty":2,"stop":["a","b","c","d","e"],"n":2,"user":"u","stream":true""");

        assertThat(request.maxOutputTokens()).isEqualTo(7);
        assertThat(request.sampling()).isEqualTo(new ChatRequest.Sampling(1.5, 0.5, 3, -1.0, 2.0, -9L));
        assertThat(request.stop()).containsExactly("a", "b", "c", "d", "e");
        assertThat(request.choices()).isEqualTo(2);
        assertThat(request.endUser()).isEqualTo("u");
        assertThat(request.streamed()).isTrue();
        assertThat(request.foreign()).isEmpty();
        assertThat(read(HI, ",\"stop\":\"x\",\"max_tokens\":5.0").stop()).containsExactly("x");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"\"reasoning_effort\":\"minimal\"|MINIMAL|",
            "\"reasoning_effort\":\"xhigh\"|MAXIMAL|",
            "\"reasoning\":{\"effort\":\"low\"}|LOW|", "\"reasoning\":{\"max_tokens\":9}||9",
            "\"thinking_token_budget\":8||8", "\"enable_thinking\":true,\"thinking_budget\":7||7",
            "\"enable_thinking\":false|NONE|", "\"thinking\":{\"type\":\"disabled\"}|NONE|",
            "\"chat_template_kwargs\":{\"enable_thinking\":false}|NONE|",
            "\"thinking\":{\"type\":\"enabled\"}|MEDIUM|"})
    void reasoningIsReadInEverybodysFields(String fields, Reasoning.Effort effort, Long budget) {
        ChatRequest request = read(HI, "," + fields);

        assertThat(request.reasoning()).isEqualTo(new Reasoning(effort, budget, null));
        assertThat(request.foreign()).isEmpty();
    }

    @Test
    void responseFormatHasAllItsForms() {
        assertThat(read(HI, ",\"response_format\":{\"type\":\"text\"}").format()).isEqualTo(OutputFormat.TEXT);
        assertThat(read(HI, ",\"response_format\":{\"type\":\"json_object\"}").format()).isEqualTo(OutputFormat.JSON);
        assertThat(read(HI, """
                ,"response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","strict":true,
                 "schema":{"type":"object"}}}""").format())
                .isEqualTo(new OutputFormat.Schema("n", "d", Wire.json("{\"type\":\"object\"}"), true));
        assertThat(read(HI, ",\"structured_outputs\":{\"json\":{\"type\":\"object\"}}").format())
                .isEqualTo(new OutputFormat.Schema(null, null, Wire.json("{\"type\":\"object\"}"), true));
    }

    @Test
    void whatBindsTheAnswerAndCannotBePromisedIsRefused() {
        assertThat(param(HI, ",\"structured_outputs\":{\"regex\":\"a+\"}")).isEqualTo("structured_outputs");
        assertThat(param(HI, ",\"guided_choice\":[\"a\"]")).isEqualTo("guided_choice");
        assertThat(param(HI, ",\"modalities\":[\"text\",\"audio\"]")).isEqualTo("modalities");
    }

    @Test
    void unknownFieldsAreForeignAndThoseThatSayNothingAreNot() {
        ChatRequest request = read("{\"role\":\"user\",\"name\":\"Ann\",\"content\":\"hi\"}",
                ",\"logit_bias\":{\"50256\":-100},\"logprobs\":true,\"metadata\":{},\"store\":false,\"service_tier\":null");

        assertThat(request.foreign()).containsOnlyKeys("logit_bias", "logprobs", "messages[].name");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"role\":\"user\",\"content\":5}||messages[0].content",
            "{\"role\":\"robot\",\"content\":\"\"}||messages[0].role",
            "{\"role\":\"user\",\"content\":[{\"type\":\"video\"}]}||messages[0].content[0].type",
            "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"file:///etc/passwd\"}}]}||messages[0].content[0].image_url.url",
            "||messages", "{\"role\":\"user\",\"content\":\"\"}|,\"max_tokens\":0|max_tokens",
            "{\"role\":\"user\",\"content\":\"\"}|,\"temperature\":\"warm\"|temperature",
            "{\"role\":\"user\",\"content\":\"\"}|,\"tools\":[{\"type\":\"function\",\"function\":{}}]|tools[0].function.name"})
    void badInputIsRefusedByItsPlace(String message, String fields, String place) {
        assertThat(param(message == null ? "" : message, fields == null ? "" : fields)).isEqualTo(place);
    }

    @Test
    void deepNestingIsRefusedRatherThanFollowed() {
        assertThat(Wire.refused(CHAT, "{\"messages\":" + "[".repeat(100_000) + "}").getMessage()).contains("nested");
    }
}
