package org.gatehouse.admin;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.Caller;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.SampleCalls;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Department;
import org.gatehouse.governance.DepartmentDraft;
import org.gatehouse.governance.Key;
import org.gatehouse.governance.KeyDraft;
import org.gatehouse.governance.ModelDraft;
import org.gatehouse.governance.NewKeyDraft;
import org.gatehouse.governance.PriceDraft;
import org.gatehouse.governance.Project;
import org.gatehouse.governance.ProjectDraft;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.UpstreamDraft;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** Leads see and change their departments, developers their projects, and neither learns of the rest. */
@ParameterizedClass
@EnumSource(Databases.class)
final class ReachIT {
    private static final Actor TEST = Actor.system("test");
    private final Databases kind;
    @TempDir
    Path directory;
    private AdminServer server;
    private Department research;
    private Department support;
    private Project search;
    private Project helpdesk;
    private User dora;
    private User dan;
    private Map<String, String> lead;
    private Map<String, String> developer;

    ReachIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(kind, directory);
        research = server.governance.departments().create(TEST, DepartmentDraft.named("Research")).made();
        support = server.governance.departments().create(TEST, DepartmentDraft.named("Support")).made();
        search = server.governance.projects().create(TEST, ProjectDraft.named(research.id(), "Search")).made();
        helpdesk = server.governance.projects().create(TEST, ProjectDraft.named(support.id(), "Helpdesk")).made();
        User lena = user("lena", Role.DEPARTMENT_LEAD, List.of(research.id()), List.of());
        dora = user("dora", Role.DEVELOPER, List.of(), List.of(search.id()));
        dan = user("dan", Role.DEVELOPER, List.of(), List.of(helpdesk.id()));
        lead = server.signedIn(lena);
        developer = server.signedIn(dora);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private User user(String name, Role role, List<UUID> departments, List<UUID> projects) {
        return server.governance.users()
                .create(TEST, UserDraft.named(name).with(role).reaching(departments, projects)).made();
    }

    private Key key(Project project, String name, UUID owner) {
        return server.governance.keys().create(TEST, NewKeyDraft.of(KeyDraft.named(project.id(), name)).ownedBy(owner),
                null).made().key();
    }

    private List<String> names(Map<String, String> session, String path) {
        AdminServer.Reply reply = server.as(session, "GET", "/api/v1/" + path, null);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().get("items").findValuesAsText("name");
    }

    @Test
    void listsHoldWhatLiesWithinAndNothingElse() {
        key(search, "of-dora", dora.id());
        key(helpdesk, "of-dan", dan.id());
        for (Map<String, String> session : List.of(lead, developer)) {
            assertThat(names(session, "departments")).containsExactly("Research");
            assertThat(names(session, "projects")).containsExactly("Search");
            assertThat(names(session, "keys")).containsExactly("of-dora");
            assertThat(names(session, "keys?department=" + support.id())).isEmpty();
            assertThat(names(session, "projects?name=Helpdesk")).isEmpty();
        }
        assertThat(names(lead, "users")).containsExactly("lena", "dora");
        assertThat(names(developer, "users")).containsExactly("dora");
    }

    @Test
    void modelsAndTheirPricesAreTheSameForAll() {
        UUID upstream = server.governance.upstreams().create(TEST,
                UpstreamDraft.commercial("u", "https://api.example.com/v1", null)).made().id();
        UUID model = server.governance.models().create(TEST,
                ModelDraft.routed("large", upstream, "large", ModelRoute.Tokenizer.UNKNOWN, 8000, 1000)).made().id();
        server.governance.prices().create(TEST, PriceDraft.perMillion(model, BigDecimal.ONE, BigDecimal.TWO)).made();
        for (Map<String, String> session : List.of(lead, developer)) {
            assertThat(names(session, "models")).contains("large");
            assertThat(server.as(session, "GET", "/api/v1/models/" + model, null).status()).isEqualTo(200);
            assertThat(server.as(session, "GET", "/api/v1/prices?model=" + model, null).json().get("items"))
                    .hasSize(1);
            assertThat(server.as(session, "PATCH", "/api/v1/models/" + model, "{}").status()).isEqualTo(403);
        }
    }

    @Test
    void singleThingsBeyondAreNotThere() {
        Key foreign = key(helpdesk, "of-dan", dan.id());
        for (String path : List.of("departments/" + support.id(), "projects/" + helpdesk.id(), "keys/" + foreign.id(),
                "users/" + dan.id())) {
            for (Map<String, String> session : List.of(lead, developer)) {
                AdminServer.Reply reply = server.as(session, "GET", "/api/v1/" + path, null);
                assertThat(reply.status()).as(path).isEqualTo(404);
                assertThat(reply.text()).doesNotContain("Support", "Helpdesk", "of-dan", "\"dan\"");
            }
        }
    }

    @Test
    void writesBeyondAreRefused() {
        Key foreign = key(helpdesk, "of-dan", dan.id());
        for (Map<String, String> session : List.of(lead, developer)) {
            for (String verb : List.of("rotate", "disable", "revoke")) {
                assertThat(server.as(session, "POST", "/api/v1/keys/" + foreign.id() + "/" + verb, null).status())
                        .as(verb).isEqualTo(404);
            }
            assertThat(server.as(session, "PATCH", "/api/v1/keys/" + foreign.id(), "{\"name\":\"x\"}").status())
                    .isEqualTo(404);
            assertThat(server.as(session, "POST", "/api/v1/keys",
                    "{\"projectId\":\"" + helpdesk.id() + "\",\"name\":\"x\"}").fields()).containsExactly("projectId");
        }
        assertThat(server.as(lead, "POST", "/api/v1/projects",
                "{\"departmentId\":\"" + support.id() + "\",\"name\":\"x\"}").fields()).containsExactly("departmentId");
        assertThat(server.as(lead, "PATCH", "/api/v1/projects/" + search.id(),
                "{\"departmentId\":\"" + support.id() + "\"}").fields()).containsExactly("departmentId");
        assertThat(server.as(lead, "PATCH", "/api/v1/projects/" + helpdesk.id(), "{\"name\":\"x\"}").status())
                .isEqualTo(404);
        assertThat(server.governance.keys().noun().find(foreign.id()).orElseThrow()).isEqualTo(foreign);
    }

    @Test
    void leadRunsTheDepartment() {
        AdminServer.Reply made = server.as(lead, "POST", "/api/v1/projects",
                "{\"departmentId\":\"" + research.id() + "\",\"name\":\"New\"}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        Key key = key(search, "of-dora", dora.id());
        assertThat(server.as(lead, "POST", "/api/v1/keys/" + key.id() + "/disable", null).status()).isEqualTo(200);
        assertThat(server.as(lead, "PATCH", "/api/v1/keys/" + key.id(),
                "{\"projectId\":\"" + made.id() + "\"}").status()).isEqualTo(200);
        assertThat(server.as(lead, "POST", "/api/v1/keys", "{\"projectId\":\"" + search.id()
                + "\",\"name\":\"service\",\"ownerId\":null}").status()).isEqualTo(201);
        assertThat(server.as(lead, "POST", "/api/v1/keys", "{\"projectId\":\"" + search.id()
                + "\",\"name\":\"other\",\"ownerId\":\"" + dan.id() + "\"}").fields()).containsExactly("ownerId");
    }

    @Test
    void developerHasKeysOfTheirOwnAndLeavesOthersAlone() {
        AdminServer.Reply made = server.as(developer, "POST", "/api/v1/keys",
                "{\"projectId\":\"" + search.id() + "\",\"name\":\"mine\"}");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.json().at("/key/owner").asText()).as("whoever makes it").isEqualTo("dora");
        String mine = made.json().at("/key/id").asText();
        assertThat(server.as(developer, "POST", "/api/v1/keys/" + mine + "/rotate", "{}").status()).isEqualTo(200);
        assertThat(server.as(developer, "PATCH", "/api/v1/keys/" + mine, "{\"ownerId\":null}").fields())
                .containsExactly("ownerId");
        assertThat(server.as(developer, "PATCH", "/api/v1/keys/" + mine, "{\"name\":\"other\"}").status())
                .isEqualTo(200);
        assertThat(server.as(developer, "PATCH", "/api/v1/keys/" + mine, "{\"expiresAt\":\"2099-01-01T00:00:00Z\"}")
                .status()).as("what binds it").isEqualTo(403);
        server.post("/api/v1/keys/" + mine + "/disable", "");
        assertThat(server.as(developer, "POST", "/api/v1/keys/" + mine + "/enable", null).status())
                .as("what an admin did").isEqualTo(403);
        assertThat(server.as(lead, "POST", "/api/v1/keys/" + mine + "/enable", null).status()).isEqualTo(200);
        for (String owner : List.of("null", "\"" + dan.id() + "\"")) {
            assertThat(server.as(developer, "POST", "/api/v1/keys", "{\"projectId\":\"" + search.id()
                    + "\",\"name\":\"x\",\"ownerId\":" + owner + "}").fields()).containsExactly("ownerId");
        }
        Key service = server.governance.keys()
                .create(TEST, NewKeyDraft.of(KeyDraft.named(search.id(), "service")), null).made().key();
        assertThat(names(developer, "keys")).containsExactly("other", "service");
        assertThat(server.as(developer, "POST", "/api/v1/keys/" + service.id() + "/revoke", null).status())
                .isEqualTo(403);
        assertThat(server.as(developer, "PATCH", "/api/v1/keys/" + service.id(), "{\"name\":\"x\"}").status())
                .isEqualTo(403);
        assertThat(server.as(developer, "POST", "/api/v1/projects",
                "{\"departmentId\":\"" + research.id() + "\",\"name\":\"x\"}").status()).isEqualTo(403);
    }

    @Test
    void limitsAndBudgetsShowWhereTheyBindOnesOwn() {
        Key mine = key(search, "of-dora", dora.id());
        for (String scope : List.of("{\"type\":\"organisation\"}", "{\"type\":\"department\",\"id\":\"" + research.id()
                + "\"}", "{\"type\":\"project\",\"id\":\"" + search.id() + "\"}",
                "{\"type\":\"key\",\"id\":\"" + mine.id() + "\"}",
                "{\"type\":\"user\",\"id\":\"" + dora.id() + "\"}",
                "{\"type\":\"project\",\"id\":\"" + helpdesk.id() + "\"}",
                "{\"type\":\"user\",\"id\":\"" + dan.id() + "\"}")) {
            assertThat(server.post("/api/v1/limits", "{\"scope\":" + scope + ",\"kind\":\"total_tokens\",\"amount\":9}")
                    .status()).isEqualTo(201);
            assertThat(server.post("/api/v1/budgets",
                    "{\"scope\":" + scope + ",\"period\":\"month\",\"amount\":\"9\"}").status()).isEqualTo(201);
        }
        for (String noun : List.of("limits", "budgets")) {
            assertThat(scopes(lead, noun)).containsExactlyInAnyOrder("Research", "Research/Search",
                    "Research/Search/of-dora");
            assertThat(scopes(developer, noun)).containsExactlyInAnyOrder("Research/Search",
                    "Research/Search/of-dora", "dora");
        }
    }

    private List<String> scopes(Map<String, String> session, String noun) {
        AdminServer.Reply reply = server.as(session, "GET", "/api/v1/" + noun, null);
        assertThat(reply.status()).isEqualTo(200);
        return reply.json().findValues("scope").stream().map(scope -> scope.get("name").asText()).toList();
    }

    @Test
    void usageIsThatOfOnesDepartmentsOrOfOnesOwnKeys() {
        used(research, search, dora);
        used(research, search, dan);
        used(support, helpdesk, dan);
        assertThat(server.trail.flush(java.time.Duration.ofSeconds(10))).isTrue();
        String question = "usage?groupBy=department,user&from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z";
        assertThat(users(Map.of(), question)).containsExactlyInAnyOrder("dora", "dan", "dan");
        assertThat(users(lead, question)).containsExactlyInAnyOrder("dora", "dan");
        assertThat(users(developer, question)).containsExactly("dora");
        assertThat(users(lead, question + "&department=" + support.id())).isEmpty();
        assertThat(users(developer, question + "&user=" + dan.id())).isEmpty();
        assertThat(users(lead, question.replace(",user", "") + "&model=none")).isEmpty();
    }

    private void used(Department department, Project project, User user) {
        Caller caller = new Caller(UUID.randomUUID(), department.id(), department.name(), project.id(), project.name(),
                UUID.randomUUID(), "key", user.id(), user.name());
        SampleCalls calls = new SampleCalls(user.name().hashCode() + department.hashCode());
        server.trail.appendDurably(calls.call(Instant.parse("2026-11-20T12:00:00Z"), caller, Outcome.COMPLETED, 10, 10),
                null, java.time.Duration.ofSeconds(10));
    }

    private List<String> users(Map<String, String> session, String question) {
        AdminServer.Reply reply = server.send("GET", "/api/v1/" + question, null, session);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().get("lines").findValues("names").stream().map(names -> names.path("user").asText())
                .toList();
    }

    @Test
    void keysOfWhoeverLeftAreRefused() {
        key(search, "of-dora", dora.id());
        assertThat(states()).containsOnly("ACTIVE");
        server.patch("/api/v1/users/" + dora.id(), "{\"active\":false}");
        assertThat(states()).containsOnly("DISABLED");
        server.patch("/api/v1/users/" + dora.id(), "{\"active\":true}");
        assertThat(states()).containsOnly("ACTIVE");
    }

    private List<String> states() {
        return server.governance.snapshots().current().credentials().values().stream()
                .map(credential -> credential.key().state().name()).toList();
    }

    @Test
    void nobodyGivesRolesThatMayMoreThanTheyMay() {
        User gove = user("gove", Role.GOVERNANCE_ADMIN, List.of(), List.of());
        User admin = user("root", Role.APPLIANCE_ADMIN, List.of(), List.of());
        Map<String, String> governor = server.signedIn(gove);
        assertThat(server.as(governor, "POST", "/api/v1/users", "{\"name\":\"f\",\"roles\":[\"finance\"]}").status())
                .isEqualTo(201);
        assertThat(server.as(governor, "POST", "/api/v1/users", "{\"name\":\"x\",\"roles\":[\"appliance_admin\"]}")
                .status()).isEqualTo(403);
        assertThat(server.as(governor, "PATCH", "/api/v1/users/" + gove.id(), "{\"roles\":[\"appliance_admin\"]}")
                .status()).isEqualTo(403);
        assertThat(server.as(governor, "PATCH", "/api/v1/users/" + admin.id(), "{\"active\":false}").status())
                .isEqualTo(403);
        assertThat(server.as(governor, "DELETE", "/api/v1/users/" + admin.id(), null).status()).isEqualTo(403);
        assertThat(server.as(governor, "POST", "/api/v1/users/" + admin.id() + "/break-glass",
                "{\"password\":\"four plain words here\"}").status()).isEqualTo(403);
        assertThat(server.as(governor, "POST", "/api/v1/apply",
                "{\"apiVersion\":\"gatehouse/v1\",\"users\":[{\"name\":\"x\",\"roles\":[\"appliance_admin\"]}]}")
                .status())
                .isEqualTo(403);
        assertThat(server.governance.users().find(admin.id()).orElseThrow()).isEqualTo(admin);
    }

    @Test
    void rolesHoldEachForItself() {
        User both = server.governance.users().create(TEST, UserDraft.named("both").with(Role.FINANCE, Role.DEVELOPER)
                .reaching(List.of(), List.of(search.id()))).made();
        Key foreign = key(helpdesk, "of-dan", dan.id());
        Map<String, String> session = server.signedIn(both);
        assertThat(names(session, "keys")).as("finance sees all").containsExactly("of-dan");
        assertThat(server.as(session, "POST", "/api/v1/keys/" + foreign.id() + "/revoke", null).status())
                .as("and changes none").isEqualTo(404);
    }
}
