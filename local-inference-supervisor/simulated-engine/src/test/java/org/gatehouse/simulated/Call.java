package org.gatehouse.simulated;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Short words for tests: asks the server and reads what comes. */
final class Call {
    static final ObjectMapper JSON = new ObjectMapper();

    private Call() {}

    /** A chat request with one user message and further fields such as {@code "n":2}. */
    static String chatBody(String text, String... fields) {
        StringBuilder body = new StringBuilder("{\"model\":\"sim\",\"messages\":[{\"role\":\"user\",\"content\":");
        body.append(quoted(text)).append("}]");
        for (String field : fields) {
            body.append(',').append(field);
        }
        return body.append('}').toString();
    }

    static String quoted(String text) {
        try {
            return JSON.writeValueAsString(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RawClient.Answer chat(SimulatedServer server, String text, String... fields) throws IOException {
        return RawClient.post(server, "/v1/chat/completions", chatBody(text, fields));
    }

    static JsonNode json(RawClient.Answer answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    static JsonNode post(SimulatedServer server, String path, String body, String... headers) throws IOException {
        return json(RawClient.post(server, path, body, headers));
    }

    /** The data of all events but the end mark, in order. */
    static List<JsonNode> events(RawClient.Answer answer) throws IOException {
        List<JsonNode> events = new ArrayList<>();
        for (String line : answer.text().split("\r?\n")) {
            if (line.startsWith("data: ") && !line.equals("data: [DONE]")) {
                events.add(JSON.readTree(line.substring(6)));
            }
        }
        return events;
    }

    /** What the deltas of choice 0 say, put together, at this pointer below the delta. */
    static String said(List<JsonNode> events, String pointer) {
        StringBuilder text = new StringBuilder();
        for (JsonNode event : events) {
            text.append(event.at("/choices/0/delta" + pointer).asText(""));
        }
        return text.toString();
    }

    /** The newest ledger line. */
    static LedgerEntry last(SimulatedServer server) {
        return server.ledger().entries().getLast();
    }
}
