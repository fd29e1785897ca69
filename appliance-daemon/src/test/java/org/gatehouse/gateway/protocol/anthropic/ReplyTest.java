package org.gatehouse.gateway.protocol.anthropic;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatReply.Choice;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.ToolIds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatehouse.gateway.protocol.anthropic.AChat.call;
import static org.gatehouse.gateway.protocol.anthropic.AChat.json;

class ReplyTest {
    private static final AnthropicMessages ANTHROPIC = new AnthropicMessages(Clock.systemUTC());

    private static ChatReply read(String body) throws BrokenAnswerException {
        return ANTHROPIC.readReply(body.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode written(Stop stop, @Nullable TokenCount usage, Block... blocks) {
        return json(new String(ANTHROPIC.writeReply(new ChatReply("", "m", List.of(new Choice(List.of(blocks), stop)),
                usage), Streams.SHOWN), StandardCharsets.UTF_8));
    }

    @Test
    void wholeAnswerIsReadInItsOrder() throws Exception {
        assertThat(read("""
                {"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[
                 {"type":"thinking","thinking":"hm","signature":"S=="},{"type":"redacted_thinking","data":"R=="},
                 {"type":"text","text":"so","citations":null},{"type":"tool_use","id":"t","name":"f","input":{"x":1}}],
                 "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":12,"cache_read_input_tokens":100,
                 "cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,
                 "ephemeral_1h_input_tokens":20},"output_tokens":9,"output_tokens_details":{"thinking_tokens":4},
                 "service_tier":"standard"}}""")).isEqualTo(new ChatReply("msg_1", "claude",
                List.of(new Choice(List.of(new Block.Thinking("hm", "S=="), new Block.RedactedThinking("R=="),
                        new Block.Text("so"), call("t", "f", "{\"x\":1}")),
                        new Stop(StopReason.TOOL_CALLS, null, "tool_use"))),
                new TokenCount(142, 100, 30, 20, 9, 4)));
    }

    @Test
    void answerByTheReservedToolIsTextAgain() throws Exception {
        Choice plain = read(
                """
                        {"content":[{"type":"tool_use","id":"t","name":"gatehouse_answer","input":{"n":1.50}}],"stop_reason":"tool_use"}""")
                .choices().getFirst();
        assertThat(plain.blocks()).containsExactly(new Block.Text("{\"n\":1.50}"));
        assertThat(plain.stop().reason()).isEqualTo(StopReason.END);
        assertThat(read("""
                {"content":[{"type":"tool_use","id":"t","name":"gatehouse_answer_value","input":{"value":[1]}}],
                 "stop_reason":"max_tokens"}""").choices().getFirst())
                .isEqualTo(new Choice(List.of(new Block.Text("[1]")),
                        new Stop(StopReason.LENGTH, null, "max_tokens")));
    }

    @Test
    void wholeAnswerIsWrittenInItsOrder() {
        assertThat(written(new Stop(StopReason.END, null, null), new TokenCount(142, 100, 30, 20, 9, 4),
                new Block.Thinking("hm", null), new Block.Text(""), new Block.Text("so"),
                call("call:1", "f", "{\"x\":1}"), call("b", "g", "{broken"), new Block.Declined("no")))
                .isEqualTo(json("""
                        {"id":"msg_0199","type":"message","role":"assistant","model":"public-name","content":[
                         {"type":"thinking","thinking":"hm","signature":""},{"type":"text","text":"so"},
                         {"type":"tool_use","id":"%s","name":"f","input":{"x":1}},
                         {"type":"tool_use","id":"b","name":"g","input":{}},{"type":"text","text":"no"}],
                         "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":12,
                         "cache_creation_input_tokens":30,"cache_read_input_tokens":100,"cache_creation":
                         {"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"output_tokens":9,
                         "output_tokens_details":{"thinking_tokens":4}}}""".formatted(ToolIds.write("call:1"))));
    }

    @Test
    void cachedInputIsSubtractedAndNeverBelowNothing() {
        assertThat(written(Stop.of(StopReason.END), new TokenCount(100, 60, 0, 0, 5, 0)).path("usage")
                .path("input_tokens").asInt()).isEqualTo(40);
        assertThat(written(Stop.of(StopReason.END), new TokenCount(10, 60, 0, 0, 5, 0)).path("usage")
                .path("input_tokens").asInt()).isZero();
        assertThat(written(Stop.of(StopReason.END), null).path("usage").path("input_tokens").asInt()).isEqualTo(11);
    }

    @Test
    void whatWasWrittenReadsBack() throws Exception {
        ChatReply reply = new ChatReply("msg_1", "public-name", List.of(new Choice(List.of(
                new Block.Thinking("hm", "S=="), new Block.Text("so"), call("t", "f", "{\"x\":1}")),
                new Stop(StopReason.TOOL_CALLS, null, "tool_use"))), new TokenCount(142, 100, 30, 20, 9, 4));
        assertThat(ANTHROPIC.readReply(ANTHROPIC.writeReply(reply, Streams.SHOWN))).isEqualTo(reply);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "[]", "{}", "{\"content\":\"a\"}", "{\"content\":[{}]}",
            "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"x\"}}",
            "{\"content\":[{\"type\":\"tool_use\",\"input\":{}}]}"})
    void whatIsNoAnswerIsBroken(String body) {
        assertThatThrownBy(() -> read(body)).isInstanceOf(BrokenAnswerException.class);
    }
}
