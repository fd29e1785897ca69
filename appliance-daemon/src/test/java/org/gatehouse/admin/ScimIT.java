package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.DepartmentDraft;
import org.gatehouse.governance.KeyDraft;
import org.gatehouse.governance.NewKeyDraft;
import org.gatehouse.governance.ProjectDraft;
import org.gatehouse.governance.User;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** Joiners and leavers, as identity providers tell of them. */
@ParameterizedClass
@EnumSource(Databases.class)
final class ScimIT {
    private final Databases kind;
    @TempDir
    Path directory;
    private AdminServer server;
    private String provider;
    private String token;

    ScimIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(kind, directory);
        provider = provider("corp");
        token = token(provider);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String provider(String name) {
        return server.post("/api/v1/sign-on", "{\"name\":\"" + name + "\",\"kind\":\"oidc\",\"oidc\":{\"issuer\":"
                + "\"https://login.example.com\",\"clientId\":\"g\"},\"mappings\":["
                + "{\"group\":\"AI Admins\",\"role\":\"governance_admin\"},{\"group\":\"Audit\",\"role\":\"auditor\"}]}")
                .id();
    }

    private String token(String id) {
        AdminServer.Reply reply = server.post("/api/v1/sign-on/" + id + "/scim-token", "");
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.json().get("token").asText();
    }

    private AdminServer.Reply scim(String method, String path, @Nullable String body) {
        return server.send(method, "/scim/v2/" + path, body,
                Map.of("Authorization", "Bearer " + token, "Content-Type", "application/scim+json"));
    }

    private String joiner(String name) {
        AdminServer.Reply made = scim("POST", "Users", "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],"
                + "\"userName\":\"" + name + "\",\"externalId\":\"x-" + name
                + "\",\"active\":true,\"name\":{\"givenName\":"
                + "\"G\"},\"emails\":[{\"value\":\"" + name + "@example.com\",\"primary\":true,\"type\":\"work\"}]}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.header("content-type")).isEqualTo("application/scim+json");
        return made.id();
    }

    private String group(String name, String... members) {
        AdminServer.Reply made = scim("POST", "Groups", "{\"displayName\":\"" + name + "\",\"members\":["
                + String.join(",", List.of(members).stream().map(id -> "{\"value\":\"" + id + "\"}").toList()) + "]}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return made.id();
    }

    private User user(String id) {
        return server.governance.users().find(UUID.fromString(id)).orElseThrow();
    }

    private String roles(String id) {
        return user(id).roles().toString();
    }

    private static String patch(String operations) {
        return "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":[" + operations + "]}";
    }

    @Test
    void joinerIsFoundByNameAndHasTheRolesOfTheirGroups() {
        String id = joiner("grace");
        JsonNode found = scim("GET", "Users?filter=userName%20eq%20%22GRACE%22", null).json();
        assertThat(found.get("totalResults").asInt()).isEqualTo(1);
        assertThat(found.at("/Resources/0/emails/0/value").asText()).isEqualTo("grace@example.com");
        assertThat(scim("GET", "Users?filter=externalId%20eq%20%22x-grace%22", null).json().get("totalResults").asInt())
                .isEqualTo(1);
        assertThat(scim("GET", "Users?filter=userName%20eq%20%22nobody%22", null).json().get("totalResults").asInt())
                .isZero();
        assertThat(roles(id)).isEqualTo("[]");
        String group = group("AI Admins", id);
        assertThat(roles(id)).isEqualTo("[GOVERNANCE_ADMIN]");
        scim("PATCH", "Groups/" + group,
                patch("{\"op\":\"Remove\",\"path\":\"members[value eq \\\"" + id + "\\\"]\"}"));
        assertThat(roles(id)).isEqualTo("[]");
        scim("PATCH", "Groups/" + group,
                patch("{\"op\":\"Add\",\"path\":\"members\",\"value\":[{\"value\":\"" + id + "\"}]}"));
        assertThat(roles(id)).isEqualTo("[GOVERNANCE_ADMIN]");
        assertThat(scim("DELETE", "Groups/" + group, null).status()).isEqualTo(204);
        assertThat(roles(id)).isEqualTo("[]");
    }

    @Test
    void leaverIsOutAtOnceAndSoAreTheirKeys() {
        for (String leaving : List.of("{\"op\":\"replace\",\"path\":\"active\",\"value\":false}",
                "{\"op\":\"Replace\",\"value\":{\"active\":\"False\"}}")) {
            String name = "u" + leaving.hashCode();
            String id = joiner(name);
            String group = group("Audit", id);
            key(user(id), name);
            Map<String, String> session = server.signedIn(user(id));
            assertThat(server.as(session, "GET", "/api/v1/session", null).status()).isEqualTo(200);
            AdminServer.Reply reply = scim("PATCH", "Users/" + id, patch(leaving));
            assertThat(reply.json().get("active").asBoolean()).as(reply.text()).isFalse();
            assertThat(server.as(session, "GET", "/api/v1/session", null).status()).isEqualTo(401);
            assertThat(server.people.sessions().all(UUID.fromString(id))).isEmpty();
            assertThat(state(name)).isEqualTo("DISABLED");
            scim("PATCH", "Users/" + id, patch("{\"op\":\"replace\",\"path\":\"active\",\"value\":true}"));
            assertThat(state(name)).isEqualTo("ACTIVE");
            scim("DELETE", "Groups/" + group, null);
        }
    }

    private void key(User owner, String name) {
        Actor actor = Actor.system("test");
        var department = server.governance.departments().create(actor, DepartmentDraft.named(name)).made();
        var project = server.governance.projects().create(actor, ProjectDraft.named(department.id(), "p")).made();
        server.governance.keys().create(actor, NewKeyDraft.of(KeyDraft.named(project.id(), name)).ownedBy(owner.id()),
                null).made();
    }

    private String state(String key) {
        return server.governance.snapshots().current().credentials().values().stream()
                .filter(credential -> credential.key().name().equals(key))
                .map(credential -> credential.key().state().name()).findFirst().orElseThrow();
    }

    @Test
    void removedUserIsGoneAndOneWithKeysIsSwitchedOffForGood() {
        String plain = joiner("plain");
        assertThat(scim("DELETE", "Users/" + plain, null).status()).isEqualTo(204);
        assertThat(server.governance.users().find(UUID.fromString(plain))).isEmpty();
        String owner = joiner("owner");
        group("Audit", owner);
        key(user(owner), "k");
        assertThat(scim("DELETE", "Users/" + owner, null).status()).isEqualTo(204);
        assertThat(scim("GET", "Users/" + owner, null).status()).isEqualTo(404);
        assertThat(user(owner).active()).isFalse();
        assertThat(roles(owner)).isEqualTo("[]");
        assertThat(state("k")).isEqualTo("DISABLED");
    }

    @Test
    void providersSeeTheirOwnPeopleOnly() {
        String id = joiner("grace");
        String group = group("Audit", id);
        String mine = token;
        token = token(provider("other"));
        assertThat(scim("GET", "Users", null).json().get("totalResults").asInt()).isZero();
        assertThat(scim("GET", "Users/" + id, null).status()).isEqualTo(404);
        assertThat(scim("DELETE", "Users/" + id, null).status()).isEqualTo(404);
        assertThat(scim("PATCH", "Groups/" + group, patch("{\"op\":\"remove\",\"path\":\"members\"}")).status())
                .isEqualTo(404);
        group("AI Admins", id);
        assertThat(roles(id)).as("a group of another provider").isEqualTo("[AUDITOR]");
        token = mine;
        assertThat(scim("GET", "Users", null).json().get("totalResults").asInt()).isEqualTo(1);
    }

    @Test
    void onlyTheProvidersTokenOpensIt() {
        for (String wrong : List.of("", "ghs_wrong", server.token)) {
            token = wrong;
            assertThat(scim("GET", "Users", null).status()).isEqualTo(401);
        }
        token = token(provider);
        String before = token;
        assertThat(scim("GET", "Users", null).status()).isEqualTo(200);
        token = token(provider);
        assertThat(scim("GET", "Users", null).status()).isEqualTo(200);
        String now = token;
        token = before;
        assertThat(scim("GET", "Users", null).status()).as("the one before").isEqualTo(401);
        token = now;
        server.delete("/api/v1/sign-on/" + provider + "/scim-token");
        assertThat(scim("GET", "Users", null).status()).isEqualTo(401);
        assertThat(server.actions.records().toString()).doesNotContain(now.substring(4));
        assertThat(server.get("/api/v1/departments").status()).isEqualTo(200);
        assertThat(server.send("GET", "/api/v1/departments", null, Map.of("Authorization", "Bearer " + now)).status())
                .isEqualTo(401);
    }

    @Test
    void whatIsWrongIsToldAsTheStandardSays() {
        String id = joiner("grace");
        AdminServer.Reply twice = scim("POST", "Users", "{\"userName\":\"Grace\"}");
        assertThat(twice.status()).isEqualTo(409);
        assertThat(twice.json().get("scimType").asText()).isEqualTo("uniqueness");
        assertThat(twice.json().at("/schemas/0").asText()).endsWith(":Error");
        for (String body : List.of("{}", "[]", "{", "{\"userName\":5}", "{\"userName\":\"a\\u0000b\"}",
                "{\"userName\":\"" + "x".repeat(256) + "\"}")) {
            assertThat(scim("POST", "Users", body).status()).as(body).isEqualTo(400);
        }
        assertThat(scim("GET", "Users?filter=userName%20co%20%22x%22", null).json().get("scimType").asText())
                .isEqualTo("invalidFilter");
        assertThat(scim("GET", "Users/nonsense", null).status()).isEqualTo(404);
        assertThat(scim("GET", "Nothing", null).status()).isEqualTo(404);
        assertThat(scim("PATCH", "Users/" + id, patch("{\"op\":\"burn\"}")).status()).isEqualTo(400);
        assertThat(scim("POST", "Users", "{\"userName\":\"" + "x".repeat(2 << 20) + "\"}").status()).isEqualTo(413);
        assertThat(scim("GET", "ServiceProviderConfig", null).json().at("/patch/supported").asBoolean()).isTrue();
    }

    @Test
    void nameThatIsTakenHereGivesNobodyThatAccount() {
        User admin = server.governance.users().create(Actor.system("test"),
                org.gatehouse.governance.UserDraft.named("root").with(org.gatehouse.governance.Role.APPLIANCE_ADMIN))
                .made();
        String id = joiner("root");
        assertThat(id).isNotEqualTo(admin.id().toString());
        assertThat(user(id).name()).isEqualTo("root (corp)");
        scim("PATCH", "Users/" + id, patch("{\"op\":\"replace\",\"path\":\"active\",\"value\":false}"));
        assertThat(user(admin.id().toString()).active()).isTrue();
    }

    @Test
    void pagesAreAsTheStandardSays() {
        for (String name : List.of("a", "b", "c")) {
            joiner(name);
        }
        JsonNode page = scim("GET", "Users?startIndex=2&count=1", null).json();
        assertThat(page.get("totalResults").asInt()).isEqualTo(3);
        assertThat(page.get("itemsPerPage").asInt()).isEqualTo(1);
        assertThat(page.get("startIndex").asInt()).isEqualTo(2);
        assertThat(scim("GET", "Users?count=x", null).status()).isEqualTo(400);
    }
}
