package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.DepartmentDraft;
import org.gatehouse.governance.ProjectDraft;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.governance.form.Json;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** A signed-in person tries models without a key at hand: on behalf of a project, for minutes, and everybody can see who it was. */
final class PlaygroundKeysIT {
    private static final Actor TEST = Actor.system("test");
    private static final String PATH = "/api/v1/playground-keys";
    @TempDir
    Path directory;
    private AdminServer server;
    private UUID search;
    private UUID helpdesk;
    private User dora;
    private Map<String, String> developer;

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(Databases.H2, directory);
        UUID research = server.governance.departments().create(TEST, DepartmentDraft.named("Research")).made().id();
        search = server.governance.projects().create(TEST, ProjectDraft.named(research, "search")).made().id();
        helpdesk = server.governance.projects().create(TEST, ProjectDraft.named(research, "helpdesk")).made().id();
        dora = server.governance.users().create(TEST,
                UserDraft.named("dora").with(Role.DEVELOPER).reaching(List.of(), List.of(search))).made();
        developer = server.signedIn(dora);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private AdminServer.Reply ask(Map<String, String> session, UUID project) {
        return server.as(session, "POST", PATH, "{\"projectId\":\"" + project + "\"}");
    }

    private JsonNode key(String id) {
        return server.get("/api/v1/keys/" + id).json();
    }

    @Test
    void keyIsTheirsForChatsOfThatProjectAndEndsByItselfWithinMinutes() {
        AdminServer.Reply reply = ask(developer, search);
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        JsonNode key = reply.json().get("key");
        assertThat(key.get("ownerId").asText()).isEqualTo(dora.id().toString());
        assertThat(key.get("projectId").asText()).isEqualTo(search.toString());
        assertThat(key.get("surfaces")).isEqualTo(Json.trusted("[\"chat.completions\"]"));
        assertThat(Instant.parse(key.get("expiresAt").asText()))
                .isBetween(Instant.now().plus(Duration.ofMinutes(10)), Instant.now().plus(Duration.ofMinutes(15)));
        assertThat(reply.json().get("secret").asText()).startsWith("ghk_" + key.get("publicId").asText());
        assertThat(server.actions.records()).anySatisfy(record -> {
            assertThat(record.actor()).isEqualTo("dora");
            assertThat(record.action()).isEqualTo("create");
            assertThat(record.objectId()).isEqualTo(key.get("id").asText());
        });
    }

    @Test
    void oneKeyServesAllVisitsAndKeepsWhatOthersSetForIt() {
        String id = ask(developer, search).json().at("/key/id").asText();
        server.patch("/api/v1/keys/" + id, "{\"addresses\":[\"127.0.0.0/8\"]}");
        JsonNode again = ask(developer, search).json();
        assertThat(again.at("/key/id").asText()).isEqualTo(id);
        assertThat(again.at("/key/addresses")).isEqualTo(Json.trusted("[\"127.0.0.0/8\"]"));
        assertThat(again.at("/key/previousPublicId").asText()).as("another page's secret still works").isNotEmpty();
        server.post("/api/v1/keys/" + id + "/disable", "");
        assertThat(ask(developer, search).status()).as("switched off by an admin").isEqualTo(409);
        assertThat(key(id).get("state").asText()).isEqualTo("disabled");
    }

    @Test
    void secretThatHasEndedDoesNotComeBackWithTheNextOne() throws Exception {
        String id = ask(developer, search).json().at("/key/id").asText();
        String end = Instant.now().plusMillis(500).toString();
        assertThat(server.patch("/api/v1/keys/" + id, "{\"expiresAt\":\"" + end + "\"}").status()).isEqualTo(200);
        while (Instant.now().isBefore(Instant.parse(end).plusMillis(1))) {
            Thread.onSpinWait();
        }
        JsonNode again = ask(developer, search).json().get("key");
        assertThat(again.get("id").asText()).isEqualTo(id);
        assertThat(again.get("previousPublicId").isNull()).isTrue();
    }

    @Test
    void onlyForProjectsOneMayMakeKeysFor() {
        assertThat(ask(developer, helpdesk).fields()).containsExactly("projectId");
        Map<String, String> auditor = server.signedIn(
                server.governance.users().create(TEST, UserDraft.named("ann").with(Role.AUDITOR)).made());
        assertThat(ask(auditor, search).status()).isEqualTo(403);
        Map<String, String> forged = new HashMap<>(developer);
        forged.put(Arrival.CONSOLE_HEADER, "");
        assertThat(ask(forged, search).status()).as("without the console's header").isEqualTo(403);
    }

    @Test
    void holderOfAnAdminTokenIsNamedByIt() {
        JsonNode key = server.post(PATH, "{\"projectId\":\"" + helpdesk + "\"}").json().get("key");
        assertThat(key.get("ownerId").isNull()).isTrue();
        assertThat(key.get("name").asText()).startsWith("playground token:");
    }
}
