package org.gatehouse.simulated;

import java.io.IOException;
import java.util.Arrays;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** vLLM's error bodies, word for word where callers read them. */
class ErrorTest {
    private static final String PATH = "/v1/chat/completions";
    private static SimulatedServer server;

    @BeforeAll
    static void start() {
        server = SimulatedServer.start(Options.forModel("sim").withMaxModelLength(100).withApiKey("right"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void theKeyGuardsTheVersionedPathsOnlyAndItsErrorIsAString() throws IOException {
        RawClient.Answer refused = RawClient.post(server, PATH, Call.chatBody("x"), "Authorization: Bearer wrong");

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.text()).isEqualTo("{\"error\":\"Unauthorized\"}");
        assertThat(RawClient.get(server, "/v2/anything").status()).isEqualTo(401);
        assertThat(RawClient.get(server, "/metrics").status()).isEqualTo(200);
        assertThat(RawClient.post(server, "/tokenize", "{\"prompt\":\"x\"}").status()).isEqualTo(200);
    }

    @Test
    void unknownPathsAndMethodsGetTheFrameworksWords() throws IOException {
        assertThat(ask("GET", "/nothing", "", 404)).isEqualTo("{\"detail\":\"Not Found\"}");
        assertThat(ask("GET", PATH, "", 405)).isEqualTo("{\"detail\":\"Method Not Allowed\"}");
        assertThat(ask("POST", "/v1/audio/speech", "{}", 404)).isEqualTo("{\"detail\":\"Not Found\"}");
    }

    @Test
    void theWrongContentTypeIsABadRequest() throws IOException {
        JsonNode error = Call.JSON.readTree(ask("POST", PATH, Call.chatBody("x"), 400, "Content-Type: text/plain"))
                .path("error");

        assertThat(error.path("message").asText())
                .isEqualTo("1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed");
        assertThat(error.path("code").isInt()).isTrue();
    }

    @Test
    void anUnknownModelIsNotFoundAndNoModelIsTheServedOne() throws IOException {
        JsonNode error = error("{\"model\":\"other\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", 404);

        assertThat(error.path("message").asText()).isEqualTo("The model `other` does not exist.");
        assertThat(error.path("type").asText()).isEqualTo("NotFoundError");
        assertThat(error.path("param").asText()).isEqualTo("model");
        assertThat(error.path("code").asInt()).isEqualTo(404);
        assertThat(ask("POST", PATH, "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", 200))
                .contains("\"sim\"");
    }

    @Test
    void whatDoesNotFitSaysHowMuchIsTooMuch() throws IOException {
        JsonNode error = error(Call.chatBody("x", "\"max_tokens\":99"), 400);

        assertThat(error.path("message").asText()).startsWith("This model's maximum context length is 100 tokens. "
                + "However, you requested 99 output tokens and your prompt contains 8 input tokens, for a total of 107 "
                + "tokens. Please reduce").endsWith("(parameter=input_tokens, value=8)");
        assertThat(error.path("param").asText()).isEqualTo("input_tokens");
        assertThat(ask("POST", PATH, Call.chatBody("x", "\"max_tokens\":92", "\"ignore_eos\":true"), 200))
                .contains("\"length\"");
        error(Call.chatBody("word ".repeat(200)), 400);
    }

    @Test
    void badBodiesAreBadRequestsThatNameTheField() throws IOException {
        error("", 400);
        error("{", 400);
        error("[]", 400);
        error("{\"model\":\"sim\"} x", 400);
        error("{\"messages\":" + "[".repeat(5000), 400);
        assertThat(error("{\"model\":\"sim\"}", 400).path("param").asText()).isEqualTo("messages");
        assertThat(error(Call.chatBody("x", "\"max_tokens\":0"), 400).path("param").asText()).isEqualTo("max_tokens");
        assertThat(error(Call.chatBody("x", "\"max_tokens\":\"9\""), 400).path("param").asText())
                .isEqualTo("max_tokens");
        assertThat(error(Call.chatBody("x", "\"max_tokens\":99999999999"), 400).path("param").asText())
                .isEqualTo("max_tokens");
        assertThat(error(Call.chatBody("x", "\"n\":0"), 400).path("param").asText()).isEqualTo("n");
        assertThat(error(Call.chatBody("x", "\"temperature\":\"hot\""), 400).path("param").asText())
                .isEqualTo("temperature");
        assertThat(error("{\"messages\":[{\"content\":\"x\"}]}", 400).path("param").asText())
                .isEqualTo("messages.0.role");
        assertThat(error("{\"messages\":[{\"role\":\"boss\",\"content\":\"x\"}]}", 400).path("message").asText())
                .contains("boss");
        assertThat(
                error(Call.chatBody("x", "\"stream_options\":{\"include_usage\":true}"), 400).path("message").asText())
                .contains("stream=True");
        assertThat(error(Call.chatBody("x", "\"top_logprobs\":2"), 400).path("param").asText())
                .isEqualTo("top_logprobs");
        assertThat(error(Call.chatBody("x", "\"tool_choice\":\"required\""), 400).path("param").asText())
                .isEqualTo("tool_choice");
        assertThat(Call.last(server).state()).isEqualTo(LedgerEntry.State.REFUSED);
    }

    private static JsonNode error(String body, int status) throws IOException {
        return Call.JSON.readTree(ask("POST", PATH, body, status)).path("error");
    }

    private static String ask(String method, String path, String body, int status, String... headers)
            throws IOException {
        String[] all = Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "Authorization: Bearer right";
        try (RawClient client = new RawClient(server)) {
            client.send(RawClient.request(method, path, body, all));
            RawClient.Answer answer = client.answer();
            assertThat(answer.status()).as(answer.text()).isEqualTo(status);
            return answer.text();
        }
    }
}
