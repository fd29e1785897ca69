package org.gatehouse.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.gateway.upstream.http.TestAuthority;
import org.gatehouse.gateway.upstream.http.TestProxy;
import org.gatehouse.governance.form.Json;

import static org.assertj.core.api.Assertions.assertThat;

/** What the box calls outside goes by the proxy of the settings, from the moment that they name it. */
final class WayOutIT {
    private static final String NAME = "outside.example.com";
    private static final String PASSWORD = "pass word of the proxy";
    @TempDir
    Path data;
    private TestAuthority authority;
    private HttpsServer outside;
    private TestProxy proxy;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws Exception {
        authority = new TestAuthority();
        proxy = TestProxy.guarded("box", PASSWORD);
        outside = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        outside.setHttpsConfigurator(new HttpsConfigurator(authority.context(
                new GeneralName(GeneralName.dNSName, NAME), Instant.now().plus(Duration.ofDays(1)))));
        outside.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI().getPath());
            byte[] body = configuration().getBytes(StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().add("content-type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        outside.start();
    }

    @AfterEach
    void stop() throws IOException {
        outside.stop(0);
        proxy.close();
    }

    private String origin() {
        return "https://" + NAME + ":" + outside.getAddress().getPort();
    }

    private String configuration() {
        return ("{'issuer':'%1$s','authorization_endpoint':'%1$s/a','token_endpoint':'%1$s/t','jwks_uri':'%1$s/k',"
                + "'subject_types_supported':['public'],'response_types_supported':['code'],"
                + "'id_token_signing_alg_values_supported':['RS256'],'keys':[]}").formatted(origin())
                .replace('\'', '"');
    }

    private static JsonNode call(TestDaemon box, String method, String path, String body) {
        HttpResponse<String> answer = box.send(HttpRequest.newBuilder(box.uri("/api/v1/" + path))
                .timeout(Duration.ofSeconds(60)).header("authorization", "Bearer " + box.token("admin-token"))
                .header("content-type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        assertThat(answer.body()).doesNotContain(PASSWORD);
        return Json.trusted(answer.body());
    }

    private String trusting() throws IOException {
        return Json.text(com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.textNode(authority.pem()));
    }

    private static String proxyAt(int port, String more) {
        return "{\"proxy\":{\"url\":\"http://127.0.0.1:" + port + "\",\"user\":\"box\"" + more + "}";
    }

    @Test
    void webhooksUpstreamsAndSignOnProvidersGoByTheProxyAndNothingHasToBeStartedAgain() throws Exception {
        try (TestDaemon box = TestDaemon.plain(data)) {
            String hook = "alert-destinations/"
                    + call(box, "POST", "alert-destinations", "{\"name\":\"hook\",\"url\":\""
                            + origin() + "/hook\",\"trustedCertificates\":" + trusting() + "}").get("id").asText()
                    + "/test";
            String upstream = "upstreams/" + call(box, "POST", "upstreams", "{\"name\":\"out\",\"kind\":\"openai\","
                    + "\"baseUrl\":\"" + origin() + "/v1\",\"apiKey\":\"sk-x\"}").get("id").asText() + "/test";
            String signOn = "sign-on/" + call(box, "POST", "sign-on", "{\"name\":\"corp\",\"kind\":\"oidc\",\"oidc\":"
                    + "{\"issuer\":\"" + origin() + "\",\"clientId\":\"box\"},\"secret\":\"a secret of the client\","
                    + "\"trustedCertificates\":" + trusting() + "}").get("id").asText() + "/test";
            assertThat(call(box, "POST", hook, "").get("ok").asBoolean()).as("nobody knows that name").isFalse();
            assertThat(proxy.targets()).isEmpty();

            JsonNode settings = call(box, "PATCH", "settings", proxyAt(proxy.port(), "},\"proxyPassword\":\"" + PASSWORD
                    + "\""));
            assertThat(settings.get("proxyPasswordSet").asBoolean()).isTrue();
            JsonNode taken = call(box, "POST", hook, "");
            assertThat(taken.get("ok").asBoolean()).as(taken.toString()).isTrue();
            call(box, "POST", signOn, "");
            assertThat(asked).contains("/hook", "/.well-known/openid-configuration");
            int before = proxy.targets().size();
            call(box, "POST", upstream, "");
            assertThat(proxy.targets()).hasSizeGreaterThan(before)
                    .allMatch((NAME + ":" + outside.getAddress().getPort())::equals);

            call(box, "PATCH", "settings", proxyAt(proxy.port(), ",\"exceptions\":[\".example.com\"]}"));
            assertThat(call(box, "POST", hook, "").get("ok").asBoolean())
                    .as("an exception, by a name that nobody knows")
                    .isFalse();
            call(box, "PATCH", "settings", proxyAt(1, ",\"exceptions\":[]},\"proxyPassword\":\"" + PASSWORD + "\""));
            assertThat(call(box, "POST", hook, "").get("message").asText()).contains("The HTTP proxy 127.0.0.1:1");
            assertThat(box.audit("objectType=settings")).doesNotContain(PASSWORD);
        }
    }

    @Test
    void proxyOutlivesARestartAndItsPasswordGoesToNoOtherProxy() throws Exception {
        String hook;
        try (TestDaemon box = TestDaemon.plain(data)) {
            call(box, "PATCH", "settings", proxyAt(proxy.port(), "},\"proxyPassword\":\"" + PASSWORD + "\""));
            hook = "alert-destinations/" + call(box, "POST", "alert-destinations", "{\"name\":\"hook\",\"url\":\""
                    + origin() + "/hook\",\"trustedCertificates\":" + trusting() + "}").get("id").asText() + "/test";
        }
        try (TestDaemon box = TestDaemon.plain(data)) {
            assertThat(call(box, "POST", hook, "").get("ok").asBoolean()).isTrue();
            HttpResponse<String> refused = box.send(HttpRequest.newBuilder(box.uri("/api/v1/settings"))
                    .header("authorization", "Bearer " + box.token("admin-token"))
                    .header("content-type", "application/json")
                    .method("PATCH", HttpRequest.BodyPublishers.ofString(proxyAt(1, "}"))));
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("proxyPassword", "must be given again");
            JsonNode none = call(box, "PATCH", "settings", "{\"proxy\":null}");
            assertThat(none.get("proxy").isNull()).isTrue();
            assertThat(none.get("proxyPasswordSet").asBoolean()).isFalse();
        }
    }
}
