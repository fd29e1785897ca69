package org.gatehouse.gateway.providers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * A client that looks at every byte: it tells a whole answer from an honest error and from a cut answer that pretends to be
 * whole. Thread-safe.
 */
final class WireClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final MediaType CONTENT = MediaType.get("application/json");

    /** It reads what came before a connection broke, as the JDK's does not. */
    private final OkHttpClient http = new OkHttpClient.Builder().retryOnConnectionFailure(false).readTimeout(PATIENCE)
            .connectionPool(new ConnectionPool(32, 1, TimeUnit.MINUTES)).build();
    private final URI base;
    private final String key;

    WireClient(URI base, String key) {
        this.base = base;
        this.key = key;
    }

    /** In which words it asks. */
    enum Dialect {
        OPENAI, ANTHROPIC, GEMINI
    }

    /** What came of a call. */
    sealed interface Outcome {
        /** The whole answer, said to be whole. */
        record Whole(String text) implements Outcome {}

        /**
         * An error in the dialect's own shape.
         *
         * @param status of HTTP; 200 when the error came in the stream
         */
        record Honest(int status, String message) implements Outcome {}

        /** Anything else: a lie. */
        record Lie(String what) implements Outcome {}
    }

    /** Asks; the request id is for the ledgers. */
    Outcome ask(Dialect dialect, String model, String said, boolean streamed, String requestId) {
        Request.Builder request = new Request.Builder().url(base.resolve(switch (dialect) {
            case OPENAI -> "/v1/chat/completions";
            case ANTHROPIC -> "/v1/messages";
            case GEMINI ->
                "/v1beta/models/" + model + (streamed ? ":streamGenerateContent?alt=sse" : ":generateContent");
        }).toString()).header("x-request-id", requestId);
        switch (dialect) {
            case OPENAI -> request.header("authorization", "Bearer " + key);
            case ANTHROPIC -> request.header("x-api-key", key).header("anthropic-version", "2023-06-01");
            case GEMINI -> request.header("x-goog-api-key", key);
        }
        String stream = streamed ? "\"stream\":true," : "";
        String messages = "\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + said
                + "\"}]}";
        request.post(RequestBody.create(switch (dialect) {
            case OPENAI -> "{" + stream + messages;
            case ANTHROPIC -> "{\"max_tokens\":1000," + stream + messages;
            case GEMINI -> "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" + said + "\"}]}]}";
        }, CONTENT));
        try (Response response = http.newCall(request.build()).execute()) {
            InputStream body = Objects.requireNonNull(response.body()).byteStream();
            return response.code() == 200 && streamed
                    ? stream(dialect, response.header("content-type", ""), body)
                    : plain(dialect, response.code(), body.readAllBytes());
        } catch (IOException e) {
            return new Outcome.Lie("nothing but a broken connection: " + e);
        }
    }

    private static Outcome plain(Dialect dialect, int status, byte[] body) throws IOException {
        String text = new String(body, StandardCharsets.UTF_8);
        JsonNode json = JSON.readTree(body);
        if (status != 200) {
            String message = error(dialect, json);
            return message.isEmpty()
                    ? new Outcome.Lie(status + " without an error: " + text)
                    : new Outcome.Honest(status, message);
        }
        String said = said(dialect, json, false);
        return !said.isEmpty() && ended(dialect, json, false)
                ? new Outcome.Whole(said)
                : new Outcome.Lie("200 without a whole answer: " + text);
    }

    private static Outcome stream(Dialect dialect, @Nullable String contentType, InputStream body) {
        if (contentType == null || !contentType.startsWith("text/event-stream")) {
            return new Outcome.Lie("no stream: " + contentType);
        }
        List<String> events = new ArrayList<>();
        boolean broken = false;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data:")) {
                    events.add(line.substring(5).strip());
                }
            }
        } catch (IOException _) {
            broken = true;
        }
        StringBuilder text = new StringBuilder();
        boolean ended = false;
        boolean done = dialect != Dialect.OPENAI;
        String error = "";
        for (String event : events) {
            if (event.equals("[DONE]")) {
                done = true;
                continue;
            }
            JsonNode json;
            try {
                json = JSON.readTree(event);
            } catch (IOException _) {
                return new Outcome.Lie("an event that is no JSON: " + event);
            }
            String wrong = error(dialect, json);
            error = wrong.isEmpty() ? error : wrong;
            text.append(said(dialect, json, true));
            ended |= ended(dialect, json, true);
        }
        if (!error.isEmpty()) {
            return ended && done && !broken
                    ? new Outcome.Lie("an error and a good end: " + events)
                    : new Outcome.Honest(200, error);
        }
        return ended && done && !broken
                ? new Outcome.Whole(text.toString())
                : new Outcome.Lie((broken ? "broken" : "cleanly closed") + " without a word: " + events);
    }

    private static String error(Dialect dialect, JsonNode json) {
        JsonNode error = json.path("error");
        boolean shaped = switch (dialect) {
            case OPENAI -> error.path("type").isTextual();
            case ANTHROPIC -> json.path("type").asText("").equals("error") && error.path("type").isTextual();
            case GEMINI -> error.path("code").isInt() && error.path("status").isTextual();
        };
        return shaped ? error.path("message").asText("") : "";
    }

    private static String said(Dialect dialect, JsonNode json, boolean streamed) {
        return switch (dialect) {
            case OPENAI -> json.path("choices").path(0).path(streamed ? "delta" : "message").path("content").asText("");
            case ANTHROPIC -> streamed
                    ? json.path("delta").path("text").asText("")
                    : json.path("content").path(0).path("text").asText("");
            case GEMINI ->
                json.path("candidates").path(0).path("content").path("parts").path(0).path("text").asText("");
        };
    }

    private static boolean ended(Dialect dialect, JsonNode json, boolean streamed) {
        return switch (dialect) {
            case OPENAI -> json.path("choices").path(0).path("finish_reason").asText("").equals("stop");
            case ANTHROPIC -> streamed
                    ? json.path("type").asText("").equals("message_stop")
                    : json.path("stop_reason").asText("").equals("end_turn");
            case GEMINI -> json.path("candidates").path(0).path("finishReason").asText("").equals("STOP");
        };
    }

    @Override
    public void close() {
        http.connectionPool().evictAll();
        http.dispatcher().executorService().shutdown();
    }
}
