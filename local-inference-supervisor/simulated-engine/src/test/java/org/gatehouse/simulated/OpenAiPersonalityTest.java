package org.gatehouse.simulated;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;

import javax.imageio.ImageIO;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OpenAiPersonalityTest {
    private static final String KEY = "Authorization: Bearer sk-right";
    private static SimulatedServer server;

    @BeforeAll
    static void start() {
        server = SimulatedServer.start(
                Options.forModel("sim").withPersonality(Personality.OPENAI).withApiKey("sk-right")
                        .withMaxModelLength(400));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void everythingNeedsTheKey() throws IOException {
        assertThat(error(RawClient.get(server, "/v1/models"), 401, "invalid_api_key")).contains("didn't provide");
        assertThat(error(RawClient.get(server, "/v1/models", "Authorization: Bearer sk-wrong"), 401, "invalid_api_key"))
                .doesNotContain("sk-");
        assertThat(RawClient.get(server, "/v1/models", KEY).status()).isEqualTo(200);
    }

    @Test
    void errorsHaveStringCodes() throws IOException {
        error(post("/v1/chat/completions", "{\"model\":\"no\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"),
                404,
                "model_not_found");
        error(post("/v1/chat/completions", "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"), 404,
                "model_not_found");
        error(post("/v1/chat/completions", "{\"model\":\"sim\"}"), 400, "missing_required_parameter");
        error(post("/v1/chat/completions", "{\"model\":7,\"messages\":[]}"), 400, "invalid_type");
        error(post("/v1/chat/completions", Call.chatBody("word ".repeat(500))), 400, "context_length_exceeded");
        error(RawClient.get(server, "/v1/nothing", KEY), 404, "unknown_url");
        error(post("/v1/chat/completions", Call.chatBody("[[sim fault=status-429 retry-after=7]]")), 429,
                "rate_limit_exceeded");
        assertThat(post("/v1/chat/completions", "{").text()).contains("could not parse the JSON body");
    }

    @Test
    void reasoningIsCountedAndKeptSecret() throws IOException {
        RawClient.Answer answer = post("/v1/chat/completions", Call.chatBody("x [[sim reasoning=5 tokens=2]]"));

        assertThat(Call.json(answer).at("/usage/completion_tokens_details/reasoning_tokens").asInt()).isEqualTo(5);
        assertThat(Call.json(answer).at("/usage/completion_tokens").asInt()).isEqualTo(7);
        assertThat(Call.json(answer).at("/choices/0/message").has("reasoning")).isFalse();
        assertThat(answer.headers()).containsKey("x-request-id");
    }

    @Test
    void speechIsAWaveThatIsLongerForALongerText() throws IOException {
        RawClient.Answer answer = post("/v1/audio/speech",
                "{\"model\":\"sim\",\"voice\":\"alloy\",\"input\":\"hello you\"}");

        assertThat(answer.headers()).containsEntry("content-type", "audio/wav");
        assertThat(Wave.seconds(answer.body())).isEqualTo(0.18);
    }

    @Test
    void imagesAreRealOnesAndCounted() throws IOException {
        JsonNode made = Call.json(post("/v1/images/generations", "{\"model\":\"sim\",\"prompt\":\"a cat\",\"n\":2}"));
        JsonNode edited = Call.json(FormBody.with("model", "sim").field("prompt", "a dog")
                .file("image[]", "a.png", Picture.png(1)).post(server, "/v1/images/edits", KEY));

        assertThat(made.path("data")).hasSize(2);
        byte[] png = Base64.getDecoder().decode(made.at("/data/1/b64_json").asText());
        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(16);
        assertThat(made.at("/usage/output_tokens").asInt()).isEqualTo(2 * MediaSurfaces.TOKENS_PER_IMAGE);
        assertThat(edited.at("/usage/input_tokens_details/image_tokens").asInt())
                .isEqualTo(MessageContent.IMAGE_TOKENS);
    }

    @Test
    void moderationsFlagWhatTheDirectiveSays() throws IOException {
        JsonNode reply = Call.json(post("/v1/moderations", "{\"input\":[\"fine\",\"bad [[sim flagged]]\"]}"));

        assertThat(reply.at("/results/0/flagged").asBoolean()).isFalse();
        assertThat(reply.at("/results/1/flagged").asBoolean()).isTrue();
        assertThat(reply.at("/results/1/categories/violence").asBoolean()).isTrue();
    }

    @Test
    void moreRequestsAtOnceThanAllowedAreRefusedWithRetryAfter() throws Exception {
        try (SimulatedServer narrow = SimulatedServer
                .start(Options.forModel("sim").withPersonality(Personality.OPENAI).withMaxConcurrent(1));
                RawClient first = new RawClient(narrow)) {
            first.send(RawClient.request("POST", "/v1/chat/completions", Call.chatBody("[[sim first-token-ms=60000]]"),
                    KEY));
            Waiting.until(() -> narrow.running() == 1);
            RawClient.Answer second = RawClient.post(narrow, "/v1/chat/completions", Call.chatBody("x"), KEY);

            error(second, 429, "rate_limit_exceeded");
            assertThat(second.headers()).containsEntry("retry-after", "1");
        }
    }

    private static RawClient.Answer post(String path, String body) throws IOException {
        return RawClient.post(server, path, body, KEY);
    }

    private static String error(RawClient.Answer answer, int status, String code) throws IOException {
        assertThat(answer.status()).isEqualTo(status);
        JsonNode error = Call.json(answer).path("error");
        assertThat(error.path("code").asText()).isEqualTo(code);
        assertThat(error.has("param")).isTrue();
        return error.path("message").asText();
    }
}
