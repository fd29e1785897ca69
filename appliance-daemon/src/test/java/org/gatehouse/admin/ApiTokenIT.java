package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.governance.form.Json;
import org.gatehouse.store.Database;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** Tokens for programs, over HTTP: what each opens, how they end, who may make them. */
@ParameterizedClass
@EnumSource(Databases.class)
final class ApiTokenIT {
    private static final String TOKENS = "/api/v1/tokens";
    private final Databases kind;
    @TempDir
    Path directory;
    private AdminServer server;

    ApiTokenIT(Databases kind) {
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

    private Map<String, String> signedIn(Role role) {
        return server.signedIn(server.governance.users()
                .create(Actor.system("test"), UserDraft.named("who is " + role).with(role)).made());
    }

    private static String draft(String name, String access) {
        return "{\"name\":\"" + name + "\",\"access\":\"" + access + "\"}";
    }

    private JsonNode made(String name, String access) {
        AdminServer.Reply reply = server.post(TOKENS, draft(name, access));
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.json();
    }

    private int with(String secret, String method, String path, @Nullable String body) {
        return server.send(method, path, body, Map.of("Authorization", "Bearer " + secret)).status();
    }

    @ParameterizedTest
    @CsvSource({"appliance_admin,200,200,200,201,200", "governance_admin,200,200,200,201,403",
            "finance,200,403,200,403,403", "auditor,200,200,200,403,403", "metrics,403,403,403,403,403"})
    void tokenOpensWhatItsAccessSays(String access, int departments, int upstreams, int usage, int make, int target) {
        String secret = made("ci", access).get("secret").asText();
        assertThat(with(secret, "GET", "/api/v1/departments", null)).isEqualTo(departments);
        assertThat(with(secret, "GET", "/api/v1/upstreams", null)).isEqualTo(upstreams);
        assertThat(with(secret, "GET", "/api/v1/usage", null)).isEqualTo(usage);
        assertThat(with(secret, "POST", "/api/v1/departments", "{\"name\":\"Research\"}")).isEqualTo(make);
        assertThat(with(secret, "GET", "/api/v1/system/backup-target", null)).isEqualTo(target);
        assertThat(with(secret, "GET", "/api/openapi.json", null)).isEqualTo(200);
    }

    @Test
    void tokenLeadsNeitherToTheBoxsSecretsNorToAnotherWayIn() {
        String secret = made("ci", "appliance_admin").get("secret").asText();
        String passphrase = "\"passphrase\":\"correct horse battery\"";
        assertThat(with(secret, "POST", "/api/v1/system/backup", "{" + passphrase + "}")).isEqualTo(403);
        assertThat(with(secret, "PUT", "/api/v1/system/backup-target",
                "{\"kind\":\"directory\",\"directory\":\"/tmp\",\"hour\":3,\"keep\":2," + passphrase + "}"))
                .isEqualTo(403);
        assertThat(with(secret, "POST", "/api/v1/system/restore", "{\"name\":\"gatehouse\"," + passphrase + "}"))
                .isEqualTo(403);
        assertThat(with(secret, "POST", "/api/v1/system/encryption/recovery-key/show", null)).isEqualTo(403);
        assertThat(with(secret, "POST", "/api/v1/users/" + UUID.randomUUID() + "/break-glass",
                "{\"password\":\"correct horse battery\"}")).isEqualTo(403);
        assertThat(with(secret, "GET", "/api/v1/system/backup", null)).isEqualTo(200);
    }

    @Test
    void trailNamesTheTokenAndNeverHoldsItsSecret() {
        JsonNode made = made("Terraform", "governance_admin");
        String secret = made.get("secret").asText();
        assertThat(secret).matches("ght_[A-Za-z0-9_-]{43}");
        AdminRecord making = server.actions.records().getLast();
        assertThat(making.objectType() + "." + making.action()).isEqualTo("tokens.create");
        assertThat(making.after()).contains("Terraform", "governance_admin");
        with(secret, "POST", "/api/v1/departments", "{\"name\":\"Research\"}");
        assertThat(server.actions.records().getLast().actor()).isEqualTo("token:Terraform");
        JsonNode me = server.send("GET", "/api/v1/session", null, Map.of("Authorization", "Bearer " + secret)).json();
        assertThat(me.get("name").asText()).isEqualTo("Terraform");
        assertThat(me.get("permissions").toString()).contains("manage_people").doesNotContain("operate");
        assertThat(server.delete(TOKENS + "/" + made.at("/token/id").asText()).status()).isEqualTo(204);
        AdminRecord gone = server.actions.records().getLast();
        assertThat(gone.objectType() + "." + gone.action()).isEqualTo("tokens.delete");
        assertThat(gone.before()).contains("Terraform");
        assertThat(server.actions.records().toString()).doesNotContain(secret);
    }

    @Test
    void listSaysWhoMadeWhatForHowLongWithoutSecrets() {
        made("b", "metrics");
        Instant end = Instant.now().plus(Duration.ofDays(30)).truncatedTo(ChronoUnit.SECONDS);
        Map<String, String> ada = signedIn(Role.GOVERNANCE_ADMIN);
        assertThat(server.as(ada, "POST", TOKENS, "{\"name\":\"a\",\"access\":\"finance\",\"expiresAt\":\"" + end
                + "\"}").status()).isEqualTo(201);
        AdminServer.Reply reply = server.get(TOKENS);
        JsonNode list = reply.json().get("items");
        assertThat(list.findValuesAsText("name")).containsExactly("a", "b");
        assertThat(list.findValuesAsText("access")).containsExactly("finance", "metrics");
        assertThat(list.findValuesAsText("createdBy")).containsExactly("who is GOVERNANCE_ADMIN", "token:first");
        assertThat(Instant.parse(list.at("/0/expiresAt").asText())).isEqualTo(end);
        assertThat(list.at("/1/expiresAt").isNull()).isTrue();
        assertThat(reply.text()).doesNotContain("ght_", "secret", "sha256");
    }

    @Test
    void tokenThatIsTakenAwayOpensNothingFromThenOn() {
        JsonNode made = made("ci", "auditor");
        String secret = made.get("secret").asText();
        String path = TOKENS + "/" + made.at("/token/id").asText();
        assertThat(with(secret, "GET", "/api/v1/departments", null)).isEqualTo(200);
        assertThat(server.delete(path).status()).isEqualTo(204);
        assertThat(with(secret, "GET", "/api/v1/departments", null)).isEqualTo(401);
        assertThat(server.delete(path).status()).isEqualTo(404);
        assertThat(server.get(TOKENS).json().get("items")).isEmpty();
        // Its name is free again, and the one that was is not back.
        made("ci", "auditor");
        assertThat(with(secret, "GET", "/api/v1/departments", null)).isEqualTo(401);
    }

    @Test
    void tokenEndsAtItsTimeAndIsStillListed() {
        Instant end = Instant.now().plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.SECONDS);
        String secret = server.post(TOKENS, "{\"name\":\"ci\",\"access\":\"auditor\",\"expiresAt\":\"" + end + "\"}")
                .json().get("secret").asText();
        server.tokenClock.set(end.minusSeconds(1));
        assertThat(with(secret, "GET", "/api/v1/departments", null)).isEqualTo(200);
        server.tokenClock.set(end);
        assertThat(with(secret, "GET", "/api/v1/departments", null)).isEqualTo(401);
        assertThat(server.get(TOKENS).json().at("/items/0/name").asText()).isEqualTo("ci");
    }

    @Test
    void nobodyMakesOrTakesAwayATokenThatMayMoreThanThemselves() {
        Map<String, String> governance = signedIn(Role.GOVERNANCE_ADMIN);
        for (String access : List.of("appliance_admin", "auditor")) {
            AdminServer.Reply reply = server.as(governance, "POST", TOKENS, draft("x", access));
            assertThat(reply.status()).isEqualTo(403);
            assertThat(reply.json().get("detail").asText()).contains(access, "you may not");
        }
        for (String access : List.of("governance_admin", "finance", "metrics")) {
            assertThat(server.as(governance, "POST", TOKENS, draft(access, access)).status()).isEqualTo(201);
        }
        String mightier = TOKENS + "/" + made("mightier", "appliance_admin").at("/token/id").asText();
        assertThat(server.as(governance, "DELETE", mightier, null).status()).isEqualTo(403);
        assertThat(server.as(signedIn(Role.APPLIANCE_ADMIN), "DELETE", mightier, null).status()).isEqualTo(204);
        assertThat(server.as(signedIn(Role.AUDITOR), "GET", TOKENS, null).status()).isEqualTo(403);
    }

    @Test
    void tokenMakesNoTokensAndOpensNoSession() {
        String secret = made("ci", "appliance_admin").get("secret").asText();
        AdminServer.Reply reply = server.send("POST", TOKENS, draft("another", "metrics"),
                Map.of("Authorization", "Bearer " + secret));
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.json().get("detail").asText()).contains("Sign in");
        assertThat(server.send("POST", "/api/v1/session", "{\"token\":\"" + secret + "\"}", Map.of("Authorization", "",
                "x-gatehouse-console", "1", "Origin", "http://127.0.0.1:" + server.server.port())).status())
                .isEqualTo(401);
        assertThat(server.get(TOKENS).json().get("items")).hasSize(1);
    }

    @Test
    void nameMustBeItsOwn() {
        made("ci", "metrics");
        Map<String, Integer> names = Map.of("ci", 409, "first", 409, "set-up", 409, " ci", 400, " ", 400, "", 400,
                "c\ti", 400, "CI", 201, "巡检", 201);
        names.forEach((name, status) -> {
            AdminServer.Reply reply = server.post(TOKENS,
                    "{\"name\":" + Json.text(TextNode.valueOf(name)) + ",\"access\":\"metrics\"}");
            assertThat(reply.status()).as(name + " " + reply.text()).isEqualTo(status);
        });
        assertThat(server.get(TOKENS).json().get("items").findValuesAsText("name")).containsExactlyInAnyOrder("ci",
                "CI", "巡检");
    }

    @Test
    void whatCannotBeIsRefused() {
        for (String rest : List.of("\"access\":\"developer\"", "\"access\":\"METRICS\"", "\"access\":null",
                "\"access\":\"metrics\",\"expiresAt\":\"2020-01-01T00:00:00Z\"",
                "\"access\":\"metrics\",\"expiresAt\":\"tomorrow\"",
                "\"access\":\"metrics\",\"secret\":\"ght_mine\"")) {
            AdminServer.Reply reply = server.post(TOKENS, "{\"name\":\"ci\"," + rest + "}");
            assertThat(reply.status()).as(reply.text()).isEqualTo(400);
            assertThat(reply.fields()).hasSize(1);
        }
    }

    @Test
    void thereAreSoManyAtMost() {
        for (int i = 0; i < ApiTokens.MOST; i++) {
            made("n" + i, "metrics");
        }
        AdminServer.Reply reply = server.post(TOKENS, draft("one more", "metrics"));
        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.json().get("detail").asText()).contains("100", "Delete");
    }

    @Test
    void whatLooksLikeOneIsNone() {
        made("ci", "appliance_admin");
        for (String wrong : List.of("ght_", "ght_wrong", "ght_0123456789012345678901234567890123456789012")) {
            assertThat(with(wrong, "GET", "/api/v1/departments", null)).as(wrong).isEqualTo(401);
            assertThat(server.actions.records().getLast().action()).isEqualTo("refuse");
        }
    }

    @Test
    void whatANewerReleaseWroteOpensNothing() {
        String secret = made("ci", "appliance_admin").get("secret").asText();
        server.fresh.database().jdbi()
                .useTransaction(handle -> handle.execute("UPDATE api_token SET access = 'NEWER'"));
        assertThat(with(secret, "GET", "/api/v1/departments", null)).isEqualTo(401);
        assertThat(server.get(TOKENS).json().get("items")).isEmpty();
    }

    @Test
    void monitoringDoesNotGoBlindWhenTheStoreIsBusy() throws Exception {
        ApiTokens tokens = new ApiTokens(server.fresh.database(), server.tokenClock, UUID::randomUUID,
                new SecureRandom());
        ApiTokens.Making made = tokens.make(Actor.system("test"), "prometheus", ApiToken.Access.METRICS,
                server.tokenClock.instant().plus(Duration.ofDays(1)));
        String secret = ((ApiTokens.Making.Done) made).secret();
        assertThat(tokens.opensMetrics(secret)).isTrue();
        CountDownLatch held = new CountDownLatch(Database.CONNECTIONS);
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        try {
            for (int i = 0; i < Database.CONNECTIONS; i++) {
                Thread.startVirtualThread(() -> server.fresh.database().jdbi().useHandle(handle -> {
                    handle.execute("SELECT 1");
                    held.countDown();
                    done.join();
                }));
            }
            held.await();
            assertThat(tokens.opensMetrics(secret)).isTrue();
            assertThat(tokens.opensMetrics("ght_" + "x".repeat(43))).as("one that it has never seen").isFalse();
            server.tokenClock.advance(Duration.ofDays(2));
            assertThat(tokens.opensMetrics(secret)).as("one that has expired meanwhile").isFalse();
        } finally {
            done.complete(true);
        }
    }
}
