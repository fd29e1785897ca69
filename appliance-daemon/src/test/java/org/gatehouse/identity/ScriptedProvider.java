package org.gatehouse.identity;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** An OpenID Connect provider that signs its own tokens and does what a test tells it, right or wrong. */
public final class ScriptedProvider implements AutoCloseable {
    private static final String CLIENT = "gatehouse";
    private final HttpServer server;
    /** How often the keys were asked for. */
    public final AtomicInteger keyCalls = new AtomicInteger();
    /** What it says of itself; a test may change it. */
    public final Map<String, Object> metadata = new LinkedHashMap<>();
    /** Its signing key; a test may change it. */
    public volatile RSAKey key = newKey();
    /** What it puts into the next token. */
    public volatile UnaryOperator<JWTClaimsSet.Builder> claims = builder -> builder;
    /** How it signs. */
    public volatile Signing signing = this::signed;
    /** What the token endpoint answers in the place of a token; empty for a token. */
    public volatile String refusal = "";
    /** What its user info says beyond the subject. */
    public volatile Map<String, Object> userInfo = Map.of();
    private volatile String nonce = "";
    private volatile String challenge = "";
    private volatile String redirect = "";

    /** Makes a token of claims. */
    public interface Signing {
        String sign(JWTClaimsSet claims) throws JOSEException;
    }

    public ScriptedProvider() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        metadata.putAll(Map.of("issuer", issuer(), "authorization_endpoint", issuer() + "/authorize", "token_endpoint",
                issuer() + "/token", "jwks_uri", issuer() + "/keys", "userinfo_endpoint", issuer() + "/userinfo",
                "end_session_endpoint", issuer() + "/end", "response_types_supported", List.of("code"),
                "subject_types_supported", List.of("public"), "id_token_signing_alg_values_supported",
                List.of("RS256")));
        server.createContext("/.well-known/openid-configuration", exchange -> send(exchange, 200, json(metadata)));
        server.createContext("/keys", exchange -> {
            keyCalls.incrementAndGet();
            send(exchange, 200, new JWKSet(key.toPublicJWK()).toString());
        });
        server.createContext("/token", this::token);
        server.createContext("/userinfo", exchange -> {
            Map<String, Object> all = new LinkedHashMap<>(userInfo);
            all.putIfAbsent("sub", "subject-1");
            send(exchange, 200, json(all));
        });
        server.start();
    }

    public static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    public String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What a browser brings back after its user said yes: it went to that address first. */
    public Map<String, String> approve(String address) {
        Map<String, String> asked = query(address.substring(address.indexOf('?') + 1));
        nonce = asked.getOrDefault("nonce", "");
        challenge = asked.getOrDefault("code_challenge", "");
        redirect = asked.getOrDefault("redirect_uri", "");
        return Map.of("code", "code-1", "state", asked.getOrDefault("state", ""), "session_state", "x");
    }

    /** Parameters of a query or a form. */
    public static Map<String, String> query(String text) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            found.put(pair.substring(0, equals),
                    URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return found;
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> asked = query(new String(exchange.getRequestBody().readAllBytes(),
                StandardCharsets.UTF_8));
        String client = exchange.getRequestHeaders().getFirst("Authorization");
        boolean known = ("Basic " + Base64.getEncoder().encodeToString((CLIENT + ":s3cret").getBytes(
                StandardCharsets.UTF_8))).equals(client);
        if (!known || !challenge.equals(hashed(asked.getOrDefault("code_verifier", "")))
                || !redirect.equals(asked.get("redirect_uri")) || !"code-1".equals(asked.get("code"))) {
            send(exchange, 400, "{\"error\":\"invalid_grant\"}");
            return;
        }
        if (!refusal.isEmpty()) {
            send(exchange, 400, "{\"error\":\"" + refusal + "\"}");
            return;
        }
        try {
            send(exchange, 200, json(Map.of("access_token", "at", "token_type", "Bearer", "expires_in", 60, "id_token",
                    signing.sign(claims.apply(usual()).build()))));
        } catch (JOSEException e) {
            throw new IOException(e);
        }
    }

    /** The claims of a good token. */
    public JWTClaimsSet.Builder usual() {
        Instant now = Instant.now();
        return new JWTClaimsSet.Builder().issuer(issuer()).audience(CLIENT).subject("subject-1")
                .issueTime(Date.from(now)).expirationTime(Date.from(now.plusSeconds(60)))
                .claim("nonce", nonce).claim("auth_time", now.getEpochSecond()).claim("sid", "session-1")
                .claim("preferred_username", "grace").claim("email", "grace@example.com")
                .claim("email_verified", true).claim("groups", List.of("ai-admins"));
    }

    public String signed(JWTClaimsSet set) throws JOSEException {
        return signedBy(key, set);
    }

    public static String signedBy(RSAKey by, JWTClaimsSet set) throws JOSEException {
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(by.getKeyID()).build(), set);
        token.sign(new RSASSASigner(by));
        return token.serialize();
    }

    private static String hashed(String verifier) {
        byte[] bytes = java.util.HexFormat.of().parseHex(Sessions.sha256(verifier));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String json(Map<String, Object> map) {
        return com.nimbusds.jose.util.JSONObjectUtils.toJSONString(map);
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
