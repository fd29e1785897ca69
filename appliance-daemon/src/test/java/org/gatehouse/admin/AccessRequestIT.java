package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Department;
import org.gatehouse.governance.DepartmentDraft;
import org.gatehouse.governance.KeyDraft;
import org.gatehouse.governance.ModelDraft;
import org.gatehouse.governance.NewKeyDraft;
import org.gatehouse.governance.Project;
import org.gatehouse.governance.ProjectDraft;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.UpstreamDraft;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** A developer asks for a model, somebody else grants it, and the developer's keys may use it from then on. */
@ParameterizedClass
@EnumSource(Databases.class)
final class AccessRequestIT {
    private static final Actor TEST = Actor.system("test");
    private static final String REQUESTS = "/api/v1/access-requests";
    private final Databases kind;
    @TempDir
    Path directory;
    private AdminServer server;
    private Department research;
    private Project search;
    private Project secret;
    private User dora;
    private UUID key;
    private Map<String, String> lead;
    private Map<String, String> developer;

    AccessRequestIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(kind, directory);
        UUID upstream = server.governance.upstreams().create(TEST,
                UpstreamDraft.commercial("u", "https://api.example.com/v1", null)).made().id();
        for (String model : List.of("small", "large")) {
            server.governance.models().create(TEST,
                    ModelDraft.routed(model, upstream, model, ModelRoute.Tokenizer.UNKNOWN, 8000, 1000)).made();
        }
        research = server.governance.departments().create(TEST, DepartmentDraft.named("Research")).made();
        Department support = server.governance.departments().create(TEST, DepartmentDraft.named("Support")).made();
        search = server.governance.projects()
                .create(TEST, new ProjectDraft(research.id(), "Search", null, List.of("small"))).made();
        secret = server.governance.projects().create(TEST, ProjectDraft.named(support.id(), "Secret")).made();
        dora = user("dora", Role.DEVELOPER, List.of(), List.of(search.id()));
        lead = server.signedIn(user("lena", Role.DEPARTMENT_LEAD, List.of(research.id()), List.of()));
        developer = server.signedIn(dora);
        key = server.governance.keys().create(TEST,
                NewKeyDraft.of(KeyDraft.named(search.id(), "mine")).ownedBy(dora.id()), null).made().key().id();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private User user(String name, Role role, List<UUID> departments, List<UUID> projects) {
        return server.governance.users()
                .create(TEST, UserDraft.named(name).with(role).reaching(departments, projects)).made();
    }

    private Grant<String> usable(UUID id) {
        return server.governance.snapshots().current().newestOf(id).orElseThrow().key().models();
    }

    private AdminServer.Reply ask(Map<String, String> session, Project project, String more) {
        return server.as(session, "POST", REQUESTS, "{\"projectId\":\"" + project.id()
                + "\",\"model\":\"large\",\"reason\":\"long documents\"" + more + "}");
    }

    private String asked() {
        AdminServer.Reply reply = ask(developer, search, "");
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return REQUESTS + "/" + reply.id();
    }

    @Test
    void whatTheProjectMayNotUseNoKeyOfItMay() {
        assertThat(usable(key)).isEqualTo(Grant.only(Set.of("small")));
    }

    @Test
    void approvalLetsTheRequestersKeysUseTheModelAtOnce() {
        String request = asked();
        AdminServer.Reply done = server.as(lead, "POST", request + "/approve", "{\"note\":\"until May\"}");
        assertThat(done.status()).as(done.text()).isEqualTo(200);
        assertThat(done.json().get("state").asText()).isEqualTo("approved");
        assertThat(done.json().get("decidedBy").asText()).isEqualTo("lena");
        assertThat(done.json().get("note").asText()).isEqualTo("until May");
        assertThat(usable(key).includes("large")).isTrue();
        assertThat(server.actions.records()).extracting(row -> row.action() + " " + row.objectType())
                .contains("create access-requests", "approve access-requests", "update projects");
    }

    @Test
    void approvalForAKeyWidensThatKeyToo() {
        UUID narrow = server.governance.keys().create(TEST, NewKeyDraft.of(new KeyDraft(search.id(), "narrow",
                dora.id(), List.of("small"), KeyDraft.EVERYTHING, List.of(), null)), null).made().key().id();
        AdminServer.Reply made = ask(developer, search, ",\"keyId\":\"" + narrow + "\"");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(server.as(lead, "POST", REQUESTS + "/" + made.id() + "/approve", null).status()).isEqualTo(200);
        assertThat(usable(narrow)).isEqualTo(Grant.only(Set.of("small", "large")));
    }

    @Test
    void declineGrantsNothing() {
        String request = asked();
        assertThat(server.as(lead, "POST", request + "/decline", "{\"note\":\"no\"}").status()).isEqualTo(200);
        assertThat(usable(key).includes("large")).isFalse();
        assertThat(ask(developer, search, "").status()).as("one may ask again").isEqualTo(201);
    }

    @Test
    void ofTwoWhoDecideAtOnceOneWinsAndTheOtherLearnsWho() throws Exception {
        String request = asked();
        CountDownLatch go = new CountDownLatch(1);
        try (ExecutorService both = Executors.newFixedThreadPool(2)) {
            Future<AdminServer.Reply> approval = both.submit(() -> {
                go.await();
                return server.as(lead, "POST", request + "/approve", null);
            });
            Future<AdminServer.Reply> refusal = both.submit(() -> {
                go.await();
                return server.post(request + "/decline", "{}");
            });
            go.countDown();
            List<AdminServer.Reply> replies = List.of(approval.get(), refusal.get());
            assertThat(replies).extracting(AdminServer.Reply::status).containsExactlyInAnyOrder(200, 409);
            AdminServer.Reply winner = replies.stream().filter(reply -> reply.status() == 200).findFirst()
                    .orElseThrow();
            AdminServer.Reply loser = replies.stream().filter(reply -> reply.status() == 409).findFirst().orElseThrow();
            assertThat(loser.json().get("detail").asText())
                    .contains(winner.json().get("decidedBy").asText(), winner.json().get("state").asText());
            assertThat(usable(key).includes("large")).isEqualTo(approval.get().status() == 200);
        }
    }

    @Test
    void nobodyApprovesTheirOwnExceptApplianceAdmins() {
        User both = user("bo", Role.DEPARTMENT_LEAD, List.of(research.id()), List.of());
        Map<String, String> bo = server.signedIn(both);
        String own = REQUESTS + "/" + ask(bo, search, "").id();
        assertThat(server.as(bo, "POST", own + "/approve", null).status()).isEqualTo(403);
        assertThat(usable(key).includes("large")).isFalse();
        assertThat(server.as(bo, "POST", own + "/withdraw", null).status()).isEqualTo(200);
        Map<String, String> root = server.signedIn(user("root", Role.APPLIANCE_ADMIN, List.of(), List.of()));
        String roots = REQUESTS + "/" + ask(root, search, "").id();
        assertThat(server.as(root, "POST", roots + "/approve", null).status()).isEqualTo(200);
    }

    @Test
    void developersNeitherDecideNorReachBeyondTheirProjects() {
        String request = asked();
        assertThat(server.as(developer, "POST", request + "/approve", null).status()).isEqualTo(403);
        assertThat(ask(developer, secret, "").fields()).containsExactly("projectId");
        Map<String, String> foreign = server
                .signedIn(user("fred", Role.DEPARTMENT_LEAD, List.of(secret.departmentId()), List.of()));
        assertThat(server.as(foreign, "GET", request, null).status()).isEqualTo(404);
        assertThat(server.as(foreign, "POST", request + "/approve", null).status()).isEqualTo(404);
        assertThat(server.as(foreign, "GET", REQUESTS, null).json().get("items")).isEmpty();
        UUID another = server.governance.keys().create(TEST, NewKeyDraft.of(new KeyDraft(search.id(), "of-nobody",
                null, List.of("small"), KeyDraft.EVERYTHING, List.of(), null)), null).made().key().id();
        assertThat(ask(developer, search, ",\"keyId\":\"" + another + "\"").fields()).containsExactly("keyId");
        assertThat(ask(developer, search, ",\"requesterId\":\"" + UUID.randomUUID() + "\"").fields())
                .containsExactly("requesterId");
    }

    @Test
    void whoLeadsOneDepartmentAndDevelopsInAnotherDecidesInTheirOwnOnly() {
        Map<String, String> mixed = server.signedIn(server.governance.users().create(TEST,
                UserDraft.named("mia").with(Role.DEPARTMENT_LEAD, Role.DEVELOPER)
                        .reaching(List.of(secret.departmentId()), List.of(search.id())))
                .made());
        String request = asked();
        assertThat(server.as(mixed, "POST", request + "/approve", null).status()).isIn(403, 404);
        assertThat(usable(key).includes("large")).isFalse();
    }

    @Test
    void whatIsAllowedOrAskedForAlreadyIsRefused() {
        asked();
        AdminServer.Reply again = ask(developer, search, "");
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.text()).contains("dora has asked");
        assertThat(server.as(developer, "POST", REQUESTS, "{\"projectId\":\"" + search.id()
                + "\",\"model\":\"small\",\"reason\":\"x\"}").status()).isEqualTo(409);
        assertThat(server.as(developer, "POST", REQUESTS, "{\"projectId\":\"" + search.id()
                + "\",\"model\":\"none\",\"reason\":\"x\"}").fields()).containsExactly("model");
    }

    @Test
    void catalogueSaysWhatMayBeUsedAndByWhichKey() {
        String request = asked();
        JsonNode models = server.as(developer, "GET", "/api/v1/catalogue", null).json().get("models");
        assertThat(models.findValuesAsText("name")).contains("small", "large");
        JsonNode large = models.get(0);
        assertThat(large.get("name").asText()).isEqualTo("large");
        assertThat(large.get("stays").asBoolean()).isFalse();
        assertThat(large.get("places").get(0).get("provider").asText()).isEqualTo("openai_compatible");
        JsonNode access = large.get("access").get(0);
        assertThat(access.get("allowed").asBoolean()).isFalse();
        assertThat(access.get("keys")).isEmpty();
        assertThat(request).endsWith(access.get("pending").asText());
        server.as(lead, "POST", request + "/approve", null);
        JsonNode after = server.as(developer, "GET", "/api/v1/catalogue", null).json().get("models").get(0)
                .get("access").get(0);
        assertThat(after.get("allowed").asBoolean()).isTrue();
        assertThat(after.get("keys").findValuesAsText("name")).containsExactly("mine");
        assertThat(after.get("pending").isNull()).isTrue();
        assertThat(server.as(developer, "GET", "/api/v1/catalogue?project=" + secret.id(), null).status())
                .isEqualTo(404);
    }

    @Test
    void grantsAreInTheExportAndComeBackFromIt() {
        server.as(lead, "POST", asked() + "/approve", null);
        AdminServer.Reply exported = server.get("/api/v1/export");
        assertThat(exported.text()).contains("\"models\":[\"large\",\"small\"]");
        server.patch("/api/v1/projects/" + search.id(), "{\"models\":[\"small\"]}");
        assertThat(usable(key).includes("large")).isFalse();
        AdminServer.Reply applied = server.post("/api/v1/apply", exported.text());
        assertThat(applied.status()).as(applied.text()).isEqualTo(200);
        assertThat(usable(key).includes("large")).isTrue();
        AdminServer.Reply wrong = server.patch("/api/v1/projects/" + search.id(), "{\"models\":[\"none\"]}");
        assertThat(wrong.fields()).containsExactly("models");
    }

    @Test
    void modelThatGetsAnotherNameStaysGranted() {
        String model = server.get("/api/v1/models?name=small").json().get("items").get(0).get("id").asText();
        assertThat(server.patch("/api/v1/models/" + model, "{\"name\":\"tiny\"}").status()).isEqualTo(200);
        assertThat(usable(key)).isEqualTo(Grant.only(Set.of("tiny")));
    }
}
