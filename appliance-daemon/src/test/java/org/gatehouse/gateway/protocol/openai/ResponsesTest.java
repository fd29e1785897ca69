package org.gatehouse.gateway.protocol.openai;

import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.ObjectMappers;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseStreamEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.UntranslatableException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ResponsesTest {
    private static final OpenAiResponses RESPONSES = new OpenAiResponses(() -> Wire.AT, () -> "made");
    private static final OpenAiChat CHAT = new OpenAiChat();

    private static final String CONVERSATION = """
            {"model":"m","instructions":"be brief","input":[
             {"role":"developer","content":"and kind"},
             {"type":"message","role":"user","content":[{"type":"input_text","text":"look"},
              {"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"low"},
              {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,CCCC"}]},
             {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],
              "encrypted_content":"gAAAAseal"},
             {"type":"message","role":"assistant","content":[{"type":"output_text","text":"I look"}]},
             {"type":"function_call","call_id":"a","name":"f","arguments":"{}"},
             {"type":"function_call","call_id":"b","name":"g","arguments":"{}"},
             {"type":"function_call_output","call_id":"a","output":"1"},
             {"type":"function_call_output","call_id":"b","output":[{"type":"input_text","text":"2"},
              {"type":"input_image","image_url":"https://example.com/a.png"}]},
             {"role":"user","content":"go on"}],
             "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true},
              {"type":"web_search"}],
             "tool_choice":{"type":"function","name":"f"},"parallel_tool_calls":false,"max_output_tokens":99,
             "temperature":0.5,"top_p":0.9,"reasoning":{"effort":"high","summary":"auto"},
             "text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true},
              "verbosity":"low"},"metadata":{"a":"b"},"store":false,"stream":true,"user":"u",
             "include":["reasoning.encrypted_content"],"truncation":"disabled","background":false}""";

    @Test
    void itemsBecomeTurns() {
        ChatRequest request = Wire.read(RESPONSES, CONVERSATION);

        assertThat(request.system()).containsExactly(new Block.Text("be brief"), new Block.Text("and kind"));
        assertThat(request.turns()).containsExactly(
                new Turn(Role.USER,
                        List.of(new Block.Text("look"),
                                new Block.Image(new Media.Inline("image/png", "AAAA"), "low", null),
                                new Block.Document(new Media.Inline("application/pdf", "CCCC"), "a.pdf", null))),
                new Turn(Role.ASSISTANT,
                        List.of(new Block.Thinking("hm", "gAAAAseal"), new Block.Text("I look"),
                                new Block.ToolCall("a", "f", "{}", null, null),
                                new Block.ToolCall("b", "g", "{}", null, null))),
                new Turn(Role.USER,
                        List.of(new Block.ToolResult("a", List.of(new Block.Text("1")), false, null),
                                new Block.ToolResult("b",
                                        List.of(new Block.Text("2"),
                                                new Block.Image(new Media.Remote("https://example.com/a.png"), null,
                                                        null)),
                                        false, null))),
                new Turn(Role.USER, List.of(new Block.Text("go on"))));
    }

    @Test
    void fieldsAreReadAndOnlyStrangersAreForeign() {
        ChatRequest request = Wire.read(RESPONSES, CONVERSATION);

        assertThat(request.tools()).extracting(Tool::name).containsExactly("f", "web_search");
        assertThat(request.toolChoice()).isEqualTo(new ToolChoice.Named("f"));
        assertThat(request.parallelTools()).isFalse();
        assertThat(request.maxOutputTokens()).isEqualTo(99);
        assertThat(request.reasoning()).isEqualTo(new Reasoning(Reasoning.Effort.HIGH, null, true));
        assertThat(request.format()).isEqualTo(
                new OutputFormat.Schema("n", null, Wire.json("{\"type\":\"object\"}"), true));
        assertThat(request.streamed()).isTrue();
        assertThat(request.endUser()).isEqualTo("u");
        assertThat(request.foreign()).containsOnlyKeys("metadata", "text.verbosity");
    }

    @Test
    void inputMayBeAString() {
        assertThat(Wire.read(RESPONSES, "{\"model\":\"m\",\"input\":\"hi\"}").turns())
                .containsExactly(new Turn(Role.USER, List.of(new Block.Text("hi"))));
    }

    @Test
    void requestIsWrittenAsItWasRead() {
        Losses losses = new Losses();
        JsonNode written = Wire.write(RESPONSES, Wire.read(RESPONSES, CONVERSATION), Wire.TERMS, losses);

        assertThat(written).isEqualTo(Wire
                .json("""
                        {"model":"m","instructions":"be brief\\n\\nand kind","input":[
                         {"type":"message","role":"user","content":[{"type":"input_text","text":"look"},
                          {"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"low"},
                          {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,CCCC"}]},
                         {"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gAAAAseal"},
                         {"type":"message","role":"assistant","content":"I look"},
                         {"type":"function_call","call_id":"a","name":"f","arguments":"{}"},
                         {"type":"function_call","call_id":"b","name":"g","arguments":"{}"},
                         {"type":"function_call_output","call_id":"a","output":"1"},
                         {"type":"function_call_output","call_id":"b","output":[{"type":"input_text","text":"2"},
                          {"type":"input_image","image_url":"https://example.com/a.png"}]},
                         {"type":"message","role":"user","content":"go on"}],
                         "store":false,"max_output_tokens":99,"temperature":0.5,"top_p":0.9,
                         "include":["reasoning.encrypted_content"],"reasoning":{"effort":"high","summary":"auto"},
                         "text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true}},
                         "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true}],
                         "tool_choice":{"type":"function","name":"f"},"parallel_tool_calls":false,"stream":true,"user":"u"}"""));
        assertThat(losses.told()).containsExactlyInAnyOrder("tool web_search dropped: its provider's own",
                "metadata dropped", "text.verbosity dropped");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"\"previous_response_id\":\"resp_1\"|previous_response_id",
            "\"conversation\":\"conv_1\"|conversation", "\"background\":true|background", "\"store\":true|store",
            "\"prompt\":{\"id\":\"p\"}|prompt", "\"input\":[{\"type\":\"item_reference\",\"id\":\"x\"}]|input[0]",
            "\"input\":[{\"id\":\"x\"}]|input[0]", "\"input\":[]|input",
            "\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"x\",\"output\":\"\"}]|input[0].call_id"})
    void whatLivesInOpenAisStoreIsRefusedByItsField(String field, String param) {
        String input = field.startsWith("\"input\"") ? "" : "\"input\":\"hi\",";

        assertThat(Wire.refused(RESPONSES, "{\"model\":\"m\"," + input + field + "}").param()).isEqualTo(param);
    }

    @Test
    void itemsOfNativeToolsAreForeignAndDroppedWithANote() {
        ChatRequest request = Wire.read(RESPONSES,
                "{\"input\":[{\"role\":\"user\",\"content\":\"hi\"},{\"type\":\"web_search_call\",\"id\":\"w\"}]}");
        Losses losses = new Losses();
        Wire.write(CHAT, request, Wire.TERMS, losses);

        assertThat(request.turns().getLast().blocks().getFirst()).isInstanceOf(Block.Foreign.class);
        assertThat(losses.told()).contains("web_search_call dropped");
    }

    @Test
    void whatTheProtocolLacksIsDroppedOrRefused() {
        Losses losses = new Losses();
        ChatRequest request = Wire.read(CHAT, """
                {"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"a","reasoning":"hm"}],
                 "stop":"x","seed":1,"top_k":2,"presence_penalty":1}""");
        Wire.write(RESPONSES, request, Wire.TERMS, losses);

        assertThat(losses.told()).containsExactly("thoughts of earlier turns dropped",
                "the last message of the assistant's is answered rather than gone on with", "stop dropped",
                "top_k dropped", "presence_penalty dropped", "seed dropped");
        ChatRequest several = Wire.read(CHAT, "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"n\":2}");
        assertThatThrownBy(() -> RESPONSES.writeRequest(several, Wire.TERMS, new Losses()))
                .isInstanceOfSatisfying(UntranslatableException.class, e -> assertThat(e.param()).isEqualTo("n"));
    }

    @Test
    void strictIsFalseUnlessTheClientSaidOtherwise() {
        ChatRequest request = Wire.read(CHAT, """
                {"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"f"}}]}""");

        assertThat(Wire.write(RESPONSES, request).at("/tools/0/strict").isBoolean()).isTrue();
        assertThat(Wire.write(RESPONSES, request).at("/tools/0/strict").asBoolean()).isFalse();
    }

    @Test
    void wholeAnswerIsWrittenAndReadBackTheSame() throws Exception {
        ChatReply reply = new ChatReply("resp_9", "x",
                List.of(new ChatReply.Choice(
                        List.of(new Block.Thinking("hm", "S+/="), new Block.RedactedThinking("D"), new Block.Text("a"),
                                new Block.Declined("no"), new Block.ToolCall("a", "f", "{\"x\": 1}", "G==", null)),
                        new Stop(StopReason.TOOL_CALLS, null, "completed"))),
                new TokenCount(100, 60, 5, 0, 9, 4));
        byte[] written = RESPONSES.writeReply(reply, Wire.PRESENTATION);

        ChatReply back = RESPONSES.readReply(written);
        assertThat(back.choices()).isEqualTo(reply.choices());
        assertThat(back.usage()).isEqualTo(reply.usage());
        assertThat(Wire.json(written).at("/usage/input_tokens_details/cached_tokens").asInt()).isEqualTo(60);
        Response read = ObjectMappers.jsonMapper().readValue(written, Response.class);
        read.validate();
        assertThat(read.output()).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({"LENGTH,incomplete,max_output_tokens", "CONTEXT_FULL,incomplete,max_output_tokens",
            "CONTENT_FILTER,incomplete,content_filter", "END,completed,", "PAUSE,completed,"})
    void answerThatWasCutOffIsIncomplete(StopReason reason, String status, String detail) throws Exception {
        byte[] written = RESPONSES.writeReply(new ChatReply("", "",
                List.of(new ChatReply.Choice(List.of(new Block.Text("a")), Stop.of(reason))), null), Wire.PRESENTATION);

        JsonNode json = Wire.json(written);
        assertThat(json.path("status").asText()).isEqualTo(status);
        assertThat(json.at("/output/0/status").asText()).isEqualTo(status);
        assertThat(json.at("/incomplete_details/reason").asText(null)).isEqualTo(detail);
        assertThat(json.path("id").asText()).isEqualTo("resp_1");
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"x\"},\"output\":[]}", "{}",
            "[]", ""})
    void whatIsNoAnswerIsBroken(String body) {
        assertThatThrownBy(() -> RESPONSES.readReply(Wire.bytes(body))).isInstanceOf(BrokenAnswerException.class);
    }

    private static List<ChatEvent> events(String... data) {
        StringBuilder stream = new StringBuilder();
        for (String event : data) {
            stream.append("data: ").append(event).append("\n\n");
        }
        try {
            return Wire.read(RESPONSES.events(), stream.toString());
        } catch (BrokenAnswerException e) {
            throw new AssertionError(e);
        }
    }

    private static final String CREATED = "{\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"model\":\"m\"}}";
    private static final String COMPLETED = "{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}";
    private static final ChatEvent BEGUN = new ChatEvent.Begun("r", "m");

    @Test
    void partsOfASummaryAreKeptApartAndContentBesideItIsNotToldTwice() {
        assertThat(events(CREATED,
                "{\"type\":\"response.reasoning_summary_text.delta\",\"output_index\":0,\"summary_index\":0,\"delta\":\"a\"}",
                "{\"type\":\"response.reasoning_text.delta\",\"output_index\":0,\"content_index\":0,\"delta\":\"raw\"}",
                "{\"type\":\"response.reasoning_summary_text.delta\",\"output_index\":0,\"summary_index\":1,\"delta\":\"b\"}",
                "{\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":\"E\"}}"))
                .containsExactly(BEGUN, new ChatEvent.Thought(0, "a"), new ChatEvent.Thought(0, "\n\nb"),
                        new ChatEvent.ThoughtSignature(0, "E"));
    }

    @Test
    void itemsThatCameWithoutDeltasAreToldWhenTheyAreDone() {
        assertThat(events(CREATED,
                "{\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"a\"}]}}",
                "{\"type\":\"response.output_item.added\",\"output_index\":1,\"item\":{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\",\"arguments\":\"\"}}",
                "{\"type\":\"response.function_call_arguments.done\",\"output_index\":1,\"arguments\":\"{}\"}",
                COMPLETED)).containsExactly(BEGUN, new ChatEvent.Text(0, "a"),
                        new ChatEvent.ToolCallBegun(0, 0, "c", "f", null), new ChatEvent.ToolArguments(0, 0, "{}"),
                        new ChatEvent.Stopped(0, new Stop(StopReason.TOOL_CALLS, null, "completed")),
                        new ChatEvent.Ended());
    }

    @Test
    void answerThatCameWithTheLastEventAloneIsTold() {
        assertThat(events(
                "{\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"model\":\"m\",\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"a\"}]}]}}"))
                .startsWith(BEGUN, new ChatEvent.Text(0, "a")).endsWith(new ChatEvent.Ended());
    }

    @Test
    void incompleteAnswerIsBilledAndSaysWhy() {
        assertThat(events(CREATED,
                "{\"type\":\"response.incomplete\",\"response\":{\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"content_filter\"},\"usage\":{\"input_tokens\":3,\"output_tokens\":2}}}"))
                .containsExactly(BEGUN, new ChatEvent.Used(new TokenCount(3, 0, 0, 0, 2, 0), true),
                        new ChatEvent.Stopped(0, new Stop(StopReason.CONTENT_FILTER, null, "content_filter")),
                        new ChatEvent.Ended());
    }

    @Test
    void failedAnswerIsBilledAndNotCleanlyEnded() {
        List<ChatEvent> steps = events(CREATED,
                "{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"slow\"},\"usage\":{\"input_tokens\":3,\"output_tokens\":2}}}",
                COMPLETED);

        assertThat(steps).hasSize(3).startsWith(BEGUN, new ChatEvent.Used(new TokenCount(3, 0, 0, 0, 2, 0), true));
        assertThat(((ChatEvent.Failed) steps.getLast()).error().cause()).isEqualTo(ProviderError.Cause.RATE_LIMITED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\":\"error\",\"code\":\"insufficient_quota\",\"message\":\"x\",\"param\":null}",
            "{\"type\":\"error\",\"error\":{\"code\":\"insufficient_quota\",\"message\":\"x\"}}",
            "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"x\"}}"})
    void errorEventIsTheLastStep(String error) {
        assertThat(events(CREATED, error, COMPLETED)).hasSize(2).last().isInstanceOfSatisfying(ChatEvent.Failed.class,
                failed -> assertThat(failed.error().cause()).isEqualTo(ProviderError.Cause.OUT_OF_MONEY));
    }

    @Test
    void unknownEventsAreForeignAndACutStreamHasNoEnd() {
        List<ChatEvent> steps = events(CREATED, "{\"type\":\"response.in_progress\",\"response\":{}}",
                "{\"type\":\"response.web_search_call.searching\",\"output_index\":0}",
                "{\"type\":\"response.output_text.delta\",\"output_index\":1,\"delta\":\"a\"}");

        assertThat(steps).hasSize(3).startsWith(BEGUN).endsWith(new ChatEvent.Text(0, "a"));
        assertThat(steps.get(1)).isInstanceOfSatisfying(ChatEvent.Foreign.class,
                foreign -> assertThat(foreign.type()).isEqualTo("response.web_search_call.searching"));
    }

    @Test
    void openAisOwnClientUnderstandsEveryEvent() throws Exception {
        List<ChatEvent> steps = List.of(new ChatEvent.Thought(0, "hm"), new ChatEvent.ThoughtSignature(0, "S"),
                new ChatEvent.Text(0, "a"), new ChatEvent.Declined(0, "no"),
                new ChatEvent.ToolCallBegun(0, 0, "c", "f", null), new ChatEvent.ToolArguments(0, 0, "{}"),
                new ChatEvent.Stopped(0, Stop.of(StopReason.TOOL_CALLS)), new ChatEvent.Used(TokenCount.NONE, true),
                new ChatEvent.Ended());
        String stream = Wire.write(RESPONSES.events(Wire.PRESENTATION), steps);

        ResponsesGrammar.check(stream);
        for (Wire.Sse event : Wire.events(stream)) {
            ObjectMappers.jsonMapper().readValue(event.data(), ResponseStreamEvent.class).validate();
        }
        assertThat(Wire.events(stream)).hasSize(23);
    }
}
