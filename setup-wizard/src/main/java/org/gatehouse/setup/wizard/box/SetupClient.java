package org.gatehouse.setup.wizard.box;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

import javax.net.ssl.SSLException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Calls the set-up API of one box. Every call ends within its deadline and gives a {@link Reply}. Thread-safe. */
public final class SetupClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration QUICK = Duration.ofSeconds(20);
    /** Checks call providers, servers and disks, one after the other. */
    private static final Duration LIVE = Duration.ofMinutes(3);
    private static final int LARGEST_ANSWER = 4 << 20;

    private final URI server;
    private final PinnedTrust trust = new PinnedTrust();
    private final HttpClient client;
    private volatile String token = "";

    /** A client of the box at an address such as {@code https://192.0.2.10:8443}. */
    public SetupClient(URI server) {
        this.server = server;
        this.client = HttpClient.newBuilder().connectTimeout(CONNECT).version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER).sslContext(trust.context()).build();
    }

    /** Trusts the certificate with this SHA-256 fingerprint, in any usual writing. */
    public void pin(String fingerprint) {
        trust.pin(fingerprint);
    }

    /** Sends this token from now on: a set-up token, or an admin token. */
    public void as(String bearer) {
        token = bearer;
    }

    /** The box's address. */
    public URI server() {
        return server;
    }

    /** Where set-up stands; strangers are told less. */
    public Reply<SetupView> view() {
        return send("GET", "", null, null, QUICK).map(SetupView::of);
    }

    /** Claims the box and goes on with the token that it gave; gives the token. */
    public Reply<String> claim(String code) {
        Reply<String> claimed = send("POST", "/claim",
                object().put("code", code).put("program", true), null, QUICK)
                .map(answer -> answer.path("token").asText(""));
        if (claimed instanceof Reply.Good<String>(String given)) {
            as(given);
        }
        return claimed;
    }

    /** Asks for a fresh claim code; whoever claims with it takes over. Needs the admin token. */
    public Reply<String> freshCode() {
        return send("POST", "/code", null, null, QUICK).map(answer -> answer.path("code").asText(""));
    }

    /** A step with what the box found that helps to answer. */
    public Reply<StepView> step(String name) {
        return send("GET", "/steps/" + name, null, null, QUICK).map(StepView::of);
    }

    /** Tries an answer; changes nothing. */
    public Reply<List<Check>> check(String name, JsonNode answer) {
        return send("POST", "/steps/" + name + "/check", object().set("answer", answer), null, LIVE)
                .map(reply -> Check.list(reply.path("checks")));
    }

    /**
     * Gives a step's answer for good.
     *
     * @param version the step's version that the answer is based on; any where null
     */
    public Reply<StepView> answer(String name, JsonNode answer, @Nullable Long version) {
        Reply<StepView> accepted = send("PUT", "/steps/" + name, object().set("answer", answer), version, LIVE)
                .map(StepView::of);
        if (accepted instanceof Reply.Good<StepView>(StepView step)) {
            // The box may show another certificate from the next connection on, and says which.
            String fresh = step.result().path("fingerprint").asText("");
            if (!fresh.isEmpty() && !trust.shown().isEmpty()) {
                trust.pin(trust.shown());
                trust.pin(fresh);
            }
        }
        return accepted;
    }

    /** Leaves a step out, for now or for good. */
    public Reply<StepView> skip(String name, String reason) {
        return send("POST", "/steps/" + name + "/skip", object().put("reason", reason), null, QUICK)
                .map(StepView::of);
    }

    /** Ends set-up. */
    public Reply<SetupView> finish() {
        return send("POST", "/finish", null, null, LIVE).map(SetupView::of);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private Reply<JsonNode> send(String method, String path, @Nullable JsonNode body, @Nullable Long version,
            Duration within) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve("/api/v1/setup" + path)).timeout(within)
                .header("Accept", "application/json");
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (version != null) {
            request.header("If-Match", "\"" + version + "\"");
        }
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json").method(method,
                    HttpRequest.BodyPublishers.ofString(body.toString()));
        }
        try {
            HttpResponse<InputStream> response = client.send(request.build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            JsonNode answer = json(response);
            return response.statusCode() < 300
                    ? new Reply.Good<>(answer)
                    : new Reply.Refused<>(Problem.of(response.statusCode(), answer));
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
