package org.gatehouse.simulated;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class OtherSurfacesTest {
    private static SimulatedServer server;

    @BeforeAll
    static void start() {
        server = SimulatedServer.start(Options.forModel("/models/m").withServedModelNames("sim", "alias"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void healthHasNoBodyAndVersionLoadAndModelsHave() throws IOException {
        assertThat(RawClient.get(server, "/health").body()).isEmpty();
        assertThat(RawClient.post(server, "/ping", "").status()).isEqualTo(200);
        assertThat(RawClient.get(server, "/version").text()).contains("simulated");
        assertThat(RawClient.get(server, "/load").text()).isEqualTo("{\"server_load\":0}");
        JsonNode models = Call.json(RawClient.get(server, "/v1/models"));
        assertThat(models.path("data")).hasSize(2);
        assertThat(models.at("/data/1/id").asText()).isEqualTo("alias");
        assertThat(models.at("/data/0/owned_by").asText()).isEqualTo("simulated");
        assertThat(models.at("/data/0/root").asText()).isEqualTo("/models/m");
        assertThat(Call.json(RawClient.get(server, "/v1/models/alias")).path("id").asText()).isEqualTo("alias");
        assertThat(RawClient.get(server, "/v1/models/other").status()).isEqualTo(404);
    }

    @Test
    void metricsCountWhatUsageTells() throws IOException {
        try (SimulatedServer fresh = SimulatedServer.start(Options.forModel("sim"))) {
            JsonNode usage = Call.json(Call.chat(fresh, "Hello", "\"max_tokens\":7")).path("usage");
            String metrics = RawClient.get(fresh, "/metrics").text();

            String labels = "{engine=\"0\",model_name=\"sim\"} ";
            assertThat(metrics)
                    .contains("vllm:prompt_tokens_total" + labels + usage.path("prompt_tokens").asInt() + ".0\n")
                    .contains("vllm:generation_tokens_total" + labels + "7.0\n")
                    .contains("vllm:num_requests_running" + labels + "0.0\n")
                    .contains(
                            "vllm:request_success_total{finished_reason=\"length\",engine=\"0\",model_name=\"sim\"} 1.0")
                    .contains("vllm:prompt_tokens_created");
        }
    }

    @Test
    void completionsTakeTextsAndTokenNumbersAndGiveAChoiceForEach() throws IOException {
        JsonNode texts = Call.post(server, "/v1/completions",
                "{\"model\":\"sim\",\"prompt\":[\"a\",\"b\"],\"n\":2,\"max_tokens\":3,\"logprobs\":1}");
        JsonNode numbers = Call.post(server, "/v1/completions",
                "{\"model\":\"sim\",\"prompt\":[[225,226],[227]],\"echo\":true,\"max_tokens\":1}");

        assertThat(texts.path("choices")).hasSize(4);
        assertThat(texts.at("/usage/completion_tokens").asInt()).isEqualTo(12);
        assertThat(texts.at("/choices/3/logprobs/tokens")).hasSize(3);
        assertThat(numbers.at("/usage/prompt_tokens").asInt()).isEqualTo(3);
        assertThat(numbers.at("/choices/0/text").asText()).isEqualTo("ab[");
    }

    @Test
    void completionsStreamAndStopAtSixteenTokensByDefault() throws IOException {
        RawClient.Answer answer = RawClient.post(server, "/v1/completions",
                "{\"model\":\"sim\",\"prompt\":\"a\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
        List<JsonNode> events = Call.events(answer);

        assertThat(events).hasSize(18);
        assertThat(events.get(16).at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(events.getLast().at("/usage/completion_tokens").asInt()).isEqualTo(16);
        assertThat(answer.text()).endsWith("data: [DONE]\n\n");
    }

    @Test
    void aStreamedResponseFollowsTheGrammarAndNumbersItsEvents() throws IOException {
        RawClient.Answer answer = RawClient.post(server, "/v1/responses",
                "{\"model\":\"sim\",\"input\":\"hi [[sim tokens=2]]\",\"reasoning\":{\"effort\":\"minimal\"},"
                        + "\"stream\":true}");
        List<JsonNode> events = Call.events(answer);
        List<String> types = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).path("sequence_number").asInt()).isEqualTo(i);
            types.add(events.get(i).path("type").asText().replace("response.", ""));
        }

        assertThat(types).containsExactly("created", "in_progress", "output_item.added", "reasoning_text.delta",
                "reasoning_text.delta", "reasoning_text.delta", "reasoning_text.delta", "reasoning_text.done",
                "output_item.done", "output_item.added", "content_part.added", "output_text.delta", "output_text.delta",
                "output_text.done", "content_part.done", "output_item.done", "completed");
        JsonNode usage = events.getLast().at("/response/usage");
        assertThat(usage.path("output_tokens").asInt()).isEqualTo(6);
        assertThat(usage.at("/output_tokens_details/reasoning_tokens").asInt()).isEqualTo(4);
        assertThat(usage.at("/input_tokens_details/cached_tokens").isInt()).isTrue();
        assertThat(answer.text()).contains("event: response.created\n").doesNotContain("[DONE]");
    }

    @Test
    void aPlainResponseThatHitsItsLimitIsIncomplete() throws IOException {
        JsonNode response = Call.post(server, "/v1/responses", "{\"model\":\"sim\",\"instructions\":\"be brief\","
                + "\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"hi\"}]}],"
                + "\"max_output_tokens\":3}");

        assertThat(response.path("status").asText()).isEqualTo("incomplete");
        assertThat(response.at("/incomplete_details/reason").asText()).isEqualTo("max_output_tokens");
        assertThat(response.at("/output/0/content/0/text").asText()).isEqualTo("[simulate");
        assertThat(response.at("/metadata/simulated").asText()).isEqualTo("true");
    }

    @Test
    void aResponseCallsToolsWithArgumentDeltas() throws IOException {
        List<JsonNode> events = Call.events(RawClient.post(server, "/v1/responses",
                "{\"model\":\"sim\",\"input\":\"x\",\"stream\":true,\"tool_choice\":\"required\",\"tools\":[{\"type\":"
                        + "\"function\",\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":"
                        + "\"boolean\"}}}}]}"));
        StringBuilder arguments = new StringBuilder();
        events.stream().filter(event -> event.path("type").asText().endsWith("arguments.delta"))
                .forEach(event -> arguments.append(event.path("delta").asText()));

        assertThat(arguments).hasToString("{\"a\":true}");
        assertThat(events.getLast().at("/response/output/0/type").asText()).isEqualTo("function_call");
    }

    @Test
    void embeddingsAreOfUnitLengthTheSameEachTimeAndNearForSimilarTexts() throws IOException {
        JsonNode reply = Call.post(server, "/v1/embeddings",
                "{\"model\":\"sim\",\"input\":[\"the cat sat on the mat\",\"a cat sat on the mat\",\"bonds fell\"]}");
        JsonNode base64 = Call.post(server, "/v1/embeddings", "{\"model\":\"sim\",\"encoding_format\":\"base64\","
                + "\"dimensions\":256,\"input\":\"the cat sat on the mat\"}");

        assertThat(dot(reply, 0, 0)).isCloseTo(1, within(1e-5));
        assertThat(dot(reply, 0, 1)).isGreaterThan(0.6);
        assertThat(dot(reply, 0, 2)).isLessThan(0.4);
        byte[] bytes = Base64.getDecoder().decode(base64.at("/data/0/embedding").asText());
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getFloat())
                .isEqualTo((float) reply.at("/data/0/embedding/0").asDouble());
    }

    private static double dot(JsonNode reply, int left, int right) {
        double sum = 0;
        for (int i = 0; i < 256; i++) {
            sum += reply.at("/data/" + left + "/embedding/" + i).asDouble()
                    * reply.at("/data/" + right + "/embedding/" + i).asDouble();
        }
        return sum;
    }

    @Test
    void rerankingPutsTheDocumentWithTheQuerysWordsFirst() throws IOException {
        for (String path : List.of("/rerank", "/v1/rerank", "/v2/rerank")) {
            JsonNode reply = Call.post(server, path, "{\"model\":\"sim\",\"query\":\"the red cat\",\"top_n\":1,"
                    + "\"documents\":[\"a dog\",{\"text\":\"the red cat sat\"}]}");

            assertThat(reply.path("results")).hasSize(1);
            assertThat(reply.at("/results/0/index").asInt()).isEqualTo(1);
            assertThat(reply.at("/usage/total_tokens").asInt()).isPositive();
        }
    }

    @Test
    void aTranscriptionTellsTheRecordingsSeconds() throws IOException {
        assertThat(Call.json(transcribe("json")).at("/usage/seconds").asInt()).isEqualTo(3);
        assertThat(Call.json(transcribe("verbose_json")).path("duration").asDouble()).isEqualTo(2.5);
        assertThat(transcribe("text").text()).startsWith("[simulated]");
        assertThat(transcribe("srt").text()).contains("00:00:00,000 --> 00:00:02,500");
        assertThat(transcribe("vtt").text()).startsWith("WEBVTT");
        assertThat(transcribe("xml").status()).isEqualTo(400);
    }

    @Test
    void aTranscriptionIsStreamedToo() throws IOException {
        RawClient.Answer answer = transcribe("json", "stream", "true", "stream_include_usage", "true");

        assertThat(Call.said(Call.events(answer), "/content")).startsWith("[simulated]");
        assertThat(Call.events(answer).getLast().at("/usage/seconds").asInt()).isEqualTo(3);
    }

    private static RawClient.Answer transcribe(String format, String... fields) throws IOException {
        return FormBody.with("model", "sim").field("response_format", format).fields(fields)
                .file("file", "a.wav", Wave.tone(2500)).post(server, "/v1/audio/transcriptions");
    }

    @Test
    void aRecordingThatIsNoWaveIsMeasuredByItsSize() {
        assertThat(Wave.seconds(new byte[32_000])).isEqualTo(2.0);
        assertThat(Wave.seconds("RIFF".getBytes(StandardCharsets.US_ASCII))).isLessThan(1);
    }
}
