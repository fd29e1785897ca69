package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

@ParameterizedClass
@EnumSource(Databases.class)
final class AdminApiIT {
    private final Databases kind;
    @TempDir
    Path directory;
    private AdminServer server;

    AdminApiIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(kind, directory);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void departmentLivesFromCreateToDelete() {
        AdminServer.Reply made = server.post("/api/v1/departments", "{\"name\":\"研究所\"}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.header("etag")).isEqualTo("\"1\"");
        String location = made.header("location");
        assertThat(location).isEqualTo("/api/v1/departments/" + made.id());
        assertThat(server.get(location).json().get("name").asText()).isEqualTo("研究所");

        AdminServer.Reply changed = server.send("PATCH", location, "{\"description\":\"x\"}",
                Map.of("If-Match", "\"1\""));
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.json().get("name").asText()).isEqualTo("研究所");
        assertThat(changed.header("etag")).isEqualTo("\"2\"");
        AdminServer.Reply stale = server.send("PATCH", location, "{\"name\":\"y\"}", Map.of("If-Match", "\"1\""));
        assertThat(stale.status()).isEqualTo(412);
        assertThat(server.patch(location, "{\"description\":null}").json().get("description").isNull()).isTrue();

        assertThat(server.delete(location).status()).isEqualTo(204);
        assertThat(server.get(location).status()).isEqualTo(404);
    }

    @Test
    void keyShowsItsSecretOnceAndCanBeAskedForAgainByItsAttempt() {
        String project = project();
        String body = "{\"projectId\":\"" + project + "\",\"name\":\"ci\",\"limits\":[{\"kind\":\"total_tokens\","
                + "\"amount\":10}],\"budgets\":[{\"period\":\"day\",\"amount\":\"1.50\"}]}";
        AdminServer.Reply first = server.send("POST", "/api/v1/keys", body, Map.of("Idempotency-Key", "a-1"));
        AdminServer.Reply again = server.send("POST", "/api/v1/keys", body, Map.of("Idempotency-Key", "a-1"));
        assertThat(first.status()).isEqualTo(201);
        assertThat(again.text()).isEqualTo(first.text());
        String secret = first.json().get("secret").asText();
        String id = first.json().get("key").get("id").asText();
        assertThat(server.get("/api/v1/keys/" + id).text()).doesNotContain(secret.substring(13));
        assertThat(server.get("/api/v1/limits?scope=" + id).json().get("items")).hasSize(1);
        assertThat(server.get("/api/v1/budgets?scope=" + id).json().get("items").get(0).get("amount").asText())
                .isEqualTo("1.5");

        AdminServer.Reply rotated = server.post("/api/v1/keys/" + id + "/rotate", "{\"overlapSeconds\":60}");
        assertThat(rotated.json().get("secret").asText()).isNotEqualTo(secret);
        assertThat(server.send("POST", "/api/v1/keys/" + id + "/rotate", null, Map.of()).status()).isEqualTo(200);
        assertThat(server.post("/api/v1/keys/" + id + "/disable", "").json().get("state").asText())
                .isEqualTo("disabled");
        assertThat(server.post("/api/v1/keys/" + id + "/enable", "{}").json().get("state").asText())
                .isEqualTo("active");
        assertThat(server.post("/api/v1/keys/" + id + "/revoke", "").json().get("state").asText())
                .isEqualTo("revoked");
        assertThat(server.post("/api/v1/keys/" + id + "/enable", "").status()).isEqualTo(409);
    }

    @Test
    void upstreamKeepsItsApiKeyToItself() {
        String id = server.made("upstreams",
                Map.of("name", "openai", "baseUrl", "https://api.openai.com/v1", "apiKey", "sk-very-secret"));
        AdminServer.Reply read = server.get("/api/v1/upstreams/" + id);
        assertThat(read.text()).doesNotContain("sk-very-secret");
        assertThat(read.json().get("apiKeySet").asBoolean()).isTrue();
        assertThat(server.post("/api/v1/upstreams/" + id + "/test", "").json().get("message").asText())
                .contains("present");
        server.patch("/api/v1/upstreams/" + id, "{\"timeouts\":{\"connectMillis\":700}}");
        assertThat(server.post("/api/v1/upstreams/" + id + "/test", "").json().get("message").asText())
                .contains("present");
        assertThat(server.get("/api/v1/upstreams/" + id).json().get("timeouts").get("connectMillis").asInt())
                .isEqualTo(700);
        server.patch("/api/v1/upstreams/" + id, "{\"apiKey\":null}");
        assertThat(server.get("/api/v1/upstreams/" + id).json().get("apiKeySet").asBoolean()).isFalse();
        assertThat(server.actions.records().toString()).doesNotContain("sk-very-secret");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"http://api.example.com/v1|https",
            "https://user:pw@example.com/v1|credentials",
            "https://127.0.0.1/v1|private", "https://[::1]/v1|private", "https://10.1.2.3/v1|private",
            "https://169.254.169.254/latest|private", "https://127.1/|must be", "https://localhost/v1|private",
            "unix:/run/x.sock|local", "ftp://example.com/|must be", "https:///v1|must be",
            "https://example.com/v1?x=1|query", "javascript:alert(1)|must be"})
    void baseUrlThatMustNotBeCalledIsRefused(String baseUrl, String why) {
        AdminServer.Reply reply = server.post("/api/v1/upstreams",
                "{\"name\":\"x\",\"baseUrl\":\"" + baseUrl + "\"}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.fields()).containsExactly("baseUrl");
        assertThat(reply.json().get("detail").asText()).contains(why);
    }

    @Test
    void listsComeInPieces() {
        for (int i = 0; i < 5; i++) {
            server.made("departments", Map.of("name", "d" + i));
        }
        JsonNode first = server.get("/api/v1/departments?limit=3").json();
        JsonNode rest = server.get("/api/v1/departments?limit=3&after=" + first.get("next").asText()).json();
        assertThat(first.get("items").findValuesAsText("name")).containsExactly("d0", "d1", "d2");
        assertThat(rest.get("items").findValuesAsText("name")).containsExactly("d3", "d4");
        assertThat(rest.get("next").isNull()).isTrue();
        assertThat(server.get("/api/v1/departments?name=d4").json().get("items")).hasSize(1);
    }

    @Test
    void settingsCanBeReadAndChanged() {
        assertThat(server.get("/api/v1/settings").json().get("currency").asText()).isEqualTo("USD");
        assertThat(server.patch("/api/v1/settings", "{\"currency\":\"CNY\"}").json().get("currency").asText())
                .isEqualTo("CNY");
        assertThat(server.patch("/api/v1/settings", "{\"currency\":\"XQX\"}").fields()).containsExactly("currency");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"`{`|", "`[]`|", "`null`|", "`42`|",
            "`{\"name\":1}`|name",
            "`{\"name\":\"a\",\"name\":\"b\"}`|name", "`{\"name\":\"a\",\"colour\":\"red\"}`|colour",
            "`{\"name\":\"a\"} trailing`|", "`{\"name\":\"a\"}{}`|", "`{}`|name", "`{\"name\":null}`|name",
            "`{\"name\":\"\"}`|name", "`{\"name\":\"a\\r\\nb\"}`|name", "`{\"name\":\"a\\u0000\"}`|name",
            "`{\"name\":\"\\ud800\"}`|name", "`{\"name\":[\"a\"]}`|name", "`{\"name\":{\"$ne\":1}}`|name",
            "`{name:\"a\"}`|", "`{\"name\":NaN}`|", "``|"})
    void malformedBodyIsRefusedAndTheMemberNamed(String body, String field) {
        AdminServer.Reply reply = server.post("/api/v1/departments", body == null ? "" : body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.header("content-type")).isEqualTo("application/problem+json");
        assertThat(reply.fields()).containsExactly(field == null ? "" : field);
        assertThat(reply.json().get("requestId").asText()).isEqualTo(reply.header("x-request-id")).isNotEmpty();
        assertThat(reply.text()).doesNotContain("jackson").doesNotContain("Exception").doesNotContain("\tat ");
    }

    @Test
    void deeplyNestedBodyIsRefused() {
        String deep = "{\"name\":" + "[".repeat(50_000) + "]".repeat(50_000) + "}";
        AdminServer.Reply reply = server.post("/api/v1/departments", deep);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().get("detail").asText()).contains("32 levels");
    }

    @Test
    void bodyOfTwoMegabytesIsRefusedAndTheServerGoesOn() {
        AdminServer.Reply reply = server.post("/api/v1/departments", "{\"name\":\"" + "x".repeat(2 << 20) + "\"}");
        assertThat(reply.status()).isEqualTo(413);
        assertThat(reply.header("x-request-id")).isNotEmpty();
        assertThat(server.get("/api/v1/departments").status()).isEqualTo(200);
    }

    @Test
    void bodyOfAnotherTypeIsRefused() {
        assertThat(server.send("POST", "/api/v1/departments", "name=x",
                Map.of("Content-Type", "application/x-www-form-urlencoded")).status()).isEqualTo(415);
        assertThat(server.send("POST", "/api/v1/departments", "name: x", Map.of("Content-Type", "application/yaml"))
                .status()).isEqualTo(415);
    }

    @Test
    void sqlInEveryStringIsJustText() {
        String sql = "'; DROP TABLE department; --";
        server.made("departments", Map.of("name", sql, "description", sql));
        String department = server.get("/api/v1/departments?name=" + java.net.URLEncoder.encode(sql,
                java.nio.charset.StandardCharsets.UTF_8)).json().get("items").get(0).get("id").asText();
        String project = server.made("projects", Map.of("departmentId", department, "name", sql));
        server.made("users", Map.of("name", sql));
        AdminServer.Reply key = server.post("/api/v1/keys",
                "{\"projectId\":\"" + project + "\",\"name\":\"" + sql + "\"}");
        assertThat(key.status()).isEqualTo(201);
        for (String path : List.of("keys?state=", "keys?publicId=", "keys?name=", "users?name=", "upstreams?name=",
                "models?name=", "projects?name=")) {
            String encoded = java.net.URLEncoder.encode("' OR '1'='1", java.nio.charset.StandardCharsets.UTF_8);
            assertThat(server.get("/api/v1/" + path + encoded).json().get("items")).as(path).isEmpty();
        }
        assertThat(server.get("/api/v1/departments/' OR '1'='1".replace(" ", "%20").replace("'", "%27")).status())
                .isEqualTo(400);
        assertThat(server.post("/api/v1/upstreams", "{\"name\":\"" + sql + "\",\"baseUrl\":\"https://a.b/\"}").fields())
                .containsExactly("name");
        assertThat(server.get("/api/v1/departments").json().get("items")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=1001", "limit=x", "limit=1&limit=2", "after=1", "colour=red", "limit=",
            "name=%00", "name=a%0d%0ab"})
    void wrongQueryParameterIsNamed(String query) {
        AdminServer.Reply reply = server.get("/api/v1/departments?" + query);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.fields()).containsExactly(query.substring(0, query.indexOf('=')));
    }

    @Test
    void unknownPathsAndMethodsSayWhatThereIs() {
        assertThat(server.get("/api/v1/nothing").status()).isEqualTo(404);
        assertThat(server.get("/api/").status()).isEqualTo(404);
        assertThat(server.get("/api").status()).isEqualTo(404);
        assertThat(server.get("/api/v1/departments/").status()).isEqualTo(404);
        assertThat(server.get("/api/v1/departments/../settings").status()).isIn(200, 404);
        AdminServer.Reply wrong = server.send("PUT", "/api/v1/departments", "{}", Map.of());
        assertThat(wrong.status()).isEqualTo(405);
        assertThat(wrong.json().get("detail").asText()).contains("GET, POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "Bearer ", "Bearer gha_wrong", "Basic YWRtaW46YWRtaW4=", "gha_",
            "Bearer ' OR '1'='1"})
    void wrongTokenIsRefusedAndRecorded(String authorization) {
        AdminServer.Reply reply = server.send("GET", "/api/v1/departments", null,
                Map.of("Authorization", authorization));
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("www-authenticate")).isEqualTo("Bearer");
        AdminRecord last = server.actions.records().getLast();
        assertThat(last.action()).isEqualTo("refuse");
        assertThat(last.address()).isEqualTo("127.0.0.1");
        assertThat(last.requestId()).isEqualTo(reply.header("x-request-id"));
    }

    @Test
    void floodOfWrongTokensIsThrottledButTheRightOneStillOpens() {
        for (int i = 0; i < 10; i++) {
            assertThat(server.send("GET", "/api/v1/departments", null, Map.of("Authorization", "Bearer x")).status())
                    .isEqualTo(401);
        }
        int recorded = server.actions.records().size();
        AdminServer.Reply throttled = server.send("GET", "/api/v1/departments", null,
                Map.of("Authorization", "Bearer x"));
        assertThat(throttled.status()).isEqualTo(429);
        assertThat(Integer.parseInt(throttled.header("retry-after"))).isBetween(1, 61);
        assertThat(server.actions.records()).hasSize(recorded);
        assertThat(server.get("/api/v1/departments").status()).isEqualTo(200);
    }

    @Test
    void unknownPathTellsAStrangerNothing() {
        assertThat(server.send("GET", "/api/v1/nothing", null, Map.of("Authorization", "")).status()).isEqualTo(401);
        assertThat(server.send("GET", "/api/openapi.json", null, Map.of("Authorization", "")).status()).isEqualTo(200);
    }

    @Test
    void tokenLiesInAFileForItsOwnerAloneAndIsStoredHashed() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("admin-token"))))
                .isEqualTo("rw-------");
        assertThat(server.token).matches("gha_[A-Za-z0-9_-]{43}");
        byte[] stored = server.fresh.database().jdbi().withHandle(handle -> handle
                .createQuery("SELECT token_sha256 FROM admin_token").mapTo(byte[].class).one());
        assertThat(stored).hasSize(32);
    }

    @Test
    void requestIdIsKeptWhenItIsHarmless() {
        assertThat(server.send("GET", "/api/v1/settings", null, Map.of("x-request-id", "mine-1"))
                .header("x-request-id")).isEqualTo("mine-1");
        assertThat(server.send("GET", "/api/v1/settings", null, Map.of("x-request-id", "a b<script>"))
                .header("x-request-id")).doesNotContain("script");
        server.send("POST", "/api/v1/departments", "{\"name\":\"a\"}", Map.of("x-request-id", "mine-2"));
        assertThat(server.actions.records().getLast().requestId()).isEqualTo("mine-2");
    }

    @Test
    void conflictsAreSaid() {
        String project = project();
        String department = server.get("/api/v1/projects/" + project).json().get("departmentId").asText();
        assertThat(server.post("/api/v1/departments", "{\"name\":\"Research\"}").status()).isEqualTo(409);
        assertThat(server.delete("/api/v1/departments/" + department).status()).isEqualTo(409);
        assertThat(server.delete("/api/v1/departments/" + department + "?cascade=true").status()).isEqualTo(204);
    }

    private String project() {
        String department = server.made("departments", Map.of("name", "Research"));
        return server.made("projects", Map.of("departmentId", department, "name", "Search"));
    }
}
