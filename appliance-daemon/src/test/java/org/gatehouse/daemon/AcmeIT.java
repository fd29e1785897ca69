package org.gatehouse.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.acme.PebbleServer;
import org.gatehouse.gateway.upstream.http.TestAuthority;
import org.gatehouse.governance.form.Json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** A certificate from a real authority, by the admin API of a whole box; what cannot be got leaves the old one in force. */
final class AcmeIT {
    private static final String NAME = "box.example.com";
    private static final String ACME = "/api/v1/system/certificate/acme";

    @TempDir
    Path data;
    @TempDir
    Path authority;

    @BeforeEach
    void pebble() {
        assumeTrue(PebbleServer.installed(), "pebble is not installed: apt install pebble");
    }

    private static ObjectNode wish(PebbleServer pebble) {
        ObjectNode wish = JsonNodeFactory.instance.objectNode().put("directory", pebble.directory())
                .put("termsAgreed", true).put("privateAddressesAllowed", true)
                .put("trustedCertificates", pebble.pem()).put("httpPort", pebble.httpPort());
        wish.putArray("names").add(NAME);
        return wish;
    }

    private static HttpResponse<String> call(TestDaemon box, String method, String path, String body) {
        return box.send(HttpRequest.newBuilder(box.uri(path)).timeout(Duration.ofMinutes(3))
                .header("authorization", "Bearer " + box.token("admin-token"))
                .header("content-type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    private static JsonNode shown(TestDaemon box) {
        return Json.trusted(call(box, "GET", "/api/v1/system/certificate", "").body());
    }

    private static void refuses(TestDaemon box, ObjectNode wish, String... why) {
        String before = shown(box).get("fingerprint").asText();
        HttpResponse<String> answer = call(box, "PUT", ACME, Json.text(wish));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
        JsonNode problem = Json.trusted(answer.body());
        assertThat(problem.get("type").asText()).contains("certificate_not_given");
        assertThat(problem.get("detail").asText()).contains(why);
        assertThat(shown(box).get("fingerprint").asText()).isEqualTo(before);
    }

    @Test
    void aCertificateIsGotShownRenewedAndOutlivesARestart() throws Exception {
        try (PebbleServer pebble = PebbleServer.start(authority)) {
            String first;
            try (TestDaemon box = TestDaemon.tls(data, "127.0.0.1", null)) {
                String own = shown(box).get("fingerprint").asText();
                HttpResponse<String> answer = call(box, "PUT", ACME, Json.text(wish(pebble)));
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                JsonNode certificate = shown(box);
                first = certificate.get("fingerprint").asText();
                assertThat(first).isNotEqualTo(own)
                        .isEqualTo(Json.trusted(answer.body()).get("fingerprint").asText());
                assertThat(box.daemon.certificateFingerprint()).contains(first);
                assertThat(Instant.parse(certificate.at("/acme/nextAttemptAt").asText())).isAfter(Instant.now())
                        .isBefore(Instant.parse(certificate.get("expiresAt").asText()));
                leadsToTls(pebble.httpPort(), box.daemon.port());
            }
            try (TestDaemon box = TestDaemon.tls(data, "127.0.0.1", null)) {
                assertThat(shown(box).get("fingerprint").asText()).isEqualTo(first);
                HttpResponse<String> renewed = call(box, "POST", ACME + "/renew", "");
                assertThat(renewed.statusCode()).as(renewed.body()).isEqualTo(200);
                assertThat(shown(box).get("fingerprint").asText()).isNotEqualTo(first);
                assertThat(box.audit("objectType=certificate")).contains("renew").doesNotContain("PRIVATE KEY");
                assertThat(call(box, "DELETE", ACME, "").statusCode()).isEqualTo(204);
                assertThat(shown(box).get("acme").isNull()).isTrue();
            }
        }
    }

    private static void leadsToTls(int plain, int secure) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String base = "http://localhost:" + plain;
            HttpResponse<String> led = client.send(HttpRequest.newBuilder(URI.create(base.replace("localhost",
                    "127.0.0.1") + "/console/")).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(led.statusCode()).isEqualTo(308);
            assertThat(led.headers().firstValue("location")).contains("https://127.0.0.1:" + secure + "/console/");
            HttpResponse<String> unasked = client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + plain
                    + "/.well-known/acme-challenge/unknown")).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(unasked.statusCode()).isEqualTo(404);
        }
    }

    @Test
    void whateverIsInTheWayIsNamedAndTheOldCertificateStays() throws Exception {
        try (PebbleServer pebble = PebbleServer.start(authority);
                TestDaemon box = TestDaemon.tls(data, "127.0.0.1", null)) {
            refuses(box, wish(pebble).put("termsAgreed", false), "agree", "termsAgreed");
            refuses(box, wish(pebble).put("privateAddressesAllowed", false), "cannot be reached");
            refuses(box, wish(pebble).put("directory", "https://127.0.0.1:1/dir"), "cannot be reached");
            refuses(box, wish(pebble).put("directory", pebble.directory() + "x"), "does not speak ACME");
            ObjectNode elsewhere = wish(pebble).put("httpPort", free());
            refuses(box, elsewhere, NAME, "It said", "port 80");
            ObjectNode forbidden = wish(pebble);
            forbidden.putArray("names").add(PebbleServer.FORBIDDEN);
            refuses(box, forbidden, "refuses", PebbleServer.FORBIDDEN);
            try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
                refuses(box, wish(pebble).put("httpPort", taken.getLocalPort()), "cannot be opened");
            }
            HttpResponse<String> wildcard = call(box, "PUT", ACME,
                    Json.text(wish(pebble).set("names", JsonNodeFactory.instance.arrayNode().add("*.example.com"))));
            assertThat(wildcard.statusCode()).isEqualTo(400);
            assertThat(call(box, "POST", ACME + "/renew", "").statusCode()).isEqualTo(409);
        }
    }

    @Test
    void renewalThatFailsIsToldAndTheOldCertificateStays() throws Exception {
        try (TestDaemon box = TestDaemon.tls(data, "127.0.0.1", null)) {
            String got;
            try (PebbleServer pebble = PebbleServer.start(authority)) {
                assertThat(call(box, "PUT", ACME, Json.text(wish(pebble))).statusCode()).isEqualTo(200);
                got = shown(box).get("fingerprint").asText();
            }
            assertThat(call(box, "POST", ACME + "/renew", "").statusCode()).isEqualTo(422);
            JsonNode after = shown(box);
            assertThat(after.get("fingerprint").asText()).isEqualTo(got);
            assertThat(after.at("/acme/lastError").asText()).contains("cannot be reached");
            assertThat(after.at("/acme/failures").asInt()).isEqualTo(1);
            assertThat(Instant.parse(after.at("/acme/nextAttemptAt").asText()))
                    .isBefore(Instant.now().plus(Duration.ofMinutes(12)));
            assertThat(call(box, "GET", "/api/v1/system/status", "").body()).contains("Its renewal at");
        }
    }

    @Test
    void anAuthorityForMembersAsksForAnAccount() throws Exception {
        try (PebbleServer pebble = PebbleServer.startForMembers(authority);
                TestDaemon box = TestDaemon.tls(data, "127.0.0.1", null)) {
            refuses(box, wish(pebble), "bindingKeyId");
            ObjectNode member = wish(pebble).put("bindingKeyId", PebbleServer.BINDING_ID)
                    .put("bindingKey", PebbleServer.BINDING_KEY);
            HttpResponse<String> answer = call(box, "PUT", ACME, Json.text(member));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body() + box.audit("objectType=certificate")).doesNotContain(PebbleServer.BINDING_KEY);
        }
    }

    @Test
    void anAuthorityThatHasBeenAskedTooOftenIsQuoted() throws Exception {
        TestAuthority trusted = new TestAuthority();
        HttpsServer busy = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        busy.setHttpsConfigurator(new HttpsConfigurator(trusted.context(
                new GeneralName(GeneralName.iPAddress, "127.0.0.1"), Instant.now().plus(Duration.ofDays(1)))));
        String base = "https://127.0.0.1:" + busy.getAddress().getPort();
        busy.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            boolean directory = exchange.getRequestURI().getPath().equals("/dir");
            boolean nonce = exchange.getRequestURI().getPath().equals("/nonce");
            byte[] body = (directory
                    ? "{\"newNonce\":\"" + base + "/nonce\",\"newAccount\":\"" + base + "/account\",\"newOrder\":\""
                            + base + "/order\"}"
                    : "{\"type\":\"urn:ietf:params:acme:error:rateLimited\",\"detail\":\"too many accounts here\"}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("content-type",
                    directory ? "application/json" : "application/problem+json");
            exchange.getResponseHeaders().add("replay-nonce", "bm9uY2U");
            exchange.sendResponseHeaders(directory ? 200 : nonce ? 204 : 429, nonce ? -1 : body.length);
            if (!nonce) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        busy.start();
        try (TestDaemon box = TestDaemon.tls(data, "127.0.0.1", null)) {
            ObjectNode wish = JsonNodeFactory.instance.objectNode().put("directory", base + "/dir")
                    .put("privateAddressesAllowed", true).put("trustedCertificates", trusted.pem())
                    .put("httpPort", free());
            wish.putArray("names").add(NAME);
            refuses(box, wish, "too often", "too many accounts here");
        } finally {
            busy.stop(0);
        }
    }

    @Test
    void setUpTakesAnAuthorityAndLeavesItForACertificateOfTheBoxsOwn() throws Exception {
        try (PebbleServer pebble = PebbleServer.start(authority);
                TestDaemon box = TestDaemon.tls(data, "127.0.0.1", null)) {
            ObjectNode acme = wish(pebble);
            acme.remove("names");
            ObjectNode answer = JsonNodeFactory.instance.objectNode().put("kind", "acme");
            answer.putArray("names").add(NAME);
            answer.set("acme", acme);
            JsonNode done = step(box, answer);
            assertThat(done.get("status").asText()).isEqualTo("done");
            assertThat(done.at("/result/changed").asBoolean()).isTrue();
            String got = shown(box).get("fingerprint").asText();
            assertThat(done.at("/result/fingerprint").asText()).isEqualTo(got);
            assertThat(step(box, answer).at("/result/changed").asBoolean()).as("the same answer again").isFalse();
            assertThat(shown(box).get("fingerprint").asText()).isEqualTo(got);

            answer.put("kind", "self_signed").putNull("acme");
            step(box, answer);
            assertThat(shown(box).get("fingerprint").asText()).isNotEqualTo(got);
            assertThat(shown(box).get("acme").isNull()).isTrue();
        }
    }

    private static JsonNode step(TestDaemon box, ObjectNode answer) {
        HttpResponse<String> reply = call(box, "PUT", "/api/v1/setup/steps/certificate",
                Json.text(JsonNodeFactory.instance.objectNode().set("answer", answer)));
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return Json.trusted(reply.body());
    }

    private static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
