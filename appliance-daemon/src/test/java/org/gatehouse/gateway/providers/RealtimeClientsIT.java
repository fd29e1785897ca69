package org.gatehouse.gateway.providers;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.audit.Outcome;
import org.gatehouse.gateway.TestBox;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.listen.TrustAnybody;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

import static org.assertj.core.api.Assertions.assertThat;

/** Realtime over TLS: OpenAI's own clients, for Node and for browsers, and what HTTP/2 has to do with it. */
class RealtimeClientsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SimulatedProvider openai = SimulatedProvider.start(ProviderKind.OPENAI, ProviderOptions.usual());
    private final TestBox box;
    private final String key;

    RealtimeClientsIT(@TempDir Path directory) {
        box = TestBox.withTls(directory);
        box.model("talk", box.outside("openai", Upstream.Kind.OPENAI, openai.uri() + "/v1", "simulated-key", Map.of()),
                "gpt-realtime", ModelRoute.Tokenizer.UNKNOWN);
        key = box.key("a");
    }

    @AfterEach
    void nothingIsLeft() {
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
        box.close();
        openai.close();
    }

    @Test
    void openAisOwnClientsTalkThroughTheBox() throws IOException {
        String missing = NpmClientsIT.install();
        if (!missing.isEmpty()) {
            System.out.println("SKIPPED Realtime clients from npm: " + missing);
        }
        Assumptions.assumeTrue(missing.isEmpty(), missing);
        List<String> lines = NpmClientsIT.run(List.of("node", "talk.mjs"), JSON.writeValueAsString(Map.of("base",
                "https://127.0.0.1:" + box.port(), "key", key, "model", "talk")), Duration.ofSeconds(60)).stream()
                .filter(line -> line.startsWith("{")).toList();
        assertThat(lines).hasSize(4);
        for (int i = 0; i < 4; i += 2) {
            JsonNode heard = JSON.readTree(lines.get(i));
            assertThat(heard.path("model").asText()).as(lines.get(i)).isEqualTo("talk");
            assertThat(heard.path("text").asText()).startsWith("[simulated]");
            assertThat(heard.path("output").asInt()).isEqualTo(9);
            assertThat(heard.path("code").asInt()).isEqualTo(1000);
            assertThat(heard.has("error")).isFalse();
            JsonNode refused = JSON.readTree(lines.get(i + 1));
            assertThat(refused.path("error").asText()).as(lines.get(i + 1)).contains("401");
        }
        assertThat(box.rows.stream().filter(row -> row.status() == 200)).hasSize(2)
                .allMatch(row -> row.usage().outputTokens() == 9 && row.outcome() == Outcome.COMPLETED);
    }

    @Test
    void overHttp2ItIsSaidThatHttp1IsNeeded()
            throws GeneralSecurityException, IOException, InterruptedException {
        try (HttpClient http = trusting(HttpClient.Version.HTTP_2)) {
            HttpResponse<String> reply = http.send(
                    HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + box.port() + "/v1/realtime?model=talk"))
                            .header("authorization", "Bearer " + key).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(reply.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(reply.statusCode()).isEqualTo(426);
            assertThat(reply.body()).contains("HTTP/1.1");
        }
    }

    @Test
    void manyMessagesBothWaysAtTheSameTimeGoThroughTls() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (HttpClient http = trusting(HttpClient.Version.HTTP_1_1)) {
            WebSocket socket = http.newWebSocketBuilder().header("authorization", "Bearer " + key)
                    .buildAsync(URI.create("wss://127.0.0.1:" + box.port() + "/v1/realtime?model=talk"),
                            new WebSocket.Listener() {
                                private final StringBuilder text = new StringBuilder();

                                @Override
                                public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                                    text.append(data);
                                    if (last) {
                                        heard.add(text.toString());
                                        text.setLength(0);
                                    }
                                    from.request(1);
                                    return CompletableFuture.completedFuture(null);
                                }
                            })
                    .get(10, TimeUnit.SECONDS);
            String said = "x".repeat(20_000);
            for (int i = 0; i < 200; i++) {
                socket.sendText("{\"type\":\"conversation.item.create\",\"item\":{\"id\":\"i" + i
                        + "\",\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\""
                        + said + "\"}]}}", true).get(10, TimeUnit.SECONDS);
            }
            assertThat(heard.poll(10, TimeUnit.SECONDS)).contains("session.created");
            for (int i = 0; i < 200; i++) {
                assertThat(heard.poll(10, TimeUnit.SECONDS)).contains("\"i" + i + "\"").contains(said);
            }
            socket.sendClose(1000, "").get(10, TimeUnit.SECONDS);
        }
        TestBox.await(() -> box.rows.size() == 1, "no row of the session");
    }

    private static HttpClient trusting(HttpClient.Version version) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[]{new TrustAnybody()}, null);
        return HttpClient.newBuilder().sslContext(context).version(version).build();
    }
}
