package org.gatehouse.gateway.protocol.openai;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Sampling;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.Terms.ReasoningStyle;
import org.gatehouse.gateway.protocol.UntranslatableException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ChatRequestWritingTest {
    private static final OpenAiChat OPENAI = new OpenAiChat();
    private static final OpenAiChat ENGINE = new OpenAiChat(ChatFlavour.ENGINE);
    private static final Turn HI = new Turn(Role.USER, List.of(new Block.Text("hi")));

    private static ChatRequest chat(Turn... turns) {
        return new ChatRequest(List.of(), List.of(turns), List.of(), null, null, null, Sampling.DEFAULT, List.of(),
                null,
                OutputFormat.TEXT, 1, false, null, Map.of());
    }

    private static ChatRequest thinking(Reasoning reasoning, Turn... turns) {
        return new ChatRequest(List.of(), List.of(turns), List.of(), null, null, null, Sampling.DEFAULT, List.of(),
                reasoning, OutputFormat.TEXT, 1, false, null, Map.of());
    }

    private static Turn says(Block... blocks) {
        return new Turn(Role.ASSISTANT, List.of(blocks));
    }

    private static Turn asks(Block... blocks) {
        return new Turn(Role.USER, List.of(blocks));
    }

    private static JsonNode messages(OpenAiChat chat, Losses losses, Turn... turns) {
        return Wire.write(chat, chat(turns), Wire.TERMS, losses).path("messages");
    }

    @Test
    void wholeRequestIsWrittenAsItWasRead() {
        String body = """
                {"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":[
                 {"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA",
                 "detail":"low"}}]},{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",
                 "function":{"name":"f","arguments":"{\\"x\\": 1}"}}]},{"role":"tool","tool_call_id":"a","content":"1"}],
                 "max_completion_tokens":7,"stop":["x"],"n":2,"temperature":1.5,"top_p":0.5,"frequency_penalty":1.0,
                 "presence_penalty":2.0,"seed":9,"reasoning_effort":"xhigh","response_format":{"type":"json_schema",
                 "json_schema":{"name":"n","schema":{"type":"object"},"strict":true}},"tools":[{"type":"function",
                 "function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}}],
                 "tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false,"stream":true,
                 "stream_options":{"include_usage":true},"user":"u"}""";
        Losses losses = new Losses();

        assertThat(Wire.write(OPENAI, Wire.read(OPENAI, body), Wire.TERMS, losses)).isEqualTo(Wire.json(body));
        assertThat(losses.told()).isEmpty();
    }

    @Test
    void systemBlocksBecomeOneMessage() {
        ChatRequest request = new ChatRequest(List.of(new Block.Text("a"), new Block.Text("b")), List.of(HI), List.of(),
                null, null, null, Sampling.DEFAULT, List.of(), null, OutputFormat.TEXT, 1, false, null, Map.of());

        assertThat(Wire.write(OPENAI, request).path("messages").get(0))
                .isEqualTo(Wire.json("{\"role\":\"system\",\"content\":\"a\\n\\nb\"}"));
    }

    @Test
    void resultsStandBeforeOtherWordsAndTheirPicturesBehindThem() {
        Losses losses = new Losses();
        JsonNode messages = messages(OPENAI, losses,
                says(new Block.ToolCall("a", "f", "{}", null, null), new Block.ToolCall("b", "g", "{}", null, null)),
                asks(new Block.Text("words"),
                        new Block.ToolResult("a",
                                List.of(new Block.Text("see"),
                                        new Block.Image(new Media.Inline("image/png", "AAAA"), null, null)),
                                false, null),
                        new Block.ToolResult("b", List.of(new Block.Text("gone")), true, null)));

        assertThat(messages).isEqualTo(Wire.json("""
                [{"role":"assistant","content":null,"tool_calls":[
                  {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
                  {"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},
                 {"role":"tool","tool_call_id":"a","content":"see"},
                 {"role":"tool","tool_call_id":"b","content":"Error: gone"},
                 {"role":"user","content":[{"type":"text","text":"Output of tool call a:"},
                  {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},
                  {"type":"text","text":"words"}]}]"""));
        assertThat(losses.told()).containsExactly("pictures of tool results moved into the next message");
    }

    @Test
    void turnsOfOneRoleInARowAreMerged() {
        assertThat(messages(OPENAI, new Losses(), HI, HI, says(new Block.Text("a")), HI))
                .extracting(message -> message.path("role").asText()).containsExactly("user", "assistant", "user");
    }

    @Test
    void thoughtsOfTheHistoryGoOnlyToServersThatWantThem() {
        Turn thought = says(new Block.Thinking("hm", null), new Block.Text("a"));
        Turn called = says(new Block.Thinking("hm", null), new Block.ToolCall("a", "f", "{}", null, null));
        Turn calledWithout = says(new Block.ToolCall("a", "f", "{}", null, null));
        Losses losses = new Losses();

        assertThat(messages(OPENAI, losses, HI, thought, HI).get(1).properties()).extracting(Map.Entry::getKey)
                .containsExactly("role", "content");
        assertThat(losses.told()).containsExactly("thoughts of earlier turns dropped");
        assertThat(messages(ENGINE, new Losses(), HI, thought, HI).get(1)).isEqualTo(Wire.json(
                "{\"role\":\"assistant\",\"content\":\"a\",\"reasoning\":\"hm\",\"reasoning_content\":\"hm\"}"));
        OpenAiChat deepseek = new OpenAiChat(ChatFlavour.DEEPSEEK);
        assertThat(messages(deepseek, new Losses(), HI, thought, HI).get(1).has("reasoning_content")).isFalse();
        assertThat(messages(deepseek, new Losses(), HI, called).get(1).path("reasoning_content").asText())
                .isEqualTo("hm");
        assertThat(messages(deepseek, new Losses(), HI, calledWithout).get(1).path("reasoning_content").asText("none"))
                .isEmpty();
    }

    @Test
    void prefillIsToldTheWayTheServerKnows() {
        Losses losses = new Losses();
        ChatRequest request = chat(HI, says(new Block.Text("Once")));

        assertThat(Wire.write(ENGINE, request).path("continue_final_message").asBoolean()).isTrue();
        assertThat(Wire.write(new OpenAiChat(ChatFlavour.MISTRAL), request).at("/messages/1/prefix").asBoolean())
                .isTrue();
        Wire.write(OPENAI, request, Wire.TERMS, losses);
        assertThat(losses.told()).hasSize(1);
    }

    @Test
    void capIsTheSmallerOneUnderTheNameThatTheServerKnows() {
        ChatRequest request = new ChatRequest(List.of(), List.of(HI), List.of(), null, null, 100L, Sampling.DEFAULT,
                List.of("a", "b", "c", "d", "e"), null, OutputFormat.TEXT, 1, false, null, Map.of());
        Terms capped = new Terms("m", 60L, 4096, ReasoningStyle.EFFORT, 1, true, true);
        Losses losses = new Losses();

        assertThat(Wire.write(OPENAI, request).path("max_completion_tokens").asInt()).isEqualTo(100);
        JsonNode written = Wire.write(ENGINE, request, capped, losses);
        assertThat(written.path("max_tokens").asInt()).isEqualTo(60);
        assertThat(written.path("stop")).hasSize(4);
        assertThat(losses.told()).containsExactly("stop strings beyond the fourth dropped");
    }

    @Test
    void temperatureAboveWhatTheProviderTakesIsLoweredWithANote() {
        ChatRequest request = new ChatRequest(List.of(), List.of(HI), List.of(), null, null, null,
                new Sampling(1.7, null, 5, null, null, 3L), List.of(), null, OutputFormat.TEXT, 1, false, "u",
                Map.of());
        Losses losses = new Losses();
        JsonNode written = Wire.write(new OpenAiChat(ChatFlavour.MISTRAL), request,
                new Terms("m", null, 1, ReasoningStyle.NONE, 1, true, true), losses);

        assertThat(written.path("temperature").asDouble()).isEqualTo(1);
        assertThat(written.path("random_seed").asInt()).isEqualTo(3);
        assertThat(losses.told()).containsExactly("temperature lowered to 1.0", "top_k dropped", "user dropped");
    }

    @Test
    void reasoningIsToldTheWayTheServerKnows() {
        Reasoning high = new Reasoning(Reasoning.Effort.HIGH, null, null);
        Reasoning none = new Reasoning(Reasoning.Effort.NONE, null, null);
        Reasoning budget = new Reasoning(null, 3000L, null);
        Terms byBudget = new Terms("m", null, 1, ReasoningStyle.BUDGET, 2, true, true);

        assertThat(Wire.write(OPENAI, thinking(budget, HI)).path("reasoning_effort").asText()).isEqualTo("medium");
        JsonNode off = Wire.write(ENGINE, thinking(none, HI));
        assertThat(off.path("chat_template_kwargs"))
                .isEqualTo(Wire.json("{\"enable_thinking\":false,\"thinking\":false}"));
        assertThat(off.has("reasoning_effort")).isFalse();
        assertThat(Wire.write(ENGINE, thinking(high, HI)).path("reasoning_effort").asText()).isEqualTo("high");
        assertThat(
                Wire.write(ENGINE, thinking(budget, HI), byBudget, new Losses()).path("thinking_token_budget").asInt())
                .isEqualTo(3000);
        JsonNode deepseek = Wire.write(new OpenAiChat(ChatFlavour.DEEPSEEK), thinking(high, HI));
        assertThat(deepseek.at("/thinking/type").asText()).isEqualTo("enabled");
        assertThat(deepseek.path("reasoning_effort").asText()).isEqualTo("high");
        JsonNode qwen = Wire.write(new OpenAiChat(ChatFlavour.QWEN), thinking(budget, HI));
        assertThat(qwen.path("thinking_budget").asInt()).isEqualTo(3000);
        assertThat(qwen.path("enable_thinking").asBoolean()).isTrue();
        Losses losses = new Losses();
        Wire.write(OPENAI, thinking(high, HI), new Terms("m", null, 1, ReasoningStyle.NONE, 2, true, true), losses);
        assertThat(losses.told()).containsExactly("reasoning dropped: this model does not think");
    }

    @Test
    void usageIsAskedForInEveryStreamUnlessTheServerTellsItUnasked() {
        ChatRequest request = Wire.read(OPENAI,
                "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":true}");

        assertThat(Wire.write(ENGINE, request).at("/stream_options/include_usage").asBoolean()).isTrue();
        assertThat(Wire.write(new OpenAiChat(ChatFlavour.MISTRAL), request).has("stream_options")).isFalse();
    }

    @Test
    void schemaIsAForcedToolWhereTheModelKnowsNone() {
        ChatRequest request = Wire.read(OPENAI, """
                {"messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema",
                 "json_schema":{"name":"n","schema":{"type":"object"}}}}""");
        Terms without = new Terms("m", null, 1, ReasoningStyle.NONE, 2, false, true);
        JsonNode written = Wire.write(OPENAI, request, without, new Losses());

        assertThat(written.has("response_format")).isFalse();
        assertThat(written.at("/tools/0/function/parameters")).isEqualTo(Wire.json("{\"type\":\"object\"}"));
        assertThat(written.at("/tool_choice/function/name").asText()).isEqualTo("gatehouse_answer");
    }

    @Test
    void whatTheProviderDoesNotKnowIsDroppedWithANote() {
        Losses losses = new Losses();
        ChatRequest request = Wire.read(OPENAI, """
                {"messages":[{"role":"user","content":"hi"}],"logit_bias":{"1":2},"tools":[{"type":"web_search"}]}""");
        JsonNode written = Wire.write(OPENAI, request, Wire.TERMS, losses);

        assertThat(written.has("tools")).isFalse();
        assertThat(losses.told()).containsExactly("tool web_search dropped: its provider's own", "logit_bias dropped");
    }

    @Test
    void idsThatAServerRefusesAreReplacedInCallAndResultAlike() {
        String longId = "toolu_" + "x".repeat(60);
        for (ChatFlavour flavour : List.of(ChatFlavour.OPENAI, ChatFlavour.MISTRAL)) {
            JsonNode messages = messages(new OpenAiChat(flavour), new Losses(),
                    says(new Block.ToolCall(longId, "f", "{}", null, null)),
                    asks(new Block.ToolResult(longId, List.of(new Block.Text("1")), false, null)));
            String id = messages.at("/0/tool_calls/0/id").asText();
            assertThat(id).isEqualTo(messages.at("/1/tool_call_id").asText());
            assertThat(id).matches(flavour.equals(ChatFlavour.MISTRAL) ? "[a-zA-Z0-9]{9}" : "call_[a-zA-Z0-9]{24}");
        }
    }

    @Test
    void brokenArgumentsOfTheHistoryAreLeftOutWithANote() {
        Losses losses = new Losses();
        JsonNode messages = messages(ENGINE, losses, HI, says(new Block.ToolCall("a", "f", "{\"x\": ", null, null)));

        assertThat(messages.at("/1/tool_calls/0/function/arguments").asText()).isEqualTo("{}");
        assertThat(losses.told()).hasSize(1);
    }

    @Test
    void mediaThatTheTargetCannotTakeAreRefused() {
        Terms blind = new Terms("m", null, 1, ReasoningStyle.NONE, 2, true, false);
        Block picture = new Block.Image(new Media.Inline("image/png", "AAAA"), null, null);
        Block paper = new Block.Document(new Media.Inline("application/pdf", "AAAA"), null, null);

        assertThatThrownBy(() -> OPENAI.writeRequest(chat(asks(picture)), blind, new Losses()))
                .isInstanceOf(UntranslatableException.class).hasMessageContaining("picture");
        assertThatThrownBy(() -> ENGINE.writeRequest(chat(asks(paper)), Wire.TERMS, new Losses()))
                .isInstanceOf(UntranslatableException.class).hasMessageContaining("document");
        assertThatThrownBy(
                () -> OPENAI.writeRequest(chat(asks(new Block.Image(new Media.Uploaded("f"), null, null))), Wire.TERMS,
                        new Losses()))
                .isInstanceOf(UntranslatableException.class);
        assertThat(messages(ENGINE, new Losses(),
                asks(new Block.Document(new Media.Inline("text/plain", "aGk="), "a.txt", null))).at("/0/content/0/text")
                .asText()).isEqualTo("a.txt:\nhi");
    }
}
