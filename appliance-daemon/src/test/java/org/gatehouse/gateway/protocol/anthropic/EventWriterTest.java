package org.gatehouse.gateway.protocol.anthropic;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatEvent.Begun;
import org.gatehouse.gateway.canonical.ChatEvent.Ended;
import org.gatehouse.gateway.canonical.ChatEvent.Failed;
import org.gatehouse.gateway.canonical.ChatEvent.Ping;
import org.gatehouse.gateway.canonical.ChatEvent.RedactedThought;
import org.gatehouse.gateway.canonical.ChatEvent.Stopped;
import org.gatehouse.gateway.canonical.ChatEvent.Text;
import org.gatehouse.gateway.canonical.ChatEvent.Thought;
import org.gatehouse.gateway.canonical.ChatEvent.ThoughtSignature;
import org.gatehouse.gateway.canonical.ChatEvent.ToolArguments;
import org.gatehouse.gateway.canonical.ChatEvent.ToolCallBegun;
import org.gatehouse.gateway.canonical.ChatEvent.Used;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;

import static org.assertj.core.api.Assertions.assertThat;

class EventWriterTest {

    @Test
    void textStreamIsWrittenInTheGrammar() {
        byte[] stream = Streams.write(List.of(new Begun("chatcmpl-1", "gpt"), new Text(0, "Hé\"\n"), new Text(0, "😀"),
                new Stopped(0, Stop.of(StopReason.END)), new Used(new TokenCount(142, 100, 30, 20, 9, 4), true),
                new Ended()));
        assertThat(StrictMessageStream.check(stream)).containsExactly("message_start", "content_block_start",
                "content_block_delta", "content_block_delta", "content_block_stop", "message_delta", "message_stop");
        assertThat(text(stream)).contains("\"text\":\"Hé\\\"\\n\"", "\"text\":\"😀\"", "\"model\":\"public-name\"",
                "\"id\":\"chatcmpl-1\"", "\"stop_reason\":\"end_turn\"",
                "\"usage\":{\"input_tokens\":12,\"cache_creation_input_tokens\":30,\"cache_read_input_tokens\":100,"
                        + "\"cache_creation\":{\"ephemeral_5m_input_tokens\":10,\"ephemeral_1h_input_tokens\":20},"
                        + "\"output_tokens\":9,\"output_tokens_details\":{\"thinking_tokens\":4}}");
    }

    @Test
    void nothingButPingsIsWrittenBeforeTheFirstOutput() {
        assertThat(text(Streams.write(List.of(new Begun("x", "y"), new Used(TokenCount.NONE, false), new Ping()))))
                .isEqualTo("event: ping\ndata: {\"type\":\"ping\"}\n\n");
    }

    @Test
    void startTellsTheBestGuessOfTheInputAndTheEndTheTruth() {
        byte[] stream = Streams.write(List.of(new Text(0, "a"), new Used(new TokenCount(40, 0, 0, 0, 2, 0), true),
                new Ended()));
        StrictMessageStream.check(stream);
        assertThat(text(stream).lines().filter(line -> line.contains("\"input_tokens\""))).hasSize(2)
                .satisfies(
                        lines -> assertThat(lines.getFirst()).contains("\"input_tokens\":11,", "\"output_tokens\":0"))
                .satisfies(
                        lines -> assertThat(lines.getLast()).contains("\"input_tokens\":40,", "\"output_tokens\":2"));
    }

    @Test
    void deltasOfSeveralCallsThatAlternateBecomeBlocksThatDoNotOverlap() throws Exception {
        byte[] stream = Streams.write(List.of(new Text(0, "so"), new ToolCallBegun(0, 0, "a:1", "f", null),
                new ToolCallBegun(0, 1, "b", "g", null), new ToolArguments(0, 1, "{\"y\":"),
                new ToolArguments(0, 0, "{\"x\":\"}"), new ToolArguments(0, 1, "2}"), new ToolArguments(0, 0, "\"}"),
                new ToolCallBegun(0, 2, "c", "h", null), new Stopped(0, Stop.of(StopReason.TOOL_CALLS)), new Ended()));
        StrictMessageStream.check(stream);
        assertThat(Accumulated.of(Streams.read(stream))).containsExactly("text so",
                "call f {\"x\":\"}\"}", "call g {\"y\":2}", "call h {}");
    }

    @Test
    void callThatIsCompleteStreamsOnlyItsSuccessorLive() {
        String first = text(
                Streams.write(List.of(new ToolCallBegun(0, 0, "a", "f", null), new ToolArguments(0, 0, "{}"),
                        new ToolCallBegun(0, 1, "b", "g", null), new ToolArguments(0, 1, "{\"y\":"))));
        assertThat(first).as("not kept until the end").contains("\"partial_json\":\"{\\\"y\\\":\"");
    }

    @Test
    void textAmongUnfinishedArgumentsWaitsForThem() throws Exception {
        byte[] stream = Streams
                .write(List.of(new ToolCallBegun(0, 0, "a", "f", null), new ToolArguments(0, 0, "{\"x\":"),
                        new Text(0, "and"), new ToolArguments(0, 0, "1}"), new Text(0, " so"), new Ended()));
        StrictMessageStream.check(stream);
        assertThat(Accumulated.of(Streams.read(stream))).containsExactly("call f {\"x\":1}", "text and so");
    }

    @Test
    void thoughtsTextAndSealsHaveBlocksOfTheirOwn() throws Exception {
        byte[] stream = Streams.write(List.of(new Thought(0, "a"), new ThoughtSignature(0, "S1+/="),
                new Thought(0, "b"),
                new RedactedThought(0, "R=="), new ThoughtSignature(0, "S2"), new Text(0, "t"), new Thought(0, "late"),
                new Ended()));
        StrictMessageStream.check(stream);
        assertThat(Accumulated.of(Streams.read(stream))).containsExactly("thought a S1+/=", "thought b", "hidden R==",
                "thought  S2", "text t", "thought late");
    }

    @Test
    void halvesOfACharacterThatComeApartComeTogetherAgain() throws Exception {
        byte[] stream = Streams.write(List.of(new Text(0, "\ud83d"), new Text(0, "\ude00"), new Ended()));
        StrictMessageStream.check(stream);
        assertThat(Accumulated.of(Streams.read(stream))).containsExactly("text 😀");
    }

    @ParameterizedTest
    @CsvSource({"END,,end_turn", "END,X,stop_sequence", "STOP_SEQUENCE,X,stop_sequence", "STOP_SEQUENCE,,end_turn",
            "LENGTH,,max_tokens", "CONTEXT_FULL,,model_context_window_exceeded", "CONTENT_FILTER,,refusal",
            "PAUSE,,pause_turn", "OTHER,,end_turn", "MALFORMED_TOOL_CALL,,end_turn", "TOOL_CALLS,,end_turn"})
    void stopReasonsAreSaidInAnthropicsWords(StopReason reason, String sequence, String word) {
        byte[] stream = Streams.write(List.of(new Text(0, "a"), new Stopped(0, new Stop(reason, sequence, null)),
                new Ended()));
        StrictMessageStream.check(stream);
        assertThat(text(stream)).contains("\"stop_reason\":\"" + word + "\"");
    }

    @Test
    void answerWithCallsStopsForThemWhateverTheEngineSays() {
        assertThat(text(Streams.write(List.of(new ToolCallBegun(0, 0, "a", "f", null),
                new Stopped(0, Stop.of(StopReason.END)), new Ended())))).contains("\"stop_reason\":\"tool_use\"");
    }

    @Test
    void emptyAnswerIsStillAMessage() {
        assertThat(StrictMessageStream.check(Streams.write(List.of(new Begun("", ""), new Ended()))))
                .containsExactly("message_start", "message_delta", "message_stop");
    }

    @ParameterizedTest
    @EnumSource(ProviderError.Cause.class)
    void everyFailureIsAnErrorEventThatClientsKnow(ProviderError.Cause cause) {
        assertThat(StrictMessageStream.check(Streams.write(List.of(new Text(0, "a"),
                new Failed(ProviderError.of(cause, 500, "It failed.")), new Text(0, "b"), new Ended()))))
                .containsExactly("message_start", "content_block_start", "content_block_delta", "error");
    }

    @Test
    void everyStreamIsInTheGrammarAndReadsBackAsItWas() throws Exception {
        for (int seed = 0; seed < 3000; seed++) {
            List<ChatEvent> events = random(new Random(seed));
            byte[] stream = Streams.write(events);
            StrictMessageStream.check(stream);
            List<ChatEvent> back = Streams.read(stream);
            assertThat(Accumulated.of(back)).as("seed %d: %s", seed, events).isEqualTo(Accumulated.of(events));
            assertThat(last(back, Used.class)).as("seed %d", seed).isEqualTo(last(events, Used.class));
            assertThat(StrictMessageStream.check(Streams.write(back))).as("seed %d", seed).isNotEmpty();
            assertThat(Streams.read(Streams.write(back))).as("seed %d", seed).isEqualTo(back);
        }
    }

    private static <T extends ChatEvent> T last(List<ChatEvent> events, Class<T> type) {
        return events.stream().filter(type::isInstance).map(type::cast).reduce((_, b) -> b).orElseThrow();
    }

    /** Text, thoughts and up to three calls whose arguments come in pieces, in any order. */
    private static List<ChatEvent> random(Random random) {
        List<ChatEvent> events = new ArrayList<>();
        events.add(new Begun("msg_x", "m"));
        List<String> left = new ArrayList<>();
        String[] arguments = {"{\"a\":\"}{\\\"\\\\\"}", "{\"b\":[1,{\"c\":null}]}", "", "{\"é\":\"😀\"}"};
        for (int step = random.nextInt(20); step >= 0; step--) {
            switch (random.nextInt(7)) {
                case 0 ->
                    events.add(new Text(0, Stream.of("a", "é\n", "\u2028", "😀\t\"").toList().get(random.nextInt(4))));
                case 1 -> events.add(new Thought(0, "hm" + step));
                case 2 -> events.add(new ThoughtSignature(0, "sig" + step + "=="));
                case 3 -> events.add(new RedactedThought(0, "data" + step));
                case 4 -> events.add(new Ping());
                case 5 -> {
                    events.add(new ToolCallBegun(0, left.size(), "id" + left.size(), "tool" + left.size(), null));
                    left.add(arguments[random.nextInt(arguments.length)]);
                }
                default -> {
                    int call = left.isEmpty() ? -1 : random.nextInt(left.size());
                    if (call >= 0 && !left.get(call).isEmpty()) {
                        int cut = 1 + random.nextInt(left.get(call).length());
                        events.add(new ToolArguments(0, call, left.get(call).substring(0, cut)));
                        left.set(call, left.get(call).substring(cut));
                    }
                }
            }
        }
        for (int call = 0; call < left.size(); call++) {
            if (!left.get(call).isEmpty()) {
                events.add(new ToolArguments(0, call, left.get(call)));
            }
        }
        events.add(new Stopped(0, Stop.of(left.isEmpty() ? StopReason.LENGTH : StopReason.TOOL_CALLS)));
        events.add(new Used(new TokenCount(50 + random.nextInt(50), random.nextInt(20), 20, random.nextInt(20), 7, 3),
                true));
        events.add(new Ended());
        return events;
    }

    private static String text(byte[] stream) {
        return new String(stream, StandardCharsets.UTF_8);
    }
}
