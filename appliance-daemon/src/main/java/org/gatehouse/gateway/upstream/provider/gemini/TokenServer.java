package org.gatehouse.gateway.upstream.provider.gemini;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.json.JsonTrees;
import org.gatehouse.gateway.upstream.http.AddressPolicy;
import org.gatehouse.gateway.upstream.http.Deadlines;
import org.gatehouse.gateway.upstream.http.Endpoint;
import org.gatehouse.gateway.upstream.http.RequestHeaders;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.gateway.upstream.http.UpstreamRequest;
import org.gatehouse.gateway.upstream.provider.NotAuthorizedException;

/**
 * Where a service account gets its access tokens. Asked over the gateway's own client, under the address policy of the
 * upstream: the key file names the server, and could name any. Thread-safe.
 */
final class TokenServer {
    private static final int MAX_REPLY_BYTES = 64 << 10;
    private static final Deadlines SHORT = new Deadlines(Duration.ofSeconds(5), Duration.ofSeconds(10),
            Duration.ofSeconds(5), Duration.ofSeconds(15));
    private static final RequestHeaders FORM = RequestHeaders.of("content-type", "application/x-www-form-urlencoded")
            .and("accept", "application/json");
    private static final String GRANT = "grant_type="
            + URLEncoder.encode("urn:ietf:params:oauth:grant-type:jwt-bearer", StandardCharsets.UTF_8) + "&assertion=";
    /** RFC 6749 5.1 only recommends to say it; Google's last an hour. */
    private static final long USUALLY_LASTS_SECONDS = 3600;
    private static final long LASTS_AT_MOST_SECONDS = 86_400;

    private final ServiceAccount account;
    private final Endpoint endpoint;
    private final String path;
    private final UpstreamClient client;
    private final InstantSource clock;

    /**
     * Takes whose tokens they are.
     *
     * @throws IllegalArgumentException when the account's server may not be asked
     */
    TokenServer(ServiceAccount account, AddressPolicy policy, UpstreamClient client, InstantSource clock) {
        String uri = account.tokenUri();
        int slash = uri.indexOf('/', uri.indexOf("://") + 3);
        if (slash < 0 || !uri.startsWith("https://") && (policy != AddressPolicy.ANY || !uri.startsWith("http://"))) {
            throw new IllegalArgumentException(
                    "the token_uri in its service account's key file is no https URL with a path");
        }
        this.account = account;
        this.endpoint = Endpoint.parse(uri.substring(0, slash)).withAddressPolicy(policy);
        this.path = uri.substring(slash);
        this.client = client;
        this.clock = clock;
    }

    /**
     * A token.
     *
     * @param headers that show it
     * @param ends when it is worth nothing any more
     */
    record Token(RequestHeaders headers, Instant ends) {}

    /** Asks for a token; waits 15 seconds at most. */
    Token ask() throws NotAuthorizedException {
        Instant now = clock.instant();
        byte[] form = (GRANT + account.assertion(now)).getBytes(StandardCharsets.US_ASCII);
        try (UpstreamCall call = client.newCall(endpoint, UpstreamRequest.post(path, FORM, form), SHORT)) {
            UpstreamReply reply = call.execute();
            ObjectNode answer = JsonTrees.readObject(reply.readAll(MAX_REPLY_BYTES));
            if (reply.status() == 200 && answer != null) {
                return token(answer, now);
            }
            throw refused(reply.status(), answer);
        } catch (UpstreamFailureException _) {
            throw new NotAuthorizedException(false, "its token server did not answer");
        }
    }

    private static Token token(ObjectNode answer, Instant now) throws NotAuthorizedException {
        String text = answer.path("access_token").asText("");
        long seconds = answer.path("expires_in").asLong(USUALLY_LASTS_SECONDS);
        if (!text.matches("[\\x21-\\x7e]{1,16384}") || seconds < 1) {
            throw new NotAuthorizedException(false, "its token server answered without a token");
        }
        return new Token(RequestHeaders.of("authorization", "Bearer " + text),
                now.plusSeconds(Math.min(seconds, LASTS_AT_MOST_SECONDS)));
    }

    /** RFC 6749 5.2: a wrong key is a bad request with a word for it. */
    private static NotAuthorizedException refused(int status, @Nullable ObjectNode answer) {
        String word = answer == null ? "" : answer.path("error").asText("");
        String shown = word.matches("[a-z_]{1,40}") ? "status " + status + ", " + word : "status " + status;
        return status >= 400 && status < 500 && status != 408 && status != 429
                ? new NotAuthorizedException(true, "its token server refused the service account's key (" + shown + ")")
                : new NotAuthorizedException(false, "its token server failed (" + shown + ")");
    }
}
