package org.gatehouse.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.admin.AdminServer;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.User;
import org.gatehouse.identity.Session;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** The commands on people against a running admin API. */
final class PeopleCommandsIT {
    @TempDir
    Path directory;
    private AdminServer server;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(Databases.H2, directory);
        Files.writeString(directory.resolve("daemon.json"),
                "{\"url\":\"http://127.0.0.1:" + server.server.port() + "\",\"pid\":1}");
        shell = new Shell(Map.of("GATEHOUSE_DATA", directory.toString(), "PASSWORD", "four plain words here",
                "CLIENT_SECRET", "s3cret"));
        succeeds("departments", "create", "--name", "Research");
        succeeds("projects", "create", "--department", "Research", "--name", "Search");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String succeeds(String... words) {
        Shell.Result result = shell.run(words);
        assertThat(result.status()).as(result.err()).isZero();
        return result.out();
    }

    private User user() {
        return server.governance.users().all().getFirst();
    }

    @Test
    void userHasRolesForTheirDepartmentsAndProjects() {
        succeeds("users", "create", "--name", "lena", "--role", "department_lead", "--lead-of", "Research");
        assertThat(user().roles()).containsExactly(Role.DEPARTMENT_LEAD);
        assertThat(user().departments()).hasSize(1);
        succeeds("users", "update", "lena", "--role", "developer", "--role", "finance", "--develops-in",
                "Research/Search", "--inactive");
        assertThat(user().roles()).containsExactly(Role.FINANCE, Role.DEVELOPER);
        assertThat(user().projects()).hasSize(1);
        assertThat(user().active()).isFalse();
        assertThat(shell.run("users", "update", "lena", "--role", "king").err()).contains("appliance_admin");
        assertThat(succeeds("users", "list", "--project", "Research/Search")).contains("lena");
    }

    @Test
    void passwordIsGivenAndTakenAwayAndNeverShown() {
        succeeds("users", "create", "--name", "lena", "--role", "auditor");
        String said = succeeds("users", "break-glass", "lena", "--password-env", "PASSWORD");
        assertThat(said).contains("otpauth://totp/Gatehouse:lena?secret=").doesNotContain("four plain words");
        assertThat(user().breakGlass()).isTrue();
        assertThat(shell.run("users", "break-glass", "lena").err()).contains("--password-file");
        succeeds("users", "break-glass", "lena", "--remove");
        assertThat(user().breakGlass()).isFalse();
    }

    @Test
    void sessionsAreListedAndEnded() {
        succeeds("users", "create", "--name", "lena", "--role", "auditor");
        Session session = server.people.sessions()
                .open(Session.Opening.breakGlass(user().id(), "10.0.0.9", "Browser")).session();
        assertThat(succeeds("sessions", "list", "--user", "lena")).contains("10.0.0.9", session.id().toString());
        succeeds("sessions", "revoke", session.id().toString());
        assertThat(succeeds("sessions", "list")).doesNotContain("10.0.0.9");
        assertThat(shell.run("sessions", "revoke", session.id().toString()).status()).isEqualTo(1);
    }

    @Test
    void tokenIsShownOnceAndOpensUntilItIsTakenAway() {
        String secret = succeeds("tokens", "create", "--name", "ci", "--access", "governance_admin", "--expires",
                "2099-01-01T00:00:00Z").lines().findFirst().orElseThrow();
        assertThat(secret).startsWith("ght_");
        assertThat(succeeds("tokens", "list")).contains("ci", "governance_admin", "2099", "token:first")
                .doesNotContain(secret);
        shell.export("GATEHOUSE_ADMIN_TOKEN", secret);
        assertThat(succeeds("departments", "list")).contains("Research");
        assertThat(shell.run("tokens", "create", "--name", "x", "--access", "metrics").err()).contains("Sign in");
        assertThat(shell.run("tokens", "delete", "nobody").err()).contains("no token 'nobody'");
        shell.export("GATEHOUSE_ADMIN_TOKEN", server.token);
        succeeds("tokens", "delete", "ci");
        shell.export("GATEHOUSE_ADMIN_TOKEN", secret);
        assertThat(shell.run("departments", "list").err()).contains("API tokens");
    }

    @Test
    void providerIsMadeTestedGivenATokenAndExportedWithoutItsSecret() throws IOException {
        succeeds("sign-on", "create", "--name", "corp", "--kind", "oidc", "--preset", "entra", "--issuer",
                "https://login.example.invalid/x/v2.0", "--client-id", "g", "--secret-env", "CLIENT_SECRET", "--map",
                "ai-admins=governance_admin", "--map", "leads=department:Research", "--map",
                "devs=project:Research/Search");
        assertThat(succeeds("sign-on", "show", "corp")).contains("governance_admin", "Research/Search")
                .doesNotContain("s3cret");
        Shell.Result test = shell.run("sign-on", "test", "corp");
        assertThat(test.status()).isEqualTo(1);
        assertThat(test.out()).contains("does not answer", "/api/v1/sign-on/corp/callback");
        assertThat(succeeds("sign-on", "scim-token", "corp")).contains("ghs_", "/scim/v2");
        succeeds("sign-on", "scim-token", "corp", "--remove");
        String export = succeeds("export");
        assertThat(export).contains("CORP_SECRET").doesNotContain("s3cret");
        Path file = Files.writeString(directory.resolve("box.yaml"), export);
        assertThat(shell.run("apply", "-f", file.toString()).err()).contains("CORP_SECRET");
        shell.export("CORP_SECRET", "s3cret");
        assertThat(succeeds("apply", "-f", file.toString())).contains("0 to create, 0 to update");
        succeeds("sign-on", "delete", "corp");
        assertThat(succeeds("apply", "-f", file.toString())).contains("1 to create");
        assertThat(server.governance.signOn().all()).hasSize(1).allMatch(provider -> provider.secretSet());
    }
}
