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
import org.gatehouse.alerts.TestMailServer;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.UserDraft;
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

    /** The box was set up by a version that knew of no such kind, so no rule of it is stored. */
    @Test
    void kindThatCameLaterIsLookedAtUntilThereIsARuleOfIt() {
        rule("");
        server.wrong.put(AlertKind.DISK_FAILING,
                List.of(new Finding("S1", "disk nvme0n1", 0, "It fails. Replace it.")));
        server.wrong.put(AlertKind.DISK_WEAR, List.of(new Finding("S2", "disk sda", 89, "It is worn. Wait.")));
        server.wrong.put(AlertKind.BACKUP_AGE, List.of(new Finding("backup", "backup", 400, "It is old. Take one.")));
        server.alerts.look();

        JsonNode listed = server.get("/api/v1/alerts").json().get("items");
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).get("kind").asText()).isEqualTo("disk_failing");
        assertThat(listed.get(0).get("severity").asText()).isEqualTo("critical");

        AdminServer.Reply made = server.post("/api/v1/alert-rules",
                "{\"name\":\"mine\",\"kind\":\"disk_failing\",\"enabled\":false}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        server.alerts.look();
        assertThat(server.get("/api/v1/alerts").json().get("items")).isEmpty();
    }

    /** A release that an update went back from left them. */
    @Test
    void whatALaterVersionStoredIsLeftOut() {
        rule("");
        wrong(true);
        server.fresh.database().jdbi().useTransaction(handle -> {
            handle.execute("UPDATE alert_rule SET terms = REPLACE(terms, 'breaker_open', 'of_tomorrow')");
            handle.execute("UPDATE alert SET kind = 'OF_TOMORROW'");
        });
        server.alerts.look();

        assertThat(server.get("/api/v1/alert-rules").json().get("items")).isEmpty();
        assertThat(server.get("/api/v1/alerts?state=resolved").status()).isEqualTo(200);
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

    private static final String MAIL = "{\"name\":\"post\",\"kind\":\"mail\",\"privateAddressesAllowed\":%s,\"mail\":%s%s}";

    private AdminServer.Reply mail(boolean inside, String mailServer, String more) {
        return server.post("/api/v1/alert-destinations", MAIL.formatted(inside, mailServer, more));
    }

    private static String mailServer(int port, String more) {
        return "{\"host\":\"127.0.0.1\",\"port\":" + port + ",\"from\":\"box@example.com\",\"recipients\":"
                + "[\"ops@example.com\"]" + more + "}";
    }

    @Test
    void alertGoesByMailAndIsToldOnce() throws Exception {
        try (TestMailServer post = TestMailServer.open(0)) {
            AdminServer.Reply made = mail(true, mailServer(post.port(), ",\"security\":\"none\""), "");
            assertThat(made.status()).as(made.text()).isEqualTo(201);
            JsonNode trial = server.post("/api/v1/alert-destinations/" + made.json().get("id").asText() + "/test", "")
                    .json();
            assertThat(trial.get("ok").asBoolean()).as(trial.toString()).isTrue();
            rule("");
            wrong(true);
            wrong(true);
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (post.taken().size() < 2) {
                assertThat(System.nanoTime()).as("within 30 seconds").isLessThan(end);
                TimeUnit.MILLISECONDS.sleep(5);
            }
            assertThat(post.taken()).hasSize(2);
            assertThat(post.taken().getLast().message().getSubject())
                    .isEqualTo("[warning] small at openai: It is open. Wait.");
        }
    }

    @Test
    void mailIsRefusedWhereItsWayIsNotProtected() {
        assertThat(mail(false, mailServer(25, ",\"security\":\"none\""), "").fields())
                .containsExactly("mail.host", "mail.security");
        String open = "{\"host\":\"10.1.2.3\",\"security\":\"none\",\"user\":\"box\",\"from\":\"b@example.com\","
                + "\"recipients\":[\"o@example.com\"]}";
        assertThat(mail(true, open, ",\"secret\":\"word\"").fields()).containsExactly("mail.user");
        assertThat(mail(true, mailServer(587, ",\"user\":\"box\""), "").fields()).containsExactly("secret");
        assertThat(mail(true, mailServer(587, ""), ",\"url\":\"https://example.com/\"").fields())
                .containsExactly("url");
        assertThat(mail(true, "null", "").fields()).containsExactly("mail");
    }

    @Test
    void addressesThatWouldEndAHeaderAreRefused() {
        for (String address : List.of("ops@example.com\\r\\nBcc: a@example.com", "ops@example.com, a@example.com",
                "Ops <ops@example.com>", "ops@example.com>", "ops")) {
            String to = "{\"host\":\"127.0.0.1\",\"from\":\"box@example.com\",\"recipients\":[\"%s\"]}"
                    .formatted(address);
            assertThat(mail(true, to, "").status()).as(address).isEqualTo(400);
            String from = "{\"host\":\"127.0.0.1\",\"from\":\"%s\",\"recipients\":[\"ops@example.com\"]}"
                    .formatted(address);
            assertThat(mail(true, from, "").fields()).as(address).containsExactly("mail.from");
        }
    }

    @Test
    void passwordDoesNotFollowToAnotherServer() {
        String id = mail(true, mailServer(587, ",\"user\":\"box\""), ",\"secret\":\"pass word\"").json().get("id")
                .asText();
        String path = "/api/v1/alert-destinations/" + id;
        assertThat(server.get(path).text()).doesNotContain("pass word");
        assertThat(server.get(path).json().get("secretSet").asBoolean()).isTrue();
        assertThat(server.patch(path, "{\"mail\":{\"host\":\"mail.example.net\"}}").fields())
                .containsExactly("secret");
        assertThat(server.patch(path, "{\"mail\":{\"security\":\"tls\",\"port\":465}}").fields())
                .containsExactly("secret");
        assertThat(server.patch(path, "{\"mail\":{\"recipients\":[\"a@example.com\"]}}").status()).isEqualTo(200);
        assertThat(server.patch(path, "{\"mail\":{\"host\":\"mail.example.net\"},\"secret\":\"another\"}").status())
                .isEqualTo(200);
        AdminServer.Reply anonymous = server.patch(path, "{\"mail\":{\"user\":null}}");
        assertThat(anonymous.json().get("secretSet").asBoolean()).as(anonymous.text()).isFalse();
    }

    @Test
    void whoMayNotChangeAlertsSeesOnlyTheHostOfAWebhook() {
        String secret = "https://hooks.example.com/services/T0123456/B0123456/abcdefghijklmnopqrst";
        String id = server.made("alert-destinations", Map.of("name", "chat", "url", secret));
        Map<String, String> auditor = server.signedIn(server.governance.users().create(Actor.system("test"),
                new UserDraft("Ann", null, true, List.of(Role.AUDITOR), List.of(), List.of())).made());
        for (String path : List.of("alert-destinations", "alert-destinations/" + id, "export")) {
            String seen = server.as(auditor, "GET", "/api/v1/" + path, null).text();
            assertThat(seen).as(path).contains("https://hooks.example.com/…qrst").doesNotContain("T0123456");
            assertThat(server.get("/api/v1/" + path).text()).contains(secret);
        }
        server.patch("/api/v1/alert-destinations/" + id, "{\"enabled\":false}");
        server.delete("/api/v1/alert-destinations/" + id);
        assertThat(server.actions.records().stream().filter(row -> row.objectType().equals("alert-destinations")))
                .hasSize(3).noneMatch(row -> row.toString().contains("T0123456"));
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
