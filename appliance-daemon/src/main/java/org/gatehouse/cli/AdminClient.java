package org.gatehouse.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/** Calls the admin API. Each failure is a {@link CommandFailed} that says what to do. Thread-safe. */
final class AdminClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration REPLY = Duration.ofMinutes(2);
    private static final int PAGE = 500;

    private final HttpClient client;
    private final URI server;
    private final String token;

    AdminClient(URI server, String token, @Nullable Path certificates) {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(CONNECT)
                .version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NEVER);
        if (certificates != null) {
            builder.sslContext(PinnedTrust.context(certificates));
        }
        this.client = builder.build();
        this.server = server;
        this.token = token;
    }

    JsonNode get(String path, Map<String, String> query) {
        return json(send("GET", path + encoded(query), null));
    }

    JsonNode post(String path, JsonNode body) {
        return json(send("POST", path, body));
    }

    JsonNode put(String path, JsonNode body) {
        return json(send("PUT", path, body));
    }

    JsonNode patch(String path, JsonNode body) {
        return json(send("PATCH", path, body));
    }

    /** Sends bytes as they are. */
    JsonNode putBytes(String path, Map<String, String> query, byte[] bytes, int length) {
        return json(send("PUT", path + encoded(query), "application/octet-stream",
                HttpRequest.BodyPublishers.ofByteArray(bytes, 0, length)));
    }

    void delete(String path) {
        json(send("DELETE", path, null));
    }

    /** Every item of a list, piece by piece. */
    List<JsonNode> all(String path, Map<String, String> query) {
        List<JsonNode> items = new ArrayList<>();
        Map<String, String> narrowed = new java.util.LinkedHashMap<>(query);
        narrowed.put("limit", String.valueOf(PAGE));
        while (true) {
            JsonNode page = get(path, narrowed);
            page.get("items").forEach(items::add);
            if (page.path("next").isNull() || page.path("next").isMissingNode()) {
                return items;
            }
            narrowed.put("after", page.get("next").asText());
        }
    }

    /** A long answer, read while it comes. The caller closes it. */
    InputStream stream(String path, Map<String, String> query) {
        return send("GET", path + encoded(query), null).body();
    }

    private HttpResponse<InputStream> send(String method, String path, @Nullable JsonNode body) {
        return body == null
                ? send(method, path, null, HttpRequest.BodyPublishers.noBody())
                : send(method, path, "application/json", HttpRequest.BodyPublishers.ofString(body.toString()));
    }

    private HttpResponse<InputStream> send(String method, String path, @Nullable String type,
            HttpRequest.BodyPublisher body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve("/api/v1/" + path)).timeout(REPLY)
                .header("Authorization", "Bearer " + token).method(method, body);
        if (type != null) {
            request.header("Content-Type", type);
        }
        try {
            HttpResponse<InputStream> response = client.send(request.build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() >= 300) {
                throw new CommandFailed(problem(response), response.statusCode());
            }
            return response;
        } catch (javax.net.ssl.SSLException e) {
            throw new CommandFailed("No trusted connection to " + server + ": " + untrusted(e)
                    + ". Give the box's certificate with --cacert.", e);
        } catch (IOException e) {
            throw new CommandFailed("No answer from " + server + ": " + reason(e)
                    + ". Is the daemon running there? Name another with --server.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("Interrupted while waiting for " + server + ".", e);
        }
    }

    private static String untrusted(javax.net.ssl.SSLException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("PKIX path") ? "nobody who is trusted vouches for its certificate" : message;
    }

    private static String reason(IOException e) {
        return switch (e) {
            case HttpTimeoutException _ -> "it took too long";
            case ConnectException _ -> "nobody listens there";
            default -> e.getMessage() == null ? "the connection broke" : e.getMessage();
        };
    }

    private static JsonNode json(HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            byte[] text = body.readAllBytes();
            return text.length == 0 ? JSON.nullNode() : JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CommandFailed("The answer is no JSON. Is this a Gatehouse admin address?", e);
        } catch (IOException e) {
            throw new CommandFailed("The answer broke off: " + e.getMessage() + ". Try again.", e);
        }
    }

    private static String problem(HttpResponse<InputStream> response) {
        String requestId = response.headers().firstValue("x-request-id").map(id -> " (request " + id + ")").orElse("");
        try (InputStream body = response.body()) {
            JsonNode problem = JSON.readTree(body.readNBytes(1 << 20));
            String detail = problem == null ? "" : problem.path("detail").asText("");
            if (!detail.isEmpty()) {
                return detail + requestId;
            }
        } catch (IOException _) {
            // The status says enough.
        }
        return "The server answered " + response.statusCode() + requestId + ". Is this a Gatehouse admin address?";
    }

    private static String encoded(Map<String, String> query) {
        return query.isEmpty()
                ? ""
                : query.entrySet().stream()
                        .map(entry -> entry.getKey() + "="
                                + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&", "?", ""));
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
