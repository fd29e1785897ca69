package org.gatehouse.gateway.protocol.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.ObjectMappers;
import com.openai.models.chat.completions.ChatCompletionChunk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.Presentation;

import static org.assertj.core.api.Assertions.assertThat;

/** What is written is good grammar and is read back as what it was, whatever the answer. */
class StreamRoundTripTest {
    private static final int ROUNDS = 400;
    private static final String[] WORDS = {"a", "Hé", "\n\n", "\"quoted\"", "\\", "data: x", "日本", "\uD83D\uDE00",
            "\u0001",
            " ", "</script>", "[DONE]", "{}"};

    private static final OpenAiChat CHAT = new OpenAiChat();
    private static final OpenAiResponses RESPONSES = new OpenAiResponses();

    private static String word(Random random) {
        return WORDS[random.nextInt(WORDS.length)];
    }

    private static List<ChatEvent> answer(Random random, int choices, boolean alternating) {
        List<ChatEvent> steps = new ArrayList<>();
        steps.add(new ChatEvent.Begun("resp_x" + random.nextInt(9), "m"));
        int[] calls = new int[choices];
        for (int i = random.nextInt(30); i > 0; i--) {
            int choice = random.nextInt(choices);
            switch (random.nextInt(alternating ? 7 : 6)) {
                case 0 -> steps.add(new ChatEvent.Text(choice, word(random)));
                case 1 -> steps.add(new ChatEvent.Thought(choice, word(random)));
                case 2 -> steps.add(new ChatEvent.Declined(choice, word(random)));
                case 3 -> {
                    int call = calls[choice]++;
                    steps.add(new ChatEvent.ToolCallBegun(choice, call, "call_" + choice + "_" + call, "f" + call,
                            random.nextInt(3) == 0 ? "G+/==" : null));
                    steps.add(new ChatEvent.ToolArguments(choice, call, "{"));
                }
                case 4 -> {
                    steps.add(new ChatEvent.Thought(choice, word(random)));
                    steps.add(new ChatEvent.ThoughtSignature(choice, "S" + word(random)));
                }
                case 5 -> steps.add(new ChatEvent.RedactedThought(choice, "D+/="));
                default -> {
                    if (calls[choice] > 0) {
                        steps.add(new ChatEvent.ToolArguments(choice, random.nextInt(calls[choice]), word(random)));
                    }
                }
            }
        }
        return steps;
    }

    private static List<ChatEvent> chatEnd(List<ChatEvent> steps, int choices, Random random) {
        StopReason[] reasons = {StopReason.END, StopReason.LENGTH, StopReason.CONTENT_FILTER, StopReason.TOOL_CALLS};
        for (int choice = 0; choice < choices; choice++) {
            int index = choice;
            boolean spoken = steps.stream().anyMatch(step -> of(step) == index);
            boolean called = steps.stream()
                    .anyMatch(step -> step instanceof ChatEvent.ToolCallBegun call && call.choice() == index);
            if (spoken || choice == 0) {
                StopReason reason = called ? StopReason.TOOL_CALLS : reasons[random.nextInt(3)];
                steps.add(new ChatEvent.Stopped(choice, new Stop(reason, null, "native")));
            }
        }
        steps.add(new ChatEvent.Used(new TokenCount(random.nextInt(900) + 100, 60, 5, 0, 9, 4), true));
        steps.add(new ChatEvent.Ended());
        return steps;
    }

    private static int of(ChatEvent step) {
        return switch (step) {
            case ChatEvent.Text text -> text.choice();
            case ChatEvent.Thought thought -> thought.choice();
            case ChatEvent.Declined words -> words.choice();
            case ChatEvent.ThoughtSignature seal -> seal.choice();
            case ChatEvent.RedactedThought thought -> thought.choice();
            case ChatEvent.ToolCallBegun call -> call.choice();
            case ChatEvent.ToolArguments arguments -> arguments.choice();
            default -> -1;
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void chatIsReadBackAsItWas(int choices) throws Exception {
        for (int seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            List<ChatEvent> steps = chatEnd(answer(random, choices, true), choices, random);
            String stream = Wire.write(CHAT.events(Wire.PRESENTATION), steps);

            ChatGrammar.check(stream, true);
            List<ChatEvent> read = Wire.read(CHAT.events(), stream);
            assertThat(read.subList(1, read.size())).as("seed %d", seed).isEqualTo(steps.subList(1, steps.size()));
            assertThat(read.getFirst())
                    .isEqualTo(new ChatEvent.Begun(((ChatEvent.Begun) steps.getFirst()).id(), "public-model"));
        }
    }

    @Test
    void responsesAreReadBackAsTheyWere() throws Exception {
        for (int seed = 0; seed < ROUNDS; seed++) {
            Random random = new Random(seed);
            List<ChatEvent> steps = answer(random, 1, true);
            boolean called = steps.stream().anyMatch(ChatEvent.ToolCallBegun.class::isInstance);
            TokenCount usage = new TokenCount(100, 60, 5, 0, 9, 4);
            steps.add(new ChatEvent.Used(usage, true));
            Stop stop = switch (random.nextInt(3)) {
                case 0 -> new Stop(StopReason.LENGTH, null, "max_output_tokens");
                case 1 -> new Stop(StopReason.CONTENT_FILTER, null, "content_filter");
                default -> new Stop(called ? StopReason.TOOL_CALLS : StopReason.END, null, "completed");
            };
            steps.add(new ChatEvent.Stopped(0, stop));
            steps.add(new ChatEvent.Ended());
            String stream = Wire.write(RESPONSES.events(Wire.PRESENTATION), steps);

            JsonNode response = ResponsesGrammar.check(stream);
            assertThat(response.at("/usage/total_tokens").asInt()).isEqualTo(109);
            List<ChatEvent> read = Wire.read(RESPONSES.events(), stream);
            assertThat(read.subList(1, read.size())).as("seed %d", seed).isEqualTo(steps.subList(1, steps.size()));
        }
    }

    @Test
    void failureIsTheLastWordAndNoCleanEnd() {
        ProviderError error = new ProviderError(ProviderError.Cause.OUT_OF_MONEY, 402, "no \"money\"", "x", null, null);
        for (int seed = 0; seed < 50; seed++) {
            List<ChatEvent> steps = answer(new Random(seed), 1, false);
            steps.add(new ChatEvent.Failed(error));
            steps.add(new ChatEvent.Text(0, "late"));
            steps.add(new ChatEvent.Ended());

            String chat = Wire.write(CHAT.events(Wire.PRESENTATION), steps);
            ChatGrammar.check(chat, true);
            assertThat(chat).doesNotContain("[DONE]\n", "late")
                    .endsWith("{\"error\":{\"message\":\"no \\\"money\\\"\",\"type\":\"server_error\",\"param\":null,"
                            + "\"code\":\"upstream_error\"}}\n\n");
            JsonNode response = ResponsesGrammar.check(Wire.write(RESPONSES.events(Wire.PRESENTATION), steps));
            assertThat(response.at("/error/code").asText()).isEqualTo("upstream_error");
        }
    }

    @Test
    void callWithoutArgumentsGetsAnEmptyObject() {
        List<ChatEvent> steps = List.of(new ChatEvent.Begun("", ""), new ChatEvent.ToolCallBegun(0, 0, "a", "f", null),
                new ChatEvent.Stopped(0, Stop.of(StopReason.TOOL_CALLS)), new ChatEvent.Ended());

        assertThat(Wire.write(CHAT.events(Wire.PRESENTATION), steps)).contains("\"arguments\":\"{}\"");
        assertThat(ResponsesGrammar.check(Wire.write(RESPONSES.events(Wire.PRESENTATION), steps))
                .at("/output/0/arguments").asText()).isEqualTo("{}");
    }

    @Test
    void usageChunkIsLeftOutUnlessAskedFor() {
        Presentation without = new Presentation("1", "m", Wire.AT, false, 0);
        List<ChatEvent> steps = List.of(new ChatEvent.Text(0, "a"), new ChatEvent.Stopped(0, Stop.of(StopReason.END)),
                new ChatEvent.Used(TokenCount.NONE, true), new ChatEvent.Ended());

        assertThat(Wire.write(CHAT.events(without), steps)).doesNotContain("usage").endsWith("data: [DONE]\n\n");
    }

    @Test
    void nothingIsWrittenBeforeTheFirstWord() {
        List<ChatEvent> steps = List.of(new ChatEvent.Begun("c", "m"), new ChatEvent.Used(TokenCount.NONE, false));

        assertThat(Wire.write(CHAT.events(Wire.PRESENTATION), steps)).isEmpty();
        assertThat(Wire.write(RESPONSES.events(Wire.PRESENTATION), steps)).isEmpty();
        assertThat(Wire.write(CHAT.events(Wire.PRESENTATION), List.of(new ChatEvent.Ping())))
                .isEqualTo(": keep-alive\n\n");
    }

    @Test
    void openAisOwnClientUnderstandsEveryChunk() throws Exception {
        String stream = Wire.write(CHAT.events(Wire.PRESENTATION),
                List.of(new ChatEvent.Begun("c", "m"), new ChatEvent.Thought(0, "hm"), new ChatEvent.Text(0, "a"),
                        new ChatEvent.ToolCallBegun(0, 0, "a", "f", null),
                        new ChatEvent.Stopped(0, Stop.of(StopReason.TOOL_CALLS)),
                        new ChatEvent.Used(new TokenCount(9, 1, 1, 0, 2, 1), true), new ChatEvent.Ended()));
        List<Wire.Sse> events = Wire.events(stream);

        for (Wire.Sse event : events.subList(0, events.size() - 1)) {
            ObjectMappers.jsonMapper().readValue(event.data(), ChatCompletionChunk.class).validate();
        }
        assertThat(events).hasSize(7);
    }
}
