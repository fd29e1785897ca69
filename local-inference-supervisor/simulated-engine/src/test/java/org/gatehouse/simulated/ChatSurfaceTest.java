package org.gatehouse.simulated;

import java.io.IOException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ChatSurfaceTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static SimulatedServer server;

    @BeforeAll
    static void start() {
        server = SimulatedServer.start(Options.forModel("sim"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aPlainReplySaysThatItIsSimulatedInHeaderFingerprintAndText() throws IOException {
        RawClient.Answer answer = chat("\"max_tokens\":5", "Hello");
        JsonNode reply = JSON.readTree(answer.body());

        assertThat(answer.headers()).containsEntry("x-simulated", "true");
        assertThat(reply.path("system_fingerprint").asText()).isEqualTo("simulated");
        assertThat(reply.at("/choices/0/message/content").asText()).startsWith("[simulated");
        assertThat(reply.at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(reply.at("/usage/completion_tokens").asInt()).isEqualTo(5);
    }

    @Test
    void aStreamHasRoleDeltasFinishUsageAndEndMark() throws IOException {
        RawClient.Answer answer = chat(
                "\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":3", "Hello");

        assertThat(answer.headers()).containsEntry("content-type", "text/event-stream; charset=utf-8");
        assertThat(answer.chunks()).hasSize(7).last().isEqualTo("data: [DONE]\n\n");
        assertThat(event(answer, 0).at("/choices/0/delta/role").asText()).isEqualTo("assistant");
        assertThat(event(answer, 1).at("/choices/0/delta/content").asText()).isEqualTo("[");
        assertThat(event(answer, 4).at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(event(answer, 5).at("/usage/completion_tokens").asInt()).isEqualTo(3);
    }

    private static JsonNode event(RawClient.Answer answer, int index) throws IOException {
        return JSON.readTree(answer.chunks().get(index).substring("data: ".length()));
    }

    private static RawClient.Answer chat(String fields, String text) throws IOException {
        return RawClient.post(server, "/v1/chat/completions", "{\"model\":\"sim\",\"messages\":[{\"role\":\"user\","
                + "\"content\":\"" + text + "\"}]" + (fields.isEmpty() ? "" : "," + fields) + "}");
    }
}
