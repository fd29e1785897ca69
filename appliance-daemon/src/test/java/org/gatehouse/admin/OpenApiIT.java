package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.alerts.Finding;
import org.gatehouse.audit.SampleCalls;
import org.gatehouse.batch.Batch;
import org.gatehouse.engines.WrittenEngines;
import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.form.Json;
import org.gatehouse.identity.ScriptedSamlProvider;
import org.gatehouse.store.Databases;
import org.gatehouse.supervisor.fleet.FleetView;
import org.gatehouse.supervisor.fleet.PlanAnswer;
import org.gatehouse.supervisor.fleet.ReplicaPhase;

import static org.assertj.core.api.Assertions.assertThat;

/** Holds what the server answers against what its own description says. */
@ParameterizedClass
@EnumSource(Databases.class)
final class OpenApiIT {
    private final Databases kind;
    private final SchemaRegistry registry = SchemaRegistry
            .withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Set<String> tried = new HashSet<>();
    @TempDir
    Path directory;
    private AdminServer server;
    private JsonNode document;

    OpenApiIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(kind, directory);
        document = server.get("/api/openapi.json").json();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void everyAnswerIsAsTheDescriptionSays() throws IOException {
        Map<String, String> ids = new HashMap<>();
        ids.put("departments", make("departments", "{\"name\":\"Research\",\"description\":\"a\\nb\"}"));
        ids.put("projects", make("projects", "{\"departmentId\":\"%s\",\"name\":\"Search\"}", ids.get("departments")));
        ids.put("users", make("users", "{\"name\":\"Ada\",\"email\":\"ada@example.com\"}"));
        ids.put("upstreams", make("upstreams", "{\"name\":\"openai\",\"baseUrl\":\"https://api.openai.com/v1\","
                + "\"apiKey\":\"sk-1\"}"));
        ids.put("models", make("models", "{\"name\":\"small\",\"targets\":[{\"upstreamId\":\"%1$s\","
                + "\"upstreamModel\":\"m-1\",\"name\":\"a\",\"abilities\":{\"vision\":false}},{\"upstreamId\":\"%1$s\","
                + "\"upstreamModel\":\"m-2\",\"name\":\"b\"}],\"route\":{\"strategy\":\"cheapest\",\"retries\":{},"
                + "\"split\":{\"name\":\"s\",\"arms\":[{\"name\":\"x\",\"share\":1,\"targets\":[\"a\"]},"
                + "{\"name\":\"y\",\"share\":0,\"targets\":[\"b\"]}]}}}", ids.get("upstreams")));
        ids.put("prices", make("prices", "{\"modelId\":\"%s\",\"upstreamId\":\"%s\",\"inputPerMillion\":\"20000\"}",
                ids.get("models"), ids.get("upstreams")));
        ids.put("limits", make("limits", "{\"scope\":{\"type\":\"organisation\"},\"kind\":\"total_tokens\","
                + "\"amount\":9}"));
        ids.put("budgets", make("budgets", "{\"scope\":{\"type\":\"user\",\"id\":\"%s\"},\"period\":\"month\","
                + "\"amount\":\"9.5\",\"hard\":false}", ids.get("users")));
        ids.put("policies", make("policies", "{\"scope\":{\"type\":\"project\",\"id\":\"%s\"},"
                + "\"recording\":{\"bodies\":\"both\"}}", ids.get("projects")));
        ids.put("keys", make("keys", "{\"projectId\":\"%s\",\"name\":\"ci\",\"ownerId\":\"%s\",\"models\":[\"small\"],"
                + "\"surfaces\":[\"embeddings\"],\"addresses\":[\"10.0.0.0/8\"],\"expiresAt\":"
                + "\"2099-01-01T00:00:00+08:00\"}", ids.get("projects"), ids.get("users")));
        ids.put("machine-clients", make("machine-clients", "{\"name\":\"robot\",\"keyId\":\"%s\",\"token\":{"
                + "\"issuer\":\"https://id.example.com\",\"audience\":\"g\",\"value\":\"robot\"}}", ids.get("keys")));
        ids.put("deployments", make("deployments", "{\"name\":\"chat\",\"publicName\":\"chat-large\","
                + "\"model\":\"/m\",\"sizing\":{\"adapterSlots\":1},\"adapters\":[{\"name\":\"legal\","
                + "\"directory\":\"/a\"}]}"));
        for (Map.Entry<String, String> one : ids.entrySet()) {
            String path = "/api/v1/" + one.getKey();
            check("GET", path, path, null);
            check("GET", path + "/{id}", path + "/" + one.getValue(), null);
            check("PATCH", path + "/{id}", path + "/" + one.getValue(), "{}");
        }
        String key = "/api/v1/keys/" + ids.get("keys");
        check("POST", "/api/v1/keys/{id}/rotate", key + "/rotate", "{}");
        check("POST", "/api/v1/playground-keys", "/api/v1/playground-keys", "{\"projectId\":\"" + ids.get("projects")
                + "\"}");
        for (String verb : List.of("disable", "enable", "revoke")) {
            check("POST", "/api/v1/keys/{id}/" + verb, key + "/" + verb, null);
        }
        check("POST", "/api/v1/upstreams/{id}/test", "/api/v1/upstreams/" + ids.get("upstreams") + "/test", "{}");
        String model = "/api/v1/models/" + ids.get("models");
        check("POST", "/api/v1/models/{id}/cache/purge", model + "/cache/purge", null);
        tryRoute(model);
        tryEngines("/api/v1/deployments/" + ids.get("deployments"));
        trySignOn();
        trySetup();
        tryPeople("/api/v1/users/" + ids.get("users"));
        tryAccess(ids);
        tryAlerts();
        check("GET", "/api/v1/settings", "/api/v1/settings", null);
        check("PATCH", "/api/v1/settings", "/api/v1/settings", "{\"auditRetentionDays\":10}");
        server.trail.append(new SampleCalls(1).completed(Instant.parse("2026-11-20T12:00:00Z")), null);
        server.latencies.ended(new SampleCalls(2).completed(Instant.now()));
        server.latencies.write();
        check("GET", "/api/v1/usage/latency", "/api/v1/usage/latency?groupBy=model,upstream&bucket=hour", null);
        check("GET", "/api/v1/limits/remaining", "/api/v1/limits/remaining", null);
        check("GET", "/api/v1/usage", "/api/v1/usage?groupBy=department,model&bucket=day"
                + "&from=2026-11-01T00:00:00Z", null);
        GpuApiIT.awaitGpus(server);
        String gpu = check("GET", "/api/v1/gpus", "/api/v1/gpus", null).at("/nodes/0/gpus/0/id").asText();
        check("GET", "/api/v1/gpus/{gpu}", "/api/v1/gpus/" + gpu, null);
        check("GET", "/api/v1/gpus/{gpu}/history", "/api/v1/gpus/" + gpu + "/history?grain=second", null);
        check("GET", "/api/v1/gpus/events", "/api/v1/gpus/events", null);
        checkModelStore();
        JsonNode found = check("GET", "/api/v1/audit", "/api/v1/audit", null);
        assertThat(found.get("items").size()).isGreaterThan(10);
        String record = "/api/v1/audit/" + found.get("items").get(0).get("record").get("id").asText();
        check("GET", "/api/v1/audit/{id}", record, null);
        check("GET", "/api/v1/audit/{id}/bodies", record + "/bodies", null);
        check("GET", "/api/v1/audit/verify", "/api/v1/audit/verify", null);
        check("GET", "/api/v1/system/status", "/api/v1/system/status", null);
        check("GET", "/api/v1/system/revision", "/api/v1/system/revision", null);
        check("GET", "/api/v1/system/certificate", "/api/v1/system/certificate", null);
        String acme = "/api/v1/system/certificate/acme";
        check("PUT", acme, acme, "{\"directory\":\"https://127.0.0.1:1/dir\",\"names\":[\"box.example.com\"]}");
        check("POST", acme + "/renew", acme + "/renew", null);
        check("DELETE", acme, acme, null);
        String target = "/api/v1/system/backup-target";
        String place = "{\"kind\":\"directory\",\"directory\":\"" + directory + "\"}";
        check("PUT", target, target, place);
        check("GET", target, target, null);
        check("POST", target + "/test", target + "/test", place);
        String brought = check("POST", target + "/run", target + "/run", null).get("name").asText();
        check("GET", target + "/files", target + "/files", null);
        check("GET", target + "/media", target + "/media", null);
        tried.add("GET " + target + "/files/{name}");
        assertThat(server.get(target + "/files/" + brought).status()).isEqualTo(200);
        check("DELETE", target, target, null);
        String machine = "/api/v1/system/machine";
        check("GET", machine, machine, null);
        check("PUT", machine, machine, "{\"name\":\"gatehouse\"}");
        check("POST", machine + "/keep", machine + "/keep", null);
        check("POST", machine + "/undo", machine + "/undo", null);
        for (String power : List.of("/restart", "/off", "/reset")) {
            check("POST", machine + power, machine + power, "{\"name\":\"another\"}");
        }
        check("POST", "/api/v1/system/restart", "/api/v1/system/restart", null);
        String encryption = "/api/v1/system/encryption";
        check("GET", encryption, encryption, null);
        check("POST", encryption + "/recovery-key/show", encryption + "/recovery-key/show", null);
        check("POST", encryption + "/recovery-key/keep", encryption + "/recovery-key/keep", "{\"key\":\"typed\"}");
        check("POST", encryption + "/recovery-key", encryption + "/recovery-key", "{}");
        check("GET", "/api/v1/system/disks", "/api/v1/system/disks", null);
        check("POST", "/api/v1/system/disks/look", "/api/v1/system/disks/look", null);
        tryUpdates();
        tryLayers();
        tryRestores();
        for (String bytes : List.of("/api/v1/system/backup", "/api/v1/system/support-bundle", "/api/v1/audit/export")) {
            tried.add("GET " + bytes);
            AdminServer.Reply reply = server.get(bytes);
            assertThat(document.get("paths").get(bytes).get("get").get("responses").get("200").get("content")
                    .has(reply.header("content-type"))).as(bytes).isTrue();
        }
        check("GET", "/api/openapi.json", "/api/openapi.json", null);
        check("GET", "/api/v1/events", "/api/v1/events?topics=nothing", null);
        JsonNode export = check("GET", "/api/v1/export", "/api/v1/export", null);
        check("POST", "/api/v1/apply", "/api/v1/apply?dryRun=true", Json.text(withoutNulls(export)));
        for (String noun : List.of("deployments", "machine-clients", "keys", "policies", "budgets", "limits", "prices",
                "models",
                "upstreams", "users",
                "projects", "departments")) {
            check("DELETE", "/api/v1/" + noun + "/{id}", "/api/v1/" + noun + "/" + ids.get(noun), null);
        }
        assertThat(tried).as("every operation was tried").containsExactlyInAnyOrderElementsOf(server.api.operations()
                .stream().map(operation -> operation.method() + " " + operation.path()).toList());
    }

    private void tryRestores() {
        String restore = "/api/v1/system/restore";
        check("GET", restore, restore, null);
        check("POST", restore + "/check", restore + "/check", "{}");
        check("POST", restore + "/fetch", restore + "/fetch", "{\"name\":\"gatehouse-20261122-030000.backup\"}");
        check("POST", restore, restore, "{\"name\":\"another\"}");
        check("DELETE", restore + "/before", restore + "/before", null);
        tried.add("PUT " + restore + "/file");
        assertThat(server.send("PUT", restore + "/file?offset=4294967296", "0123456789",
                Map.of("Content-Type", "application/octet-stream")).status()).isEqualTo(409);
        check("DELETE", restore + "/file", restore + "/file", null);
        tried.add("POST /api/v1/system/backup");
        assertThat(server.post("/api/v1/system/backup", "{\"passphrase\":\"too short\"}").status()).isEqualTo(400);
        assertThat(server.post("/api/v1/system/backup", "{\"passphrase\":\"four plain words here\"}").status())
                .isEqualTo(200);
    }

    private void tryLayers() {
        String layers = "/api/v1/system/layers";
        check("GET", layers, layers, null);
        check("GET", layers + "/media", layers + "/media", null);
        check("POST", layers + "/check", layers + "/check", "{}");
        check("POST", layers + "/download", layers + "/download", "{\"url\":\"https://example.com/x.raw\"}");
        check("POST", layers + "/install", layers + "/install", "{}");
        check("POST", layers + "/return", layers + "/return", "{\"name\":\"vllm\"}");
        check("POST", layers + "/remove", layers + "/remove", "{\"name\":\"vllm\"}");
        check("DELETE", layers + "/file", layers + "/file", null);
        tried.add("PUT " + layers + "/file");
        assertThat(server.send("PUT", layers + "/file?offset=4294967296", "0123456789",
                Map.of("Content-Type", "application/octet-stream")).status()).isEqualTo(409);
    }

    private void tryUpdates() {
        String update = "/api/v1/system/update";
        check("GET", update, update, null);
        check("GET", update + "/media", update + "/media", null);
        check("POST", update + "/check", update + "/check", "{}");
        check("POST", update + "/download", update + "/download", "{\"url\":\"https://example.com/x.bundle\"}");
        check("POST", update + "/install", update + "/install", "{}");
        check("POST", update + "/return", update + "/return", "{}");
        check("DELETE", update + "/bundle", update + "/bundle", null);
        tried.add("PUT " + update + "/bundle");
        assertThat(server.send("PUT", update + "/bundle?offset=0", "0123456789",
                Map.of("Content-Type", "application/octet-stream")).status()).isEqualTo(409);
    }

    private void tryPeople(String user) {
        Map<String, String> console = Map.of("Authorization", "", "x-gatehouse-console", "1", "Origin",
                "http://127.0.0.1:" + server.server.port());
        String session = "/api/v1/session";
        check("GET", session, session, null);
        check("GET", session + "/options", session + "/options", null);
        check("POST", session, session, "{\"username\":\"nobody\",\"password\":\"wrong\"}", console);
        String token = "{\"token\":\"" + server.token + "\"}";
        check("POST", session, session, token, console);
        String cookie = server.people.sessions()
                .open(org.gatehouse.identity.Session.Opening.withToken("first", "", "")).cookie();
        check("GET", session, session, null, server.console(cookie));
        check("POST", session + "/confirm", session + "/confirm", token, server.console(cookie));
        cookie = server.people.sessions().open(org.gatehouse.identity.Session.Opening.withToken("first", "", ""))
                .cookie();
        String open = check("GET", "/api/v1/sessions", "/api/v1/sessions", null).at("/items/1/id").asText();
        check("DELETE", "/api/v1/sessions/{id}", "/api/v1/sessions/" + open, null);
        check("DELETE", session, session, null, server.console(cookie));
        String program = check("POST", "/api/v1/tokens", "/api/v1/tokens",
                "{\"name\":\"ci\",\"access\":\"metrics\",\"expiresAt\":null}").at("/token/id").asText();
        check("GET", "/api/v1/tokens", "/api/v1/tokens", null);
        check("DELETE", "/api/v1/tokens/{id}", "/api/v1/tokens/" + program, null);
        String password = "/break-glass";
        check("POST", "/api/v1/users/{id}" + password, user + password, "{\"password\":\"four plain words here\"}");
        check("DELETE", "/api/v1/users/{id}" + password, user + password, null);
    }

    private void tryAccess(Map<String, String> ids) {
        String path = "/api/v1/access-requests";
        String project = make("projects", "{\"departmentId\":\"%s\",\"name\":\"Bound\",\"models\":[]}",
                ids.get("departments"));
        for (String verb : List.of("approve", "decline", "withdraw")) {
            server.patch("/api/v1/projects/" + project, "{\"models\":[]}");
            String one = path + "/" + make("access-requests", "{\"projectId\":\"%s\",\"model\":\"small\","
                    + "\"reason\":\"a\\nb\",\"requesterId\":\"%s\"}", project, ids.get("users"));
            check("GET", path + "/{id}", one, null);
            check("POST", path + "/{id}/" + verb, one + "/" + verb,
                    verb.equals("withdraw") ? null : "{\"note\":\"n\"}");
        }
        check("GET", path, path, null);
        check("GET", "/api/v1/catalogue", "/api/v1/catalogue?project=" + project, null);
    }

    private void tryAlerts() {
        String rule = make("alert-rules", "{\"name\":\"disk\",\"kind\":\"disk_space\",\"threshold\":80}");
        String destination = make("alert-destinations", "{\"name\":\"pager\",\"url\":\"http://127.0.0.1:1/\","
                + "\"privateAddressesAllowed\":true,\"secret\":\"sixteen letters or more\"}");
        check("POST", "/api/v1/alert-destinations/{id}/test", "/api/v1/alert-destinations/" + destination + "/test",
                null);
        server.wrong.put(AlertKind.DISK_SPACE, List.of(new Finding("d", "disk", 90, "It is full. Make room.")));
        server.alerts.look();
        String alert = check("GET", "/api/v1/alerts", "/api/v1/alerts", null).at("/items/0/id").asText();
        check("GET", "/api/v1/alerts/{id}", "/api/v1/alerts/" + alert, null);
        check("POST", "/api/v1/alerts/{id}/acknowledge", "/api/v1/alerts/" + alert + "/acknowledge", "{}");
        for (String path : List.of("/api/v1/alert-rules/" + rule, "/api/v1/alert-destinations/" + destination)) {
            String noun = path.substring(0, path.lastIndexOf('/'));
            check("GET", noun, noun, null);
            check("GET", noun + "/{id}", path, null);
            check("PATCH", noun + "/{id}", path, "{\"enabled\":false}");
            check("DELETE", noun + "/{id}", path, null);
        }
    }

    private void trySignOn() {
        String path = "/api/v1/sign-on";
        String id = make("sign-on", "{\"name\":\"corp\",\"kind\":\"oidc\",\"privateAddressesAllowed\":true,\"oidc\":"
                + "{\"issuer\":\"http://127.0.0.1:1\",\"clientId\":\"g\"},\"mappings\":[{\"group\":\"g\",\"role\":\"finance\"}]}");
        String one = path + "/" + id;
        check("GET", path, path, null);
        check("GET", path + "/{id}", one, null);
        check("PATCH", path + "/{id}", one, "{\"title\":\"Corporate account\"}");
        check("POST", path + "/{id}/test", one + "/test", null);
        check("POST", path + "/{id}/scim-token", one + "/scim-token", null);
        check("DELETE", path + "/{id}/scim-token", one + "/scim-token", null);
        check("GET", path + "/{provider}/begin", path + "/corp/begin", null);
        check("GET", path + "/{provider}/callback", path + "/corp/callback?code=x&state=y&others=z", null);
        check("POST", path + "/{provider}/back-channel-logout", path + "/corp/back-channel-logout", "logout_token=x",
                Map.of("Content-Type", "application/x-www-form-urlencoded"));
        check("DELETE", path + "/{id}", one, null);
        trySaml();
    }

    private void trySaml() {
        ScriptedSamlProvider provider = new ScriptedSamlProvider();
        String path = "/api/v1/sign-on";
        JsonNode read = check("POST", path + "/saml-metadata", path + "/saml-metadata", Json.text(Json.tree(
                new SignOnViews.PastedMetadata(provider.metadata("https://id.example.com/sso")))));
        make("sign-on", "{\"name\":\"saml\",\"kind\":\"saml\",\"publicUrl\":\"https://box.example.com\",\"saml\":"
                + Json.text(read) + "}");
        check("GET", path, path, null);
        String metadata = path + "/{provider}/metadata";
        tried.add("GET " + metadata);
        assertThat(document.get("paths").get(metadata).get("get").get("responses").get("200").get("content")
                .has(server.get(path + "/saml/metadata").header("content-type"))).isTrue();
        check("POST", path + "/{provider}/acs", path + "/saml/acs", "SAMLResponse=AAAA&RelayState=x",
                Map.of("Content-Type", "application/x-www-form-urlencoded"));
    }

    private void trySetup() {
        String path = "/api/v1/setup";
        check("GET", path, path, null);
        check("POST", path + "/code", path + "/code", null);
        check("POST", path + "/claim", path + "/claim", "{\"code\":\"0000-0000\",\"program\":true}");
        String step = path + "/steps/{name}";
        String machine = path + "/steps/machine";
        check("GET", step, machine, null);
        check("POST", step + "/check", machine + "/check", "{\"answer\":{\"name\":\"box\"}}");
        check("PUT", step, machine, "{\"answer\":{\"name\":\"box\"}}");
        check("PUT", step, machine,
                "{\"answer\":{\"name\":\"box\",\"network\":{\"mode\":\"dhcp\",\"device\":\"none0\"}}}");
        check("POST", step + "/skip", path + "/steps/organization/skip", "{\"reason\":\"later\"}");
        check("POST", path + "/finish", path + "/finish", null);
    }

    private void tryRoute(String model) {
        String route = "/api/v1/models/{id}/route";
        String target = server.get(model).json().at("/targets/0/id").asText();
        check("GET", route, model + "/route", null);
        server.routes.targets.put(UUID.fromString(target), new LiveRoutes.TargetFigures(9, 7, 1,
                Map.of("timeout", 1L), "closed", Duration.ZERO, 1, 0, Duration.ofMillis(200), Duration.ZERO, 50));
        server.routes.arms.add(new LiveRoutes.ArmFigures("s", "x", 1, 1, 0, 0.1, 0.5, 0.9, 1, 1, 1, 1, "undecided",
                "undecided"));
        check("POST", route + "/targets/{targetId}/reset", model + "/route/targets/" + target + "/reset", null);
        check("POST", route + "/split/promote", model + "/route/split/promote", "{\"arm\":\"y\"}");
        check("POST", route + "/split/rollback", model + "/route/split/rollback", null);
    }

    private void tryEngines(String deployment) {
        String one = "/api/v1/deployments/{id}";
        check("GET", one + "/status", deployment + "/status", null);
        server.engines.show(WrittenEngines.standing("chat", FleetView.Standing.FAILED, "chat-0: out of memory",
                ReplicaPhase.FAILED, "weights", 43));
        server.engines.write("chat-0", 1, "loading");
        check("GET", "/api/v1/deployments/status", "/api/v1/deployments/status", null);
        check("GET", one + "/status", deployment + "/status", null);
        check("GET", one + "/logs", deployment + "/logs?lines=5", null);
        String batches = "/api/v1/batches";
        String batch = batches + "/" + server.batches.write(Batch.State.IN_PROGRESS).id();
        server.batches.write(Batch.State.FAILED);
        check("GET", batches, batches + "?limit=1", null);
        check("GET", batches + "/{id}", batch, null);
        check("POST", batches + "/{id}/cancel", batch + "/cancel", null);
        check("GET", "/api/v1/cache", "/api/v1/cache", null);
        check("POST", "/api/v1/cache/purge", "/api/v1/cache/purge", null);
        check("POST", one + "/retry", deployment + "/retry", null);
        for (PlanAnswer answer : List.of(WrittenEngines.fits(), WrittenEngines.doesNotFit(),
                WrittenEngines.invalid())) {
            server.engines.plans = _ -> answer;
            check("POST", "/api/v1/deployments/plan", "/api/v1/deployments/plan",
                    "{\"name\":\"a\",\"publicName\":\"a\",\"model\":\"m\"}");
        }
    }

    private void checkModelStore() throws IOException {
        String store = "/api/v1/model-store/";
        Path source = StoredModelFiles.tiny().writeTo(directory.resolve("source"));
        String imported = check("POST", store + "imports", store + "imports",
                "{\"path\":\"" + source + "\",\"name\":\"acme/tiny\"}").get("id").asText();
        check("GET", store + "imports", store + "imports", null);
        String one = check("GET", store + "imports/{import}", store + "imports/" + imported, null).get("model")
                .asText();
        for (String verb : List.of("pause", "resume", "cancel")) {
            check("POST", store + "imports/{import}/" + verb, store + "imports/" + imported + "/" + verb, null);
        }
        check("GET", store + "models", store + "models", null);
        check("GET", store + "models/{model}", store + "models/" + one, null);
        check("POST", store + "models/{model}/verify", store + "models/" + one + "/verify", "{\"depth\":\"quick\"}");
        check("DELETE", store + "models/{model}", store + "models/" + one, null);
    }

    @Test
    void problemsAreAsTheDescriptionSays() {
        check("GET", "/api/v1/departments/{id}", "/api/v1/departments/019a0000-0000-7000-8000-000000000000", null);
        check("POST", "/api/v1/departments", "/api/v1/departments", "{\"colour\":1}");
        check("POST", "/api/v1/departments", "/api/v1/departments", "{");
        check("GET", "/api/v1/usage", "/api/v1/usage?bucket=minute&from=2020-01-01T00:00:00Z", null);
    }

    @Test
    void descriptionNamesEachOperationOnceAndRefersToNothingMissing() {
        List<String> ids = document.findValuesAsText("operationId");
        assertThat(ids).doesNotHaveDuplicates().hasSize(server.api.operations().size());
        for (String reference : document.findValuesAsText("$ref")) {
            assertThat(document.at(reference.substring(1)).isMissingNode()).as(reference).isFalse();
        }
        document.get("components").get("schemas").forEach(schema -> schema.get("properties")
                .forEach(property -> assertThat(property.has("description")).as(property.toString()).isTrue()));
    }

    private String make(String noun, String body, @Nullable Object... values) {
        JsonNode made = check("POST", "/api/v1/" + noun, "/api/v1/" + noun, String.format(body, values));
        return (made.path("key").isObject() ? made.get("key") : made).get("id").asText();
    }

    private JsonNode check(String method, String template, String path, @Nullable String body) {
        return check(method, template, path, body, Map.of());
    }

    private JsonNode check(String method, String template, String path, @Nullable String body,
            Map<String, String> headers) {
        tried.add(method + " " + template);
        AdminServer.Reply reply = server.send(method, path, body, headers);
        JsonNode operation = document.get("paths").get(template).get(method.toLowerCase(java.util.Locale.ROOT));
        if (body != null && reply.status() < 300) {
            validate(operation.get("requestBody").get("content").elements().next().get("schema"), body, template);
        }
        JsonNode response = operation.get("responses").get(String.valueOf(reply.status()));
        if (response == null) {
            assertThat(reply.status()).as(reply.text()).isGreaterThanOrEqualTo(400);
            response = document.at(operation.get("responses").get("default").get("$ref").asText().substring(1));
        }
        assertThat(reply.header("x-request-id")).isNotEmpty();
        if (!response.has("content")) {
            assertThat(reply.text()).isEmpty();
            return document;
        }
        JsonNode content = response.get("content").get(reply.header("content-type"));
        assertThat(content).as(method + " " + path + " answers " + reply.header("content-type")).isNotNull();
        validate(content.get("schema"), reply.text(), method + " " + path);
        return reply.json();
    }

    private static JsonNode withoutNulls(JsonNode tree) {
        if (tree instanceof ObjectNode object) {
            object.properties().removeIf(member -> member.getValue().isNull());
        }
        tree.forEach(OpenApiIT::withoutNulls);
        return tree;
    }

    private void validate(JsonNode schema, String text, String what) {
        ObjectNode whole = ((ObjectNode) schema).deepCopy();
        whole.set("components", document.get("components"));
        Schema compiled = registry.getSchema(Json.text(whole), InputFormat.JSON);
        List<String> errors = new ArrayList<>();
        compiled.validate(text, InputFormat.JSON,
                context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .forEach(error -> errors.add(error.toString()));
        assertThat(errors).as(what + ": " + text).isEmpty();
    }
}
