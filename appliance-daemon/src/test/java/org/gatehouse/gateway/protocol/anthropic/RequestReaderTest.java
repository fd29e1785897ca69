package org.gatehouse.gateway.protocol.anthropic;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.Block.CacheMark;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning.Effort;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatehouse.gateway.protocol.anthropic.AChat.json;

class RequestReaderTest {
    private static final AnthropicMessages ANTHROPIC = new AnthropicMessages(Clock.systemUTC());

    private static ChatRequest read(String body) throws UntranslatableException {
        return ANTHROPIC.readRequest(body.getBytes(StandardCharsets.UTF_8), false);
    }

    private static ChatRequest with(String fields) throws UntranslatableException {
        return read("{\"model\":\"m\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"
                + fields + "}");
    }

    @Test
    void everyFieldOfAConversationIsRead() throws Exception {
        ChatRequest request = read(
                """
                        {"model":"m","max_tokens":2000,"stream":true,"temperature":0.5,"top_p":0.9,"top_k":5,
                         "stop_sequences":["END"],"metadata":{"user_id":"u-1"},
                         "system":[{"type":"text","text":"one","cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"text","text":"two"}],
                         "messages":[
                          {"role":"user","content":[{"type":"text","text":"look","cache_control":{"type":"ephemeral"}},
                           {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}},
                           {"type":"image","source":{"type":"url","url":"https://x/y.png"}},
                           {"type":"document","title":"a.pdf","source":{"type":"base64","media_type":"application/pdf","data":"AA=="}},
                           {"type":"document","source":{"type":"text","media_type":"text/plain","data":"plain"}}]},
                          {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"S=="},
                           {"type":"redacted_thinking","data":"R=="},{"type":"text","text":"so"},
                           {"type":"tool_use","id":"toolu_1","name":"f","input":{"z":1.10,"a":[true]}}]},
                          {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","is_error":true,"content":[
                            {"type":"text","text":"boom"},{"type":"image","source":{"type":"file","file_id":"file_1"}}]},
                           {"type":"tool_result","tool_use_id":"toolu_2","content":"fine"},{"type":"tool_result","tool_use_id":"toolu_3"}]},
                          {"role":"system","content":"be quick"}]}""");
        assertThat(request.streamed()).isTrue();
        assertThat(request.maxOutputTokens()).isEqualTo(2000);
        assertThat(request.sampling().temperature()).isEqualTo(0.5);
        assertThat(request.sampling().topP()).isEqualTo(0.9);
        assertThat(request.sampling().topK()).isEqualTo(5);
        assertThat(request.stop()).containsExactly("END");
        assertThat(request.endUser()).isEqualTo("u-1");
        assertThat(request.system()).containsExactly(new Block.Text("one", CacheMark.ONE_HOUR), new Block.Text("two"));
        assertThat(request.turns()).extracting(ChatRequest.Turn::role).containsExactly(Role.USER, Role.ASSISTANT,
                Role.USER,
                Role.SYSTEM);
        assertThat(request.turns().get(0).blocks()).containsExactly(new Block.Text("look", CacheMark.FIVE_MINUTES),
                new Block.Image(new Media.Inline("image/png", "AA=="), null, null),
                new Block.Image(new Media.Remote("https://x/y.png"), null, null),
                new Block.Document(new Media.Inline("application/pdf", "AA=="), "a.pdf", null),
                new Block.Document(new Media.Plain("plain"), null, null));
        assertThat(request.turns().get(1).blocks()).containsExactly(new Block.Thinking("hm", "S=="),
                new Block.RedactedThinking("R=="), new Block.Text("so"),
                AChat.call("toolu_1", "f", "{\"z\":1.10,\"a\":[true]}"));
        assertThat(request.turns().get(2).blocks()).containsExactly(
                new Block.ToolResult("toolu_1", List.of(new Block.Text("boom"),
                        new Block.Image(new Media.Uploaded("file_1"), null, null)), true, null),
                AChat.result("toolu_2", "fine"), new Block.ToolResult("toolu_3", List.of(), false, null));
        assertThat(request.foreign()).isEmpty();
    }

    @Test
    void toolsAndTheirChoiceAreRead() throws Exception {
        ChatRequest request = with(
                """
                        "tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"strict":true},
                         {"type":"custom","name":"g","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"},"defer_loading":true},
                         {"type":"web_search_20250305","name":"web_search"}],
                        "tool_choice":{"type":"any","disable_parallel_tool_use":true}""");
        assertThat(request.tools()).containsExactly(
                new Tool.Function("f", "d", json("{\"type\":\"object\"}"), true, null),
                new Tool.Function("g", null, json("{\"type\":\"object\"}"), null, CacheMark.FIVE_MINUTES),
                new Tool.Native("web_search", "web_search_20250305",
                        json("{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}")));
        assertThat(request.toolChoice()).isEqualTo(ToolChoice.REQUIRED);
        assertThat(request.parallelTools()).isFalse();
        assertThat(request.foreign()).containsOnlyKeys("tools[1].defer_loading");
        assertThat(with("\"tool_choice\":{\"type\":\"tool\",\"name\":\"f\"}").toolChoice())
                .isEqualTo(new ToolChoice.Named("f"));
        assertThat(with("\"tool_choice\":{\"type\":\"none\"}").toolChoice()).isEqualTo(ToolChoice.NONE);
        assertThat(with("\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":false}").parallelTools())
                .isTrue();
    }

    @Test
    void thinkingAndEffortAreRead() throws Exception {
        assertThat(with("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2048}").reasoning())
                .isEqualTo(new Reasoning(null, 2048L, true));
        assertThat(
                with("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2048,\"display\":\"omitted\"}").reasoning())
                .isEqualTo(new Reasoning(null, 2048L, false));
        assertThat(with("\"thinking\":{\"type\":\"disabled\"}").reasoning())
                .isEqualTo(new Reasoning(Effort.NONE, null, null));
        assertThat(with("\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"max\"}").reasoning())
                .isEqualTo(new Reasoning(Effort.MAXIMAL, null, true));
        assertThat(with("\"output_config\":{\"effort\":\"low\"}").reasoning())
                .isEqualTo(new Reasoning(Effort.LOW, null, null));
        assertThat(with("\"thinking\":null").reasoning()).isNull();
    }

    @Test
    void outputFormatIsReadUnderItsOldAndItsNewName() throws Exception {
        OutputFormat schema = new OutputFormat.Schema(null, null, json("{\"type\":\"object\"}"), null);
        String format = "{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}";
        assertThat(with("\"output_config\":{\"format\":" + format + "}").format()).isEqualTo(schema);
        assertThat(with("\"output_format\":" + format).format()).isEqualTo(schema);
    }

    @Test
    void fieldsThatHaveNoPlaceAreForeignAndDroppedWithANoteWhenWritten() throws Exception {
        ChatRequest request = with("\"service_tier\":\"auto\",\"container\":\"c\",\"mcp_servers\":null,"
                + "\"metadata\":{\"user_id\":\"u\",\"team\":\"t\"}");
        assertThat(request.foreign()).containsOnlyKeys("service_tier", "container", "metadata.team");
        Losses losses = new Losses();
        ANTHROPIC.writeRequest(request, Terms.of("m", 100), losses);
        assertThat(losses.told()).containsExactlyInAnyOrder("service_tier dropped", "container dropped",
                "metadata.team dropped");
    }

    @Test
    void blocksOfToolsThatTheProviderRunsAreForeign() throws Exception {
        ChatRequest request = read("""
                {"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[
                 {"type":"server_tool_use","id":"s","name":"web_search","input":{}}]}]}""");
        assertThat(request.turns().getFirst().blocks().getFirst()).isInstanceOfSatisfying(Block.Foreign.class,
                block -> assertThat(block.type()).isEqualTo("server_tool_use"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', nullValues = "-", value = {
            "[]|-", "nonsense|-", "{}|messages", "{\"messages\":[]}|messages",
            "{\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]}|messages[0].role",
            "{\"messages\":[{\"role\":\"user\"}]}|messages[0].content",
            "{\"messages\":[{\"role\":\"user\",\"content\":5}]}|messages[0].content",
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"a\"}]}]}|messages[0].content[0].type",
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]}|messages[0].content[0].text",
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\"}]}]}|messages[0].content[0].source.type",
            "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"max_tokens\":0}|max_tokens",
            "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"temperature\":\"hot\"}|temperature",
            "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"tool_choice\":{\"type\":\"x\"}}|tool_choice.type",
            "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"tools\":[{}]}|tools[0].name",
            "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"thinking\":{\"type\":\"x\"}}|thinking.type",
            "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"system\":[{\"type\":\"x\"}]}|system"})
    void whatIsWrongIsRefusedWithItsField(String body, String param) {
        assertThatThrownBy(() -> read(body)).isInstanceOf(UntranslatableException.class)
                .extracting(e -> ((UntranslatableException) e).param()).isEqualTo(param);
    }
}
