package org.gatehouse.admin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.DepartmentDraft;
import org.gatehouse.governance.ProjectDraft;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who may do what, all of it: {@code access.csv} has a line for each operation and says for each role whether it may
 * ({@code all}), may for its own departments or projects ({@code own}), or may not ({@code -}). An operation without a line
 * fails, so that whoever adds one decides.
 */
final class AccessTableIT {
    private static final List<Role> ROLES = List.of(Role.values());
    private static final String NOTHING = "019a0000-0000-7000-8000-000000000000";
    @TempDir
    static Path directory;
    private static AdminServer server;
    private static final Map<String, List<String>> TABLE = new TreeMap<>();
    private static final Map<Role, User> USERS = new java.util.EnumMap<>(Role.class);

    @BeforeAll
    static void start() throws IOException {
        server = new AdminServer(Databases.H2, directory);
        try (InputStream in = Objects.requireNonNull(AccessTableIT.class.getResourceAsStream("/access.csv"))) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().skip(1).forEach(line -> {
                List<String> cells = Arrays.asList(line.split(",", -1));
                assertThat(TABLE.put(cells.getFirst(), cells.subList(1, cells.size()))).as(line).isNull();
            });
        }
        Actor actor = Actor.system("test");
        var department = server.governance.departments().create(actor, DepartmentDraft.named("Research")).made();
        var project = server.governance.projects().create(actor, ProjectDraft.named(department.id(), "Search")).made();
        for (Role role : ROLES) {
            USERS.put(role, server.governance.users()
                    .create(actor, UserDraft.named(role.name()).with(role).reaching(
                            role == Role.DEPARTMENT_LEAD ? List.of(department.id()) : List.of(),
                            role == Role.DEVELOPER ? List.of(project.id()) : List.of()))
                    .made());
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void everyOperationHasALineAndEveryLineAnOperation() {
        assertThat(TABLE.keySet()).as("access.csv: add a line and decide for each role")
                .containsExactlyInAnyOrderElementsOf(
                        server.api.operations().stream().map(Operation::id).toList());
    }

    @Test
    void declarationsAreThoseOfTheTable() {
        List<String> wrong = new ArrayList<>();
        for (Operation operation : server.api.operations()) {
            String declared = operation.id() + "," + operation.permission().id() + ","
                    + (operation.recent() ? "recent" : "") + ","
                    + ROLES.stream().map(role -> declared(operation, role)).collect(Collectors.joining(","));
            List<String> line = TABLE.get(operation.id());
            if (line == null || !declared.equals(operation.id() + "," + String.join(",", line))) {
                wrong.add(declared);
            }
        }
        assertThat(wrong).as("what operations declare, where access.csv says otherwise").isEmpty();
    }

    private static String declared(Operation operation, Role role) {
        if (operation.permission() == Permission.NONE) {
            return "all";
        }
        if (!RoleGrants.permissions(role).contains(operation.permission())) {
            return "-";
        }
        return !role.isLimited() || operation.reaching() == Operation.Reaching.SAME_FOR_ALL
                ? "all"
                : operation.reaching() == Operation.Reaching.WITHIN ? "own" : "-";
    }

    @Test
    void everyRoleIsLetInAndKeptOutAsTheTableSays() {
        List<String> wrong = new ArrayList<>();
        for (Operation operation : server.api.operations()) {
            List<String> line = Objects.requireNonNull(TABLE.get(operation.id()), operation.id());
            String path = operation.path().replaceAll("\\{[^}]+}", NOTHING);
            for (Role role : ROLES) {
                Map<String, String> session = server.signedIn(Objects.requireNonNull(USERS.get(role)));
                AdminServer.Reply reply = server.as(session, operation.method(), path,
                        operation.body() == null ? null : "{}");
                boolean keptOut = reply.status() == 403 || reply.status() == 401;
                boolean mayNot = "-".equals(line.get(2 + ROLES.indexOf(role)));
                if (keptOut != mayNot) {
                    wrong.add(operation.id() + " as " + role.name().toLowerCase(Locale.ROOT) + " answered "
                            + reply.status() + " " + reply.text());
                }
            }
            if (operation.permission() != Permission.NONE) {
                int stranger = server.send(operation.method(), path, operation.body() == null ? null : "{}",
                        Map.of("Authorization", "")).status();
                if (stranger != 401 && stranger != 429) {
                    wrong.add(operation.id() + " without credentials answered " + stranger);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void userWithoutRolesOrSwitchedOffIsNobody() {
        Actor actor = Actor.system("test");
        User none = server.governance.users().create(actor, UserDraft.named("none")).made();
        assertThat(server.as(server.signedIn(none), "GET", "/api/v1/session", null).status()).isEqualTo(401);
        User off = server.governance.users().create(actor, UserDraft.named("off").with(Role.APPLIANCE_ADMIN)).made();
        Map<String, String> session = server.signedIn(off);
        assertThat(server.as(session, "GET", "/api/v1/session", null).status()).isEqualTo(200);
        server.patch("/api/v1/users/" + off.id(), "{\"active\":false}");
        assertThat(server.as(session, "GET", "/api/v1/session", null).status()).isEqualTo(401);
    }
}
