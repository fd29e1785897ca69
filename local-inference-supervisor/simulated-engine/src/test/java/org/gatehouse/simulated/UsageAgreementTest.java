package org.gatehouse.simulated;

import java.io.IOException;
import java.util.Random;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever a chat holds: the tokenizer's count, the plain reply's usage, the stream's usage and the ledger are one. */
class UsageAgreementTest {
    private static final int ROUNDS = 150;
    private static final String[] ROLES = {"system", "developer", "user", "assistant", "tool"};
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
    void tokenizerPlainReplyStreamAndLedgerTellTheSameNumbers() throws IOException {
        Random random = new Random(42);
        for (int round = 0; round < ROUNDS; round++) {
            ObjectNode chat = chat(random);
            int counted = Call.post(server, "/tokenize", chat.toString()).path("count").asInt();
            int wanted = 1 + random.nextInt(60);
            int choices = 1 + random.nextInt(3);
            chat.put("max_tokens", wanted).put("n", choices);

            JsonNode usage = Call.post(server, "/v1/chat/completions", chat.toString()).path("usage");
            assertThat(usage.path("prompt_tokens").asInt()).as(chat.toString()).isEqualTo(counted);
            assertThat(usage.path("completion_tokens").asInt()).isEqualTo(Math.min(32, wanted) * choices);
            assertThat(Call.last(server).promptTokens()).isEqualTo(counted);
            assertThat(Call.last(server).outputTokens()).isEqualTo(Math.min(32, wanted) * choices);

            chat.put("stream", true).putObject("stream_options").put("include_usage", true);
            JsonNode streamed = Call.events(RawClient.post(server, "/v1/chat/completions", chat.toString())).getLast()
                    .path("usage");
            assertThat(streamed).isEqualTo(usage);
        }
    }

    @Test
    void aPromptCountsTheSameAsTextInCompletionsEmbeddingsAndTheTokenizer() throws IOException {
        Random random = new Random(43);
        for (int round = 0; round < ROUNDS; round++) {
            String text = "x" + text(random);
            int counted = Call.post(server, "/tokenize", "{\"prompt\":" + Call.quoted(text) + "}").path("count")
                    .asInt();

            assertThat(Call.post(server, "/v1/completions", "{\"prompt\":" + Call.quoted(text) + "}")
                    .at("/usage/prompt_tokens").asInt()).isEqualTo(counted);
            assertThat(Call.post(server, "/v1/embeddings", "{\"dimensions\":2,\"input\":" + Call.quoted(text) + "}")
                    .at("/usage/prompt_tokens").asInt()).isEqualTo(counted);
        }
    }

    @Test
    void detokenizingGivesTheTextBack() throws IOException {
        String text = "Grüße, 你好 🙂 \"quoted\"\n";
        JsonNode tokens = Call.post(server, "/tokenize",
                "{\"return_token_strs\":true,\"prompt\":" + Call.quoted(text) + "}");

        assertThat(tokens.path("token_strs")).hasSize(tokens.path("count").asInt());
        assertThat(Call.post(server, "/detokenize", "{\"tokens\":" + tokens.path("tokens") + "}").path("prompt")
                .asText()).isEqualTo(text);
    }

    private static ObjectNode chat(Random random) {
        ObjectNode chat = Call.JSON.createObjectNode().put("model", "sim");
        ArrayNode messages = chat.putArray("messages");
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            ObjectNode message = messages.addObject();
            if (random.nextBoolean()) {
                message.put("role", ROLES[random.nextInt(ROLES.length)]);
                content(random, message);
            } else {
                // The order of fields must not matter.
                content(random, message);
                message.put("role", ROLES[random.nextInt(ROLES.length)]);
            }
        }
        if (random.nextInt(3) == 0) {
            chat.putArray("tools").addObject().put("type", "function").putObject("function").put("name", "look_up")
                    .putObject("parameters").put("type", "object");
        }
        return chat;
    }

    private static void content(Random random, ObjectNode message) {
        switch (random.nextInt(4)) {
            case 0 -> {
                ArrayNode parts = message.putArray("content");
                parts.addObject().put("type", "text").put("text", text(random));
                parts.addObject().put("type", "image_url").putObject("image_url").put("url",
                        "data:image/png;base64,AA");
            }
            case 1 -> {
                message.putNull("content");
                message.putArray("tool_calls").addObject().put("id", "c1").put("type", "function").putObject("function")
                        .put("name", "f").put("arguments", text(random));
            }
            default -> message.put("content", text(random));
        }
    }

    private static String text(Random random) {
        String[] words = {"hello ", "世界", "\n", "naïve ", "{\"a\":1}", "🙂", "  ", "1234567", "."};
        StringBuilder text = new StringBuilder();
        int count = random.nextInt(40);
        for (int i = 0; i < count; i++) {
            text.append(words[random.nextInt(words.length)]);
        }
        return text.toString();
    }
}
