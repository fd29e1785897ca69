package org.gatehouse.setup.wizard.box;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;

import javax.net.ssl.SSLException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/** Calls one box over HTTP, with what this caller has to show. Every call ends within its deadline and gives a {@link Reply}. Thread-safe. */
final class BoxCalls implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final int LARGEST_ANSWER = 4 << 20;

    private final URI server;
    private final PinnedTrust trust = new PinnedTrust();
    private final HttpClient client;
    private volatile String token = "";
    private volatile String session = "";

    BoxCalls(URI server) {
        this.server = server;
        this.client = HttpClient.newBuilder().connectTimeout(CONNECT).version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER).sslContext(trust.context()).build();
    }

    URI server() {
        return server;
    }

    PinnedTrust trust() {
        return trust;
    }

    /** Sends this token from now on; none where empty. */
    void as(String bearer) {
        token = bearer;
    }

    /**
     * What a call to the API was answered with. A session that comes with the answer is kept, as a browser would.
     *
     * @param version of the thing that a change is based on; any where null
     */
    Reply<JsonNode> json(String method, String path, @Nullable JsonNode body, @Nullable Long version,
            Duration within) {
        HttpRequest.Builder request = request(path, within).header("Accept", "application/json");
        if (version != null) {
            request.header("If-Match", "\"" + version + "\"");
        }
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json").method(method,
                    HttpRequest.BodyPublishers.ofString(body.toString()));
        }
        return reply(() -> {
            HttpResponse<InputStream> response = client.send(request.build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            JsonNode answer = json(response);
            response.headers().firstValue("Set-Cookie").ifPresent(cookie -> session = cookie.replaceFirst(";.*", ""));
            return response.statusCode() < 300
                    ? new Reply.Good<>(answer)
                    : new Reply.Refused<>(Problem.of(response.statusCode(), answer));
        });
    }

    /** What a page says, whatever the status that it comes with. */
    <T> Reply<T> text(String path, Duration within, Function<HttpResponse<String>, T> read) {
        return reply(() -> new Reply.Good<>(read.apply(client.send(request(path, within).build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)))));
    }

    private HttpRequest.Builder request(String path, Duration within) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(path)).timeout(within);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (!session.isEmpty() || path.endsWith("/session")) {
            // What the console's page sends, so that the box knows that no other site's page is behind it.
            request.header("x-gatehouse-console", "1").header("Origin", server.resolve("/").toString()
                    .replaceFirst("/$", ""));
        }
        return session.isEmpty() ? request : request.header("Cookie", session);
    }

    private interface Call<T> {
        Reply<T> make() throws IOException, InterruptedException;
    }

    private <T> Reply<T> reply(Call<T> call) {
        try {
            return call.make();
        } catch (JsonProcessingException e) {
            return new Reply.Away<>("What " + server + " answers is no JSON. Is it the address of a Gatehouse?");
        } catch (SSLException e) {
            return new Reply.Away<>(untrusted(e));
        } catch (IOException e) {
            return new Reply.Away<>("No answer from " + server + ": " + reason(e)
                    + ". Is the box running there? Name its address with --url, or its directory with --data.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reply.Away<>("Stopped while waiting for " + server + ". Run this again to go on.");
        }
    }

    private static JsonNode json(HttpResponse<InputStream> response) throws IOException {
        try (InputStream body = response.body()) {
            byte[] text = body.readNBytes(LARGEST_ANSWER);
            JsonNode read = text.length == 0 ? JSON.missingNode() : JSON.readTree(text);
            return read;
        } catch (JsonProcessingException e) {
            if (response.statusCode() >= 300) {
                return JSON.missingNode();
            }
            throw e;
        }
    }

    private String untrusted(SSLException e) {
        String shown = trust.shown();
        if (shown.isEmpty()) {
            return "No TLS with " + server + ": " + e.getMessage() + ". Is it an https address?";
        }
        return "The certificate of " + server + " is not trusted. Its SHA-256 fingerprint is " + written(shown)
                + ". If the box's console shows the very same, give it with --fingerprint.";
    }

    /** In upper case with colons, as the box's console has it. */
    private static String written(String fingerprint) {
        return fingerprint.toUpperCase(Locale.ROOT).replaceAll("(..)(?!$)", "$1:");
    }

    private static String reason(IOException e) {
        return switch (e) {
            case HttpTimeoutException _ -> "it took too long";
            case ConnectException _ -> "nobody listens there";
            default -> e.getMessage() == null ? "the connection broke" : e.getMessage();
        };
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
