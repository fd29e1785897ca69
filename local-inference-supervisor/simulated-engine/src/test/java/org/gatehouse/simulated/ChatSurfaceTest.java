package org.gatehouse.simulated;

import java.io.IOException;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ChatSurfaceTest {
    private static final String TOOLS = "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\","
            + "\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"},\"days\":{\"type\":"
            + "\"integer\",\"minimum\":3}},\"required\":[\"city\",\"days\"]}}},{\"type\":\"function\",\"function\":"
            + "{\"name\":\"time\"}}]";
    private static final String STREAM = "\"stream\":true";
    private static final String USAGE = "\"stream_options\":{\"include_usage\":true}";
    private static SimulatedServer server;

    @BeforeAll
    static void start() {
        server = SimulatedServer.start(Options.forModel("sim").withPromptTokensDetails(true));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aPlainReplySaysThatItIsSimulatedInHeaderFingerprintAndText() throws IOException {
        RawClient.Answer answer = Call.chat(server, "Hello");
        JsonNode reply = Call.json(answer);

        assertThat(answer.headers()).containsEntry("x-simulated", "true");
        assertThat(reply.path("system_fingerprint").asText()).isEqualTo("simulated");
        assertThat(reply.at("/choices/0/message/content").asText()).startsWith("[simulated] ");
        assertThat(reply.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
        assertThat(reply.at("/usage/completion_tokens").asInt()).isEqualTo(32);
    }

    @Test
    void aStreamHasRoleDeltasFinishUsageAndEndMarkEachInAChunkOfItsOwn() throws IOException {
        RawClient.Answer answer = Call.chat(server, "Hello", STREAM, USAGE, "\"max_tokens\":3");
        List<JsonNode> events = Call.events(answer);

        assertThat(answer.headers()).containsEntry("content-type", "text/event-stream; charset=utf-8");
        assertThat(answer.chunks()).hasSize(7).last().isEqualTo("data: [DONE]\n\n");
        assertThat(events.get(0).at("/choices/0/delta/role").asText()).isEqualTo("assistant");
        assertThat(Call.said(events, "/content")).isEqualTo("[simulate");
        assertThat(events.get(4).at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(events.get(5).path("choices")).isEmpty();
        assertThat(events.get(5).at("/usage/completion_tokens").asInt()).isEqualTo(3);
        assertThat(events).allSatisfy(
                event -> assertThat(event.path("system_fingerprint").asText()).isEqualTo("simulated"));
    }

    @Test
    void withoutIncludeUsageAStreamTellsNone() throws IOException {
        assertThat(Call.chat(server, "Hello", STREAM).text()).doesNotContain("usage").endsWith("data: [DONE]\n\n");
    }

    @Test
    void continuousUsageCountsUpInEachChunk() throws IOException {
        List<JsonNode> events = Call.events(Call.chat(server, "Hello", STREAM, "\"max_tokens\":2",
                "\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}"));

        assertThat(events).extracting(event -> event.at("/usage/completion_tokens").asInt()).containsExactly(0, 1, 2,
                2, 2);
    }

    @Test
    void continuousUsageIsThatOfEachChoiceAloneAndTheLastReportIsTheSum() throws IOException {
        String running = "\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}";
        List<JsonNode> events = Call.events(Call.chat(server, "Hello", STREAM, running, "\"n\":3", "\"max_tokens\":2"));
        List<JsonNode> texts = Call.events(RawClient.post(server, "/v1/completions",
                "{\"prompt\":[\"one\",\"a longer one\"],\"n\":2,\"max_tokens\":3,\"stream\":true," + running + "}"));

        assertThat(events.subList(0, 12)).extracting(event -> event.at("/usage/completion_tokens").asInt())
                .containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2);
        assertThat(events.getLast().at("/usage/completion_tokens").asInt()).isEqualTo(6);
        assertThat(texts.subList(0, 4)).extracting(event -> event.at("/usage/completion_tokens").asInt())
                .containsOnly(1);
        int first = texts.get(0).at("/usage/prompt_tokens").asInt();
        int second = texts.get(3).at("/usage/prompt_tokens").asInt();
        assertThat(second).isGreaterThan(first);
        assertThat(texts.getLast().at("/usage/prompt_tokens").asInt()).isEqualTo(first + second);
        assertThat(texts.getLast().at("/usage/completion_tokens").asInt()).isEqualTo(12);
    }

    @Test
    void severalChoicesAreStreamedSideBySideAndUsageIsTheirSum() throws IOException {
        List<JsonNode> events = Call.events(Call.chat(server, "Hello", STREAM, USAGE, "\"n\":3", "\"max_tokens\":2"));

        assertThat(events).hasSize(3 + 2 * 3 + 3 + 1);
        assertThat(events.getLast().at("/usage/completion_tokens").asInt()).isEqualTo(6);
        assertThat(Call.json(Call.chat(server, "Hello", "\"n\":3")).path("choices")).hasSize(3);
    }

    @Test
    void theDirectiveInTheLastUserMessageSetsTheLength() throws IOException {
        assertThat(Call.json(Call.chat(server, "x [[sim tokens=77]]")).at("/usage/completion_tokens").asInt())
                .isEqualTo(77);
        assertThat(Call.json(Call.chat(server, "x [[sim tokens=77]]", "\"max_tokens\":9"))
                .at("/usage/completion_tokens").asInt()).isEqualTo(9);
        JsonNode later = Call.post(server, "/v1/chat/completions",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"[[sim tokens=5]]\"},{\"role\":\"assistant\",\"content\":"
                        + "\"[[sim tokens=6]]\"},{\"role\":\"user\",\"content\":\"go on\"}]}");
        assertThat(later.at("/usage/completion_tokens").asInt()).isEqualTo(32);
    }

    @Test
    void aDirectiveWithATypingErrorIsRefusedByName() throws IOException {
        RawClient.Answer answer = Call.chat(server, "[[sim fualt=cut]]");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("fualt");
    }

    @Test
    void theTextOfAReplyHasAsManyTokensAsUsageTells() throws IOException {
        JsonNode reply = Call.json(Call.chat(server, "[[sim tokens=501]]"));

        assertThat(Tokenizer.count(reply.at("/choices/0/message/content").asText())).isEqualTo(501);
    }

    @Test
    void ignoringTheEndFillsTheWholeLimit() throws IOException {
        JsonNode reply = Call.json(Call.chat(server, "x", "\"ignore_eos\":true", "\"max_completion_tokens\":200"));

        assertThat(reply.at("/usage/completion_tokens").asInt()).isEqualTo(200);
    }

    @Test
    void echoRepeatsThePrompt() throws IOException {
        assertThat(Call.json(Call.chat(server, "say \"päng\" [[sim echo]]")).at("/choices/0/message/content").asText())
                .isEqualTo("[simulated] say \"päng\"");
    }

    @Test
    void requiredToolsAreCalledWithArgumentsThatFitTheSchema() throws IOException {
        JsonNode choice = Call.json(Call.chat(server, "x", TOOLS, "\"tool_choice\":\"required\"")).at("/choices/0");

        assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
        assertThat(choice.at("/message/content").isNull()).isTrue();
        assertThat(Call.JSON.readTree(choice.at("/message/tool_calls/0/function/arguments").asText()))
                .isEqualTo(Call.JSON.readTree("{\"city\":\"simulated\",\"days\":3}"));
    }

    @Test
    void streamedToolCallsAreArgumentDeltasThatAddUp() throws IOException {
        List<JsonNode> events = Call.events(Call.chat(server, "x [[sim tool=2]]", TOOLS, STREAM, USAGE));

        StringBuilder first = new StringBuilder();
        for (JsonNode event : events) {
            JsonNode call = event.at("/choices/0/delta/tool_calls/0");
            if (call.path("index").asInt(-1) == 0) {
                first.append(call.at("/function/arguments").asText());
            }
        }
        assertThat(first).hasToString("{\"city\":\"simulated\",\"days\":3}");
        assertThat(events.get(1).at("/choices/0/delta/tool_calls/0/function/name").asText()).isEqualTo("weather");
        assertThat(events.get(events.size() - 2).at("/choices/0/finish_reason").asText()).isEqualTo("tool_calls");
        assertThat(events.getLast().at("/usage/completion_tokens").asInt())
                .isEqualTo(Call.last(server).outputTokens());
    }

    @Test
    void anOfferedToolIsLeftAloneUnlessTheRequestSaysSo() throws IOException {
        assertThat(Call.chat(server, "x", TOOLS).text()).doesNotContain("tool_calls");
        assertThat(Call.chat(server, "x [[sim tool]]", TOOLS, "\"tool_choice\":\"none\"").text())
                .doesNotContain("tool_calls");
        assertThat(Call.json(Call.chat(server, "x", TOOLS,
                "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"time\"}}"))
                .at("/choices/0/message/tool_calls/0/function/name").asText()).isEqualTo("time");
    }

    @Test
    void aJsonSchemaIsSatisfied() throws IOException {
        String format = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":"
                + "{\"type\":\"object\",\"required\":[\"kind\",\"tags\",\"ok\",\"price\"],\"properties\":{\"kind\":"
                + "{\"enum\":[\"b\",\"c\"]},\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"minItems\":2},"
                + "\"ok\":{\"type\":\"boolean\"},\"price\":{\"type\":[\"null\",\"number\"]},"
                + "\"self\":{\"$ref\":\"#\"},\"again\":{\"$ref\":\"#\"}}}}}";
        JsonNode value = Call.JSON.readTree(Call.json(Call.chat(server, "x", format, "\"max_tokens\":8000"))
                .at("/choices/0/message/content").asText());

        assertThat(value.path("kind").asText()).isEqualTo("b");
        assertThat(value.path("tags")).hasSize(2);
        assertThat(value.path("ok").isBoolean()).isTrue();
        assertThat(value.path("price").isNumber()).isTrue();
        assertThat(Call.json(Call.chat(server, "x", "\"response_format\":{\"type\":\"json_object\"}"))
                .at("/choices/0/message/content").asText()).isEqualTo("{\"simulated\":true}");
    }

    @Test
    void logProbabilitiesComeForEachToken() throws IOException {
        JsonNode plain = Call
                .json(Call.chat(server, "x", "\"logprobs\":true", "\"top_logprobs\":2", "\"max_tokens\":4"))
                .at("/choices/0/logprobs/content");
        List<JsonNode> events = Call.events(Call.chat(server, "x", STREAM, "\"logprobs\":true", "\"max_tokens\":4"));

        assertThat(plain).hasSize(4).allSatisfy(token -> assertThat(token.path("top_logprobs")).hasSize(2));
        assertThat(events.get(1).at("/choices/0/logprobs/content/0/token").asText()).isEqualTo("[");
    }

    @Test
    void reasoningIsShownAndCounted() throws IOException {
        JsonNode reply = Call.json(Call.chat(server, "x", "\"reasoning_effort\":\"low\"", "\"max_tokens\":10"));
        List<JsonNode> events = Call.events(Call.chat(server, "x [[sim reasoning=2 tokens=1]]", STREAM, USAGE));

        assertThat(Tokenizer.count(reply.at("/choices/0/message/reasoning").asText())).isEqualTo(8);
        assertThat(reply.at("/usage/completion_tokens_details/reasoning_tokens").asInt()).isEqualTo(8);
        assertThat(reply.at("/usage/completion_tokens").asInt()).isEqualTo(10);
        assertThat(Call.said(events, "/reasoning")).isEqualTo("[simu");
        assertThat(events.getLast().at("/usage/completion_tokens").asInt()).isEqualTo(3);
    }

    @Test
    void aPromptSeenBeforeIsCachedInBlocksOfSixteenUnlessItsSaltDiffers() throws IOException {
        String text = "one two three four five six seven eight nine ten ".repeat(8);
        int first = cached(Call.chat(server, text));
        int second = cached(Call.chat(server, text));
        int longer = cached(Call.chat(server, text, "\"cache_salt\":\"tenant\""));

        assertThat(first).isZero();
        assertThat(second).isPositive().isLessThan(Call.last(server).promptTokens());
        assertThat(second % 16).isZero();
        assertThat(longer).isZero();
    }

    private static int cached(RawClient.Answer answer) throws IOException {
        return Call.json(answer).at("/usage/prompt_tokens_details/cached_tokens").asInt(-1);
    }

    @Test
    void usageCanBeForcedIntoEveryStream() throws IOException {
        try (SimulatedServer forced = SimulatedServer.start(Options.forModel("sim").withForceIncludeUsage(true))) {
            assertThat(Call.events(Call.chat(forced, "x", STREAM)))
                    .allSatisfy(event -> assertThat(event.has("usage")).isTrue());
        }
    }

    @Test
    void theRequestIdIsInTheReplysIdAndInTheLedger() throws IOException {
        JsonNode reply = Call.post(server, "/v1/chat/completions", Call.chatBody("x"), "X-Request-Id: abc-1");

        assertThat(reply.path("id").asText()).isEqualTo("chatcmpl-abc-1");
        assertThat(Call.last(server).id()).isEqualTo("abc-1");
    }

    @Test
    void tokensComeAtTheirPace() throws IOException {
        long begin = System.nanoTime();
        Call.chat(server, "[[sim first-token-ms=60 token-ms=10 tokens=5]]");

        assertThat((System.nanoTime() - begin) / 1_000_000).isBetween(100L, 2_000L);
    }
}
