package org.gatehouse.simulated.providers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import org.jspecify.annotations.Nullable;

/** A client that hides nothing: what came, and whether it came whole. */
final class Http {
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Http() {}

    /**
     * What came back.
     *
     * @param status 0 when there was no head
     * @param broken how it broke off; null when it came whole
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Answered(int status, Map<String, String> headers, byte[] body, @Nullable IOException broken) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        JsonNode json() {
            JsonNode json = Json.read(body);
            return json == null ? MissingNode.getInstance() : json;
        }
    }

    static Answered post(URI uri, String body, String... headers) throws InterruptedException {
        return send(HttpRequest.newBuilder(uri).header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)), headers);
    }

    static Answered get(URI uri, String... headers) throws InterruptedException {
        return send(HttpRequest.newBuilder(uri).GET(), headers);
    }

    static Answered send(HttpRequest.Builder request, String... headers) throws InterruptedException {
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        HttpResponse<InputStream> response;
        try {
            response = CLIENT.send(request.timeout(Duration.ofSeconds(10)).build(),
                    HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            return new Answered(0, Map.of(), new byte[0], e);
        }
        Map<String, String> received = new java.util.HashMap<>();
        response.headers().map().forEach((name, values) -> received.put(name, values.getFirst()));
        try (InputStream in = response.body()) {
            in.transferTo(body);
            return new Answered(response.statusCode(), received, body.toByteArray(), null);
        } catch (IOException e) {
            return new Answered(response.statusCode(), received, body.toByteArray(), e);
        }
    }
}
