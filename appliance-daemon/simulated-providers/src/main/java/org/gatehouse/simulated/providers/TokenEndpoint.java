package org.gatehouse.simulated.providers;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Google's OAuth 2 token endpoint for service accounts (RFC 7523): an assertion signed with RS256 becomes an access token
 * for an hour. Thread-safe.
 */
final class TokenEndpoint {
    private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private static final long HOUR = 3_600;
    private static final long SKEW = 300;

    private final ServiceAccount account;
    private final Simulation simulation;
    private final Map<String, Instant> issued = new ConcurrentHashMap<>();

    TokenEndpoint(ServiceAccount account, Simulation simulation) {
        this.account = account;
        this.simulation = simulation;
    }

    /** Whether a token came from here and is still good. */
    boolean issued(String token) {
        Instant ends = issued.get(token);
        return ends != null && simulation.clock().instant().isBefore(ends);
    }

    Reply.Whole answer(Received received) {
        String type = received.header("content-type");
        if (!received.method().equals("POST") || type == null
                || !type.startsWith("application/x-www-form-urlencoded")) {
            return refused("invalid_request", "Bad Request");
        }
        Map<String, String> form = Received.form(new String(received.body(), StandardCharsets.UTF_8));
        if (!GRANT.equals(form.get("grant_type"))) {
            return refused("unsupported_grant_type", "Invalid grant_type: " + form.get("grant_type"));
        }
        String problem = check(form.getOrDefault("assertion", ""));
        if (!problem.isEmpty()) {
            return refused("invalid_grant", problem);
        }
        String token = simulation.ids().next("ya29.simulated-", 40);
        issued.put(token, simulation.clock().instant().plusSeconds(HOUR));
        return Reply.Whole.json(200, Json.object().put("access_token", token).put("expires_in", HOUR - 1).put(
                "token_type", "Bearer"));
    }

    private String check(String assertion) {
        String[] parts = assertion.split("\\.");
        if (parts.length != 3) {
            return "Invalid JWT: Failed parsing assertion.";
        }
        try {
            JsonNode header = Json.read(Base64.getUrlDecoder().decode(parts[0]));
            JsonNode claims = Json.read(Base64.getUrlDecoder().decode(parts[1]));
            if (!(header instanceof ObjectNode) || !(claims instanceof ObjectNode)) {
                return "Invalid JWT: Failed parsing assertion.";
            }
            if (!header.path("alg").asText().equals("RS256")
                    || (header.has("kid") && !header.get("kid").asText().equals(account.keyId()))
                    || !account.signed(parts[0] + "." + parts[1], Base64.getUrlDecoder().decode(parts[2]))) {
                return "Invalid JWT Signature.";
            }
            return claims(claims);
        } catch (IllegalArgumentException e) {
            return "Invalid JWT: Failed parsing assertion.";
        }
    }

    private String claims(JsonNode claims) {
        long now = simulation.seconds();
        long issuedAt = claims.path("iat").asLong(0);
        long expires = claims.path("exp").asLong(0);
        if (!claims.path("iss").asText().equals(account.email())) {
            return "Invalid grant: account not found";
        }
        if (!claims.path("aud").asText().equals(account.tokenUri())) {
            return "Invalid JWT: audience is not this token endpoint.";
        }
        if (expires <= now || expires - issuedAt > HOUR || issuedAt > now + SKEW || issuedAt < now - HOUR - SKEW) {
            return "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check"
                    + " your iat and exp values in the JWT claim.";
        }
        if (!claims.path("scope").asText().contains("/auth/cloud-platform")) {
            return "Empty or missing scope not allowed.";
        }
        return "";
    }

    private static Reply.Whole refused(String error, String description) {
        return Reply.Whole.json(400, Json.object().put("error", error).put("error_description", description));
    }
}
