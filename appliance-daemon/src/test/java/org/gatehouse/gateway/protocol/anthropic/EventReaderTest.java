package org.gatehouse.gateway.protocol.anthropic;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatEvent.Begun;
import org.gatehouse.gateway.canonical.ChatEvent.Ended;
import org.gatehouse.gateway.canonical.ChatEvent.Ping;
import org.gatehouse.gateway.canonical.ChatEvent.Stopped;
import org.gatehouse.gateway.canonical.ChatEvent.Text;
import org.gatehouse.gateway.canonical.ChatEvent.ToolArguments;
import org.gatehouse.gateway.canonical.ChatEvent.ToolCallBegun;
import org.gatehouse.gateway.canonical.ChatEvent.Used;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.BrokenAnswerException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EventReaderTest {
    private static final String START = """
            {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],
             "stop_reason":null,"usage":{"input_tokens":10,"output_tokens":1}}}""";
    private static final String TEXT = block(0, "{\"type\":\"text\",\"text\":\"\"}");
    private static final String STOP = "{\"type\":\"message_stop\"}";

    private static String block(int index, String block) {
        return "{\"type\":\"content_block_start\",\"index\":" + index + ",\"content_block\":" + block + "}";
    }

    private static String delta(int index, String type, String field, String value) {
        return "{\"type\":\"content_block_delta\",\"index\":" + index + ",\"delta\":{\"type\":\"" + type + "\",\""
                + field
                + "\":\"" + value + "\"}}";
    }

    private static String end(int index) {
        return "{\"type\":\"content_block_stop\",\"index\":" + index + "}";
    }

    private static String done(String reason) {
        return "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" + reason
                + "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":15}}";
    }

    @Test
    void textStreamGivesItsDeltasItsStopAndItsUsage() throws Exception {
        assertThat(Streams.read(START, "{\"type\":\"ping\"}", TEXT, delta(0, "text_delta", "text", "Hé\\n"),
                delta(0, "text_delta", "text", "!"), end(0), done("end_turn"), STOP))
                .containsExactly(new Begun("msg_1", "claude"), new Used(new TokenCount(10, 0, 0, 0, 0, 0), false),
                        new Ping(), new Text(0, "Hé\n"), new Text(0, "!"),
                        new Stopped(0, new Stop(StopReason.END, null, "end_turn")),
                        new Used(new TokenCount(10, 0, 0, 0, 15, 0), true), new Ended());
    }

    @Test
    void placeholderOutputOfTheStartIsNeverReported() throws Exception {
        assertThat(Streams.read(START)).last().isEqualTo(new Used(new TokenCount(10, 0, 0, 0, 0, 0), false));
    }

    @Test
    void laterUsageReplacesTheEarlierAndMayBringTheCacheCountsAlone() throws Exception {
        List<ChatEvent> events = Streams.read(START,
                "{\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":5}}",
                """
                        {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":12,
                         "cache_read_input_tokens":100,"cache_creation_input_tokens":30,"output_tokens":9,
                         "cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},
                         "output_tokens_details":{"thinking_tokens":4}}}""",
                STOP);
        assertThat(events).contains(new Used(new TokenCount(10, 0, 0, 0, 5, 0), false),
                new Used(new TokenCount(142, 100, 30, 20, 9, 4), true));
    }

    @Test
    void thoughtsKeepTheirSealAndHiddenOnesAreWhole() throws Exception {
        assertThat(Streams.read(START, block(0, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"),
                delta(0, "thinking_delta", "thinking", "hm"), delta(0, "signature_delta", "signature", "E+/=\\u00e9"),
                end(0), block(1, "{\"type\":\"redacted_thinking\",\"data\":\"opaque==\"}"), end(1),
                TEXT.replace("0", "2")))
                .contains(new ChatEvent.Thought(0, "hm"), new ChatEvent.ThoughtSignature(0, "E+/=\u00e9"),
                        new ChatEvent.RedactedThought(0, "opaque=="));
    }

    @Test
    void callsAreCountedApartFromOtherBlocksAndEmptyArgumentsBecomeAnObject() throws Exception {
        assertThat(Streams.read(START, TEXT, delta(0, "text_delta", "text", "so"), end(0),
                block(1, "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"f\",\"input\":{}}"),
                delta(1, "input_json_delta", "partial_json", ""),
                delta(1, "input_json_delta", "partial_json", "{\\\"x\\\":"),
                delta(1, "input_json_delta", "partial_json", "1}"), end(1),
                block(2, "{\"type\":\"tool_use\",\"id\":\"toolu_2\",\"name\":\"gatehouse_name_a-002e-b\",\"input\":{}}"),
                end(2),
                block(3, "{\"type\":\"tool_use\",\"id\":\"toolu_3\",\"name\":\"h\",\"input\":{\"y\":2}}"), end(3),
                done("tool_use"), STOP)).filteredOn(
                        event -> event instanceof ToolCallBegun
                                || event instanceof ToolArguments || event instanceof Stopped)
                .containsExactly(new ToolCallBegun(0, 0, "toolu_1", "f", null), new ToolArguments(0, 0, "{\"x\":"),
                        new ToolArguments(0, 0, "1}"), new ToolCallBegun(0, 1, "toolu_2", "a.b", null),
                        new ToolArguments(0, 1, "{}"), new ToolCallBegun(0, 2, "toolu_3", "h", null),
                        new ToolArguments(0, 2, "{\"y\":2}"),
                        new Stopped(0, new Stop(StopReason.TOOL_CALLS, null, "tool_use")));
    }

    @Test
    void answerByTheReservedToolIsTextAgain() throws Exception {
        assertThat(Streams.read(START,
                block(0, "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"gatehouse_answer\",\"input\":{}}"),
                delta(0, "input_json_delta", "partial_json", "{\\\"n\\\""),
                delta(0, "input_json_delta", "partial_json", ":1}"), end(0), done("tool_use"), STOP))
                .containsSubsequence(new Text(0, "{\"n\""), new Text(0, ":1}"),
                        new Stopped(0, new Stop(StopReason.END, null, "end_turn")));
        assertThat(Streams.read(START,
                block(0, "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"gatehouse_answer_value\",\"input\":{}}"),
                delta(0, "input_json_delta", "partial_json", "{\\\"value\\\":[1,"),
                delta(0, "input_json_delta", "partial_json", "2]}"), end(0), done("tool_use"), STOP))
                .contains(new Text(0, "[1,2]"));
    }

    @Test
    void toolsThatTheProviderRunsAreForeignAndTheirDeltasLeftOut() throws Exception {
        assertThat(Streams.read(START,
                block(0, "{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":\"web_search\",\"input\":{}}"),
                delta(0, "input_json_delta", "partial_json", "{}"), end(0), TEXT.replace("0", "1"),
                "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"citations_delta\",\"citation\":{\"a\":[1]}}}",
                end(1), done("pause_turn"), STOP)).hasSize(6)
                .hasAtLeastOneElementOfType(ChatEvent.Foreign.class)
                .contains(new Stopped(0, new Stop(StopReason.PAUSE, null, "pause_turn")));
    }

    @ParameterizedTest
    @CsvSource({"end_turn,END", "max_tokens,LENGTH", "tool_use,TOOL_CALLS", "pause_turn,PAUSE",
            "refusal,CONTENT_FILTER", "model_context_window_exceeded,CONTEXT_FULL", "brand_new,OTHER"})
    void stopReasonsAreUnderstoodAndKeptByTheirOwnName(String word, StopReason reason) throws Exception {
        assertThat(Streams.read(START, done(word), STOP)).contains(new Stopped(0, new Stop(reason, null, word)));
    }

    @Test
    void stopStringIsNamed() throws Exception {
        assertThat(Streams.read(START,
                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"END\"}}",
                STOP))
                .contains(new Stopped(0, new Stop(StopReason.STOP_SEQUENCE, "END", "stop_sequence")));
    }

    @Test
    void errorInTheStreamIsTypedAndEndsIt() throws Exception {
        List<ChatEvent> events = Streams.read(START,
                "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}", TEXT,
                STOP);
        assertThat(events).last().isInstanceOfSatisfying(ChatEvent.Failed.class, failed -> {
            assertThat(failed.error().cause()).isEqualTo(Cause.OVERLOADED);
            assertThat(failed.error().status()).isEqualTo(529);
            assertThat(failed.error().message()).isEqualTo("Overloaded");
        });
        assertThat(Streams.read("{\"error\":\"gone\"}")).hasSize(1);
    }

    @Test
    void unknownEventsAndFieldsAreLeftOut() throws Exception {
        assertThat(Streams.read(START, "{\"type\":\"brand_new\",\"x\":{\"y\":[1]}}", TEXT, end(0), end(7),
                done("end_turn"), STOP, "[DONE]")).hasSize(5);
    }

    @Test
    void missingEndMarkIsForgivenBehindAStopReasonOnly() throws Exception {
        assertThat(Streams.read(START, TEXT, end(0), done("end_turn"))).last().isEqualTo(new Ended());
        assertThat(Streams.read(START, TEXT, delta(0, "text_delta", "text", "a"))).doesNotContain(new Ended());
        assertThat(Streams.read(START, TEXT, "[DONE]")).doesNotContain(new Ended());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "[]", "{\"type\":", "{} {}", "{\"type\":\"message_start\"}",
            "{\"type\":\"content_block_start\",\"index\":0}",
            "{\"type\":\"content_block_delta\",\"index\":5,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}",
            "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\"}}"})
    void whatIsNoEventIsABrokenAnswer(String data) {
        assertThatThrownBy(() -> Streams.read(data)).isInstanceOf(BrokenAnswerException.class);
    }
}
