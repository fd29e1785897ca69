package org.gatehouse.gateway.protocol.openai;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.BrokenAnswerException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ChatStreamReadingTest {
    private static final OpenAiChat CHAT = new OpenAiChat(ChatFlavour.OPENAI, () -> Wire.AT, () -> "made");
    private static final ChatEvent BEGUN = new ChatEvent.Begun("c", "m");
    private static final ChatEvent ENDED = new ChatEvent.Ended();
    private static final String DONE = "data: [DONE]\n\n";

    private static ChatEvent stopped(StopReason reason, String word) {
        return new ChatEvent.Stopped(0, new Stop(reason, null, word));
    }

    private static String delta(String delta) {
        return "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{" + delta
                + "},\"finish_reason\":null}]}\n\n";
    }

    private static String finish(String reason) {
        return "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\""
                + reason
                + "\"}]}\n\n";
    }

    private static List<ChatEvent> read(String stream) {
        try {
            return Wire.read(CHAT.events(), stream);
        } catch (BrokenAnswerException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void plainAnswerIsRead() {
        assertThat(read(delta("\"role\":\"assistant\",\"content\":\"\"") + delta("\"content\":\"Hé\"")
                + delta("\"content\":\"llo\"") + finish("stop")
                + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n" + DONE))
                .containsExactly(BEGUN, new ChatEvent.Text(0, "Hé"), new ChatEvent.Text(0, "llo"),
                        stopped(StopReason.END, "stop"),
                        new ChatEvent.Used(new TokenCount(3, 0, 0, 0, 2, 0), true), ENDED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"reasoning\":\"hm\"", "\"reasoning_content\":\"hm\"",
            "\"reasoning_content\":\"hm\",\"reasoning\":\"hm\"",
            "\"reasoning\":\"hm\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"hm\"}]",
            "\"thinking_blocks\":[{\"type\":\"thinking\",\"thinking\":\"hm\"}]",
            "\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}]}]"})
    void thoughtsAreReadUnderAllTheirNamesOnce(String thoughts) {
        assertThat(read(delta(thoughts) + delta("\"content\":\"a\"") + finish("stop") + DONE)).containsExactly(BEGUN,
                new ChatEvent.Thought(0, "hm"), new ChatEvent.Text(0, "a"), stopped(StopReason.END, "stop"), ENDED);
    }

    @Test
    void sealsOfThoughtsAreRead() {
        assertThat(read(delta("\"reasoning_details\":[{\"type\":\"reasoning.text\",\"signature\":\"S\"}]")
                + delta("\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"data\":\"D\"}]")))
                .containsExactly(BEGUN, new ChatEvent.ThoughtSignature(0, "S"), new ChatEvent.RedactedThought(0, "D"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            // As OpenAI does it.
            "{\"index\":0,\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}; {\"index\":0,\"function\":{\"arguments\":\"{}\"}}; {\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"\"}}; {\"index\":1,\"function\":{\"arguments\":\"{}\"}}",
            // Id, name and arguments at once.
            "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}; {\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}",
            // The id again and again, and the name.
            "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}; {\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"}\"}}; {\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}",
            // No index.
            "{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}; {\"function\":{\"arguments\":\"}\"}}; {\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}",
            // The same index for all.
            "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}; {\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}",
            // Indexes that begin elsewhere, the name late, and an object for arguments.
            "{\"index\":3,\"id\":\"a\",\"function\":{\"arguments\":\"{\"}}; {\"index\":3,\"function\":{\"name\":\"f\",\"arguments\":\"}\"}}; {\"index\":7,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":{}}}"})
    void toolCallsAreToldApartHoweverTheServerNumbersThem(String deltas) {
        StringBuilder stream = new StringBuilder();
        for (String call : deltas.split("; ")) {
            stream.append(delta("\"tool_calls\":[" + call + "]"));
        }
        StringBuilder told = new StringBuilder();
        for (ChatEvent step : read(stream + finish("tool_calls") + DONE)) {
            switch (step) {
                case ChatEvent.ToolCallBegun call -> told.append(call.call()).append(call.id()).append(call.name());
                case ChatEvent.ToolArguments arguments -> told.append(arguments.json());
                case ChatEvent.Stopped stop -> told.append(stop.stop().reason());
                default -> {
                }
            }
        }
        assertThat(told).hasToString("0af{}1bg{}TOOL_CALLS");
    }

    @Test
    void deltasOfSeveralCallsMayAlternate() {
        assertThat(read(delta(
                "\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\"}},{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\"}}]")
                + delta("\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"1\"}},{\"index\":0,\"function\":{\"arguments\":\"0\"}}]")))
                .containsExactly(BEGUN, new ChatEvent.ToolCallBegun(0, 0, "a", "f", null),
                        new ChatEvent.ToolCallBegun(0, 1, "b", "g", null), new ChatEvent.ToolArguments(0, 1, "1"),
                        new ChatEvent.ToolArguments(0, 0, "0"));
    }

    @Test
    void olderFunctionCallIsAToolCallWhoseIdIsMade() {
        assertThat(read(delta("\"function_call\":{\"name\":\"f\",\"arguments\":\"\"}")
                + delta("\"function_call\":{\"arguments\":\"{}\"}") + finish("function_call") + DONE))
                .containsExactly(BEGUN, new ChatEvent.ToolCallBegun(0, 0, "made", "f", null),
                        new ChatEvent.ToolArguments(0, 0, "{}"), stopped(StopReason.TOOL_CALLS, "function_call"),
                        ENDED);
    }

    @Test
    void answerByAForcedToolIsTextAgain() {
        assertThat(read(delta(
                "\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"gatehouse_answer\",\"arguments\":\"{\"}}]")
                + delta("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"}\"}}]") + finish("tool_calls")
                + DONE))
                .containsExactly(BEGUN, new ChatEvent.Text(0, "{"), new ChatEvent.Text(0, "}"),
                        stopped(StopReason.END, "tool_calls"), ENDED);
    }

    @Test
    void usageBeforeTheFinishIsNotTheLastWord() {
        String running = "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}],"
                + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n";
        String last = "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],"
                + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n";

        assertThat(read(running + last + DONE)).filteredOn(ChatEvent.Used.class::isInstance).containsExactly(
                new ChatEvent.Used(new TokenCount(3, 0, 0, 0, 1, 0), false),
                new ChatEvent.Used(new TokenCount(3, 0, 0, 0, 2, 0), true));
    }

    @Test
    void missingEndMarkIsForgivenBehindAFinishReasonOnly() {
        assertThat(read(delta("\"content\":\"a\"") + finish("length"))).endsWith(stopped(StopReason.LENGTH, "length"),
                ENDED);
        assertThat(read(delta("\"content\":\"a\""))).endsWith(new ChatEvent.Text(0, "a"));
        assertThat(read("")).isEmpty();
    }

    @Test
    void endMarkWithoutAFinishReasonEndsTheAnswer() {
        assertThat(read(delta("\"content\":\"a\"") + DONE)).endsWith(
                new ChatEvent.Stopped(0, Stop.of(StopReason.END)), ENDED);
    }

    @Test
    void streamWithoutAnAnswerIsBroken() {
        assertThatThrownBy(() -> Wire.read(CHAT.events(), DONE)).isInstanceOf(BrokenAnswerException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"error\":{\"message\":\"busy\",\"type\":\"overloaded_error\"}}",
            "[{\"error\":{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}}]",
            "{\"object\":\"error\",\"message\":\"busy\",\"code\":503}", "{\"error\":\"busy\",\"type\":\"overloaded\"}"})
    void errorInsideTheStreamIsTheLastStep(String error) {
        List<ChatEvent> steps = read(delta("\"content\":\"a\"") + "data: " + error + "\n\n" + DONE);

        assertThat(steps).hasSize(3);
        assertThat(steps.getLast()).isInstanceOfSatisfying(ChatEvent.Failed.class, failed -> {
            assertThat(failed.error().cause()).isEqualTo(ProviderError.Cause.OVERLOADED);
            assertThat(failed.error().status()).isEqualTo(503);
            assertThat(failed.error().message()).isEqualTo("busy");
        });
    }

    @Test
    void serverThatBreaksOffByItsFinishReasonHasFailed() {
        assertThat(read(delta("\"content\":\"a\"") + finish("insufficient_system_resource") + DONE).getLast())
                .isInstanceOf(ChatEvent.Failed.class);
    }

    @Test
    void severalChoicesAreToldApartByTheirIndex() {
        String stream = "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}},{\"delta\":{\"content\":\"a\"},\"index\":0}]}\n\n"
                + "data: {\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

        assertThat(read(stream)).containsExactly(BEGUN, new ChatEvent.Text(1, "b"), new ChatEvent.Text(0, "a"),
                new ChatEvent.Stopped(1, new Stop(StopReason.END, null, "stop")));
    }

    @Test
    void azuresFirstChunkWithoutChoicesSaysNothing() {
        assertThat(read(
                "data: {\"id\":\"\",\"choices\":[],\"prompt_filter_results\":[{}]}\n\n" + delta("\"content\":\"a\"")))
                .containsExactly(BEGUN, new ChatEvent.Text(0, "a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a", "5",
            "{\"choices\":[{\"index\":-1}]}",
            "{\"choices\":[{\"index\":100000}]}", "{\"choices\":[]} x", "<html>"})
    void brokenEventIsBroken(String data) {
        assertThatThrownBy(() -> Wire.read(CHAT.events(), "data: " + data + "\n\n"))
                .isInstanceOf(BrokenAnswerException.class);
    }
}
