package org.gatehouse.admin;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.alerts.Finding;
import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.form.Json;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** What is wrong becomes an alert, a signed message, a record; somebody acknowledges it, and it ends by itself. */
@ParameterizedClass
@EnumSource(Databases.class)
final class AlertApiIT {
    private static final String SECRET = "a secret of thirty-two characters";
    private final Databases kind;
    @TempDir
    Path directory;
    private AdminServer server;
    private HttpServer receiver;
    private final List<Got> got = new CopyOnWriteArrayList<>();
    private volatile int status = 204;

    private record Got(String signature, String delivery, String body) {
        JsonNode json() {
            return Json.trusted(body);
        }
    }

    AlertApiIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(kind, directory);
        receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        receiver.createContext("/", exchange -> {
            got.add(new Got(String.valueOf(exchange.getRequestHeaders().getFirst("x-gatehouse-signature")),
                    String.valueOf(exchange.getRequestHeaders().getFirst("x-gatehouse-delivery")),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            exchange.getResponseHeaders().add("location", "http://127.0.0.1:1/elsewhere");
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
        server.close();
    }

    private String url() {
        return "http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook?key=1";
    }

    private String destination(String name) {
        return server.made("alert-destinations", Map.of("name", name, "url", url(), "privateAddressesAllowed", true,
                "secret", SECRET));
    }

    private void rule(String more) {
        AdminServer.Reply made = server.post("/api/v1/alert-rules",
                "{\"name\":\"breaker\",\"kind\":\"breaker_open\",\"calmSeconds\":0" + more + "}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
    }

    private void wrong(boolean wrong) {
        server.wrong.put(AlertKind.BREAKER_OPEN,
                wrong ? List.of(new Finding("t1", "small at openai", 0, "It is open. Wait.")) : List.of());
        server.alerts.look();
    }

    private List<Got> messages(int count) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (got.size() < count) {
            assertThat(System.nanoTime()).as("within ten seconds: %s", got).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThat(got).hasSize(count);
        return got;
    }

    @Test
    void alertIsToldSignedAcknowledgedAndEnds() throws Exception {
        destination("pager");
        rule("");
        wrong(true);
        Got first = messages(1).getFirst();
        assertThat(first.json().get("event").asText()).isEqualTo("open");
        assertThat(first.json().at("/alert/about").asText()).isEqualTo("small at openai");
        String stamp = first.signature().substring(2, first.signature().indexOf(','));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        assertThat(first.signature()).isEqualTo("t=" + stamp + ",v1=" + HexFormat.of()
                .formatHex(mac.doFinal((stamp + "." + first.body()).getBytes(StandardCharsets.UTF_8))));

        JsonNode listed = server.get("/api/v1/alerts").json().get("items");
        assertThat(listed).hasSize(1);
        String path = "/api/v1/alerts/" + listed.get(0).get("id").asText();
        assertThat(server.post(path + "/acknowledge", "{\"note\":\"mine\"}").json().get("state").asText())
                .isEqualTo("acknowledged");
        AdminServer.Reply second = server.post(path + "/acknowledge", "{}");
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.text()).contains("token:");

        wrong(false);
        assertThat(messages(2).getLast().json().get("event").asText()).isEqualTo("resolved");
        JsonNode over = server.get(path).json();
        assertThat(over.get("state").asText()).isEqualTo("resolved");
        assertThat(over.get("note").asText()).isEqualTo("mine");
        assertThat(server.get("/api/v1/alerts").json().get("items")).isEmpty();
        assertThat(server.get("/api/v1/alerts?state=resolved").json().get("items")).hasSize(1);
        assertThat(server.actions.records().stream().filter(row -> row.objectType().equals("alerts"))
                .map(row -> row.action())).containsExactly("open", "acknowledge", "resolve");
    }

    @Test
    void ruleTellsWhomItNamesAndDestinationsHearWhatMattersEnough() throws InterruptedException {
        destination("named");
        destination("other");
        rule(",\"destinations\":[\"named\"]");
        wrong(true);
        messages(1);
        String named = server.get("/api/v1/alert-destinations?name=named").json().at("/items/0/id").asText();
        assertThat(server.delete("/api/v1/alert-destinations/" + named).status()).as("a rule names it").isEqualTo(409);
        assertThat(server.patch("/api/v1/alert-destinations/" + named,
                "{\"name\":\"renamed\",\"leastSeverity\":\"critical\"}").status()).isEqualTo(200);
        assertThat(server.get("/api/v1/alert-rules").json().at("/items/0/destinations/0").asText())
                .isEqualTo("renamed");
        wrong(false);
        TimeUnit.MILLISECONDS.sleep(100);
        messages(1);
    }

    @Test
    void destinationCanBeTriedAndRedirectsAreNotFollowed() {
        String id = destination("pager");
        String test = "/api/v1/alert-destinations/" + id + "/test";
        assertThat(server.post(test, "").json().get("ok").asBoolean()).isTrue();
        assertThat(got.getFirst().json().get("event").asText()).isEqualTo("test");
        status = 302;
        JsonNode refused = server.post(test, "").json();
        assertThat(refused.get("ok").asBoolean()).isFalse();
        assertThat(refused.get("message").asText()).contains("302");
        assertThat(got).hasSize(2);
    }

    @Test
    void privateAddressesAreRefusedUnlessAllowed() {
        AdminServer.Reply refused = server.post("/api/v1/alert-destinations",
                "{\"name\":\"a\",\"url\":\"https://127.0.0.1/x\"}");
        assertThat(refused.fields()).containsExactly("url");
        // A name tells nothing of its address until it is called.
        String id = server.made("alert-destinations",
                Map.of("name", "b", "url", "https://localtest.example.invalid/x"));
        JsonNode trial = server.post("/api/v1/alert-destinations/" + id + "/test", "").json();
        assertThat(trial.get("ok").asBoolean()).isFalse();
    }

    @Test
    void secretsAreNeverShownAndShortOnesAreRefused() {
        String id = destination("pager");
        for (String path : List.of("alert-destinations/" + id, "export", "audit")) {
            assertThat(server.get("/api/v1/" + path).text()).doesNotContain(SECRET);
        }
        assertThat(server.patch("/api/v1/alert-destinations/" + id, "{\"enabled\":false}").json().get("secretSet")
                .asBoolean()).isTrue();
        assertThat(server.patch("/api/v1/alert-destinations/" + id, "{\"secret\":\"short\"}").fields())
                .containsExactly("secret");
        assertThat(server.patch("/api/v1/alert-destinations/" + id, "{\"secret\":null}").json().get("secretSet")
                .asBoolean()).isFalse();
    }

    @Test
    void rulesAndDestinationsComeBackFromTheExport() {
        destination("pager");
        rule(",\"destinations\":[\"pager\"]");
        String exported = server.get("/api/v1/export").text();
        JsonNode again = server.post("/api/v1/apply?dryRun=true", exported).json();
        assertThat(again.get("updated").asInt()).as(again.toString()).isZero();
        server.delete("/api/v1/alert-rules/" + server.get("/api/v1/alert-rules").json().at("/items/0/id").asText());
        assertThat(server.post("/api/v1/apply", exported).json().get("created").asInt()).isEqualTo(1);
    }

    @Test
    void thresholdsBelongToTheirKinds() {
        assertThat(server.post("/api/v1/alert-rules", "{\"name\":\"a\",\"kind\":\"budget\"}").fields())
                .containsExactly("threshold");
        assertThat(server.post("/api/v1/alert-rules", "{\"name\":\"a\",\"kind\":\"trail\",\"threshold\":1}").fields())
                .containsExactly("threshold");
        assertThat(server.post("/api/v1/alert-rules",
                "{\"name\":\"a\",\"kind\":\"trail\",\"destinations\":[\"nobody\"]}").fields())
                .containsExactly("destinations[0]");
        assertThat(server.post("/api/v1/alerts/" + UUID.randomUUID() + "/acknowledge", "{}").status()).isEqualTo(404);
    }
}
