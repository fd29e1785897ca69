package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
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

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.identity.AuthenticatorApp;
import org.gatehouse.identity.BreakGlass;
import org.gatehouse.identity.Session;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

@ParameterizedClass
@EnumSource(Databases.class)
final class SessionApiIT {
    private static final String PASSWORD = "four plain words here";
    private static final String SESSION = "/api/v1/session";
    private final Databases kind;
    @TempDir
    Path directory;
    private AdminServer server;
    private User ada;
    private AuthenticatorApp app;

    SessionApiIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(kind, directory);
        Actor actor = Actor.system("test");
        ada = server.governance.users().create(actor, UserDraft.named("ada").with(Role.APPLIANCE_ADMIN)).made();
        app = AuthenticatorApp.with(
                ((BreakGlass.Enrolment.Done) server.people.breakGlass().enrol(actor, ada, PASSWORD)).codeSecret());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Map<String, String> browser() {
        return Map.of("Authorization", "", "x-gatehouse-console", "1", "Origin",
                "http://127.0.0.1:" + server.server.port());
    }

    private AdminServer.Reply login(String password, String code) {
        return server.send("POST", SESSION,
                "{\"username\":\"ada\",\"password\":\"" + password + "\",\"otp\":\"" + code + "\"}", browser());
    }

    private static String cookie(AdminServer.Reply reply) {
        String header = reply.header("set-cookie");
        return header.substring(header.indexOf('=') + 1, header.indexOf(';'));
    }

    private List<String> actions() {
        return server.actions.records().stream().map(record -> record.objectType() + "." + record.action()).toList();
    }

    @Test
    void breakGlassLoginOpensASessionThatSaysWhoItIs() {
        AdminServer.Reply reply = login(PASSWORD, app.code());
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        assertThat(reply.header("set-cookie")).matches(
                "gatehouse-session=[A-Za-z0-9_-]{43}; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax");
        Map<String, String> session = server.console(cookie(reply));
        JsonNode me = server.as(session, "GET", SESSION, null).json();
        assertThat(me.at("/user/name").asText()).isEqualTo("ada");
        assertThat(me.get("roles").get(0).asText()).isEqualTo("appliance_admin");
        assertThat(me.get("recentlyAuthenticated").asBoolean()).isTrue();
        assertThat(me.at("/reach/everything").asBoolean()).isTrue();
        assertThat(server.as(session, "POST", "/api/v1/departments", "{\"name\":\"x\"}").status()).isEqualTo(201);
        AdminRecord made = server.actions.records().getLast();
        assertThat(made.actor()).isEqualTo("ada");
        assertThat(actions()).contains("users.break_glass_login", "sessions.login");
        assertThat(server.people.breakGlass().uses()).isEqualTo(1);
        assertThat(server.actions.records().toString()).doesNotContain(PASSWORD, cookie(reply));
    }

    @Test
    void wrongNamePasswordAndCodeLookTheSame() {
        List<AdminServer.Reply> replies = List.of(login("not the password at all", app.code()),
                login(PASSWORD, "000000"), login(PASSWORD, ""),
                server.send("POST", SESSION, "{\"username\":\"nobody\",\"password\":\"" + PASSWORD + "\"}", browser()));
        for (AdminServer.Reply reply : replies) {
            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.json().get("type").asText()).isEqualTo("urn:gatehouse:problem:login_refused");
            assertThat(reply.json().get("detail")).isEqualTo(replies.getFirst().json().get("detail"));
            assertThat(reply.header("set-cookie")).isEmpty();
        }
        assertThat(actions().stream().filter("users.refuse_login"::equals)).hasSize(4);
    }

    @Test
    void codeWorksOnce() {
        String code = app.code();
        assertThat(login(PASSWORD, code).status()).isEqualTo(201);
        assertThat(login(PASSWORD, code).status()).isEqualTo(401);
    }

    @Test
    void guessingIsSlowedDown() {
        for (int i = 0; i < 5; i++) {
            assertThat(login("wrong password " + i, "000000").status()).isEqualTo(401);
        }
        AdminServer.Reply reply = login(PASSWORD, app.code());
        assertThat(reply.status()).isEqualTo(429);
        assertThat(Integer.parseInt(reply.header("retry-after"))).isPositive();
    }

    @Test
    void adminTokenOpensASessionOfNobodyInParticular() {
        AdminServer.Reply reply = server.send("POST", SESSION, "{\"token\":\"" + server.token + "\"}", browser());
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        assertThat(reply.json().get("user").isNull()).isTrue();
        assertThat(reply.json().get("name").asText()).isEqualTo("first");
        Map<String, String> session = server.console(cookie(reply));
        assertThat(server.as(session, "GET", "/api/v1/departments", null).status()).isEqualTo(200);
        assertThat(server.send("POST", SESSION, "{\"token\":\"gha_wrong\"}", browser()).status()).isEqualTo(401);
        assertThat(server.as(session, "POST", SESSION + "/confirm", "{\"token\":\"gha_wrong\"}").status())
                .isEqualTo(401);
        assertThat(server.as(session, "POST", SESSION + "/confirm", "{\"token\":\"" + server.token + "\"}").status())
                .isEqualTo(200);
    }

    @Test
    void tokenWithEachRequestWorksAsEver() {
        JsonNode me = server.get(SESSION).json();
        assertThat(me.get("way").asText()).isEqualTo("token");
        assertThat(me.get("id").isNull()).isTrue();
        assertThat(me.get("confirmBy").asText()).isEqualTo("nothing");
        assertThat(server.send("DELETE", SESSION, null, Map.of()).status()).isEqualTo(409);
        // No cookie and so nothing to forge: neither header is asked for.
        assertThat(server.post("/api/v1/departments", "{\"name\":\"x\"}").status()).isEqualTo(201);
    }

    /** An empty cell: the header is not sent. */
    @ParameterizedTest
    @CsvSource({"'',own,''", "0,own,''", "1,'',''", "1,https://evil.example,''", "1,null,''", "1,own,cross-site",
            "1,own,same-site", "1,own,none", "1,http://127.0.0.1,''"})
    void writeThatAnotherSiteMayHaveSentIsRefused(String console, String origin, String site) {
        Map<String, String> headers = new HashMap<>(server.signedIn(ada));
        headers.put("x-gatehouse-console", console);
        headers.put("Origin", "own".equals(origin) ? headers.get("Origin") : origin);
        headers.put("Sec-Fetch-Site", site);
        AdminServer.Reply reply = server.as(headers, "POST", "/api/v1/departments", "{\"name\":\"x\"}");
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.json().get("type").asText()).endsWith(":forged");
        assertThat(server.governance.departments().all()).isEmpty();
    }

    @Test
    void writeFromTheConsoleIsTakenByEitherSign() {
        Map<String, String> headers = new HashMap<>(server.signedIn(ada));
        assertThat(server.as(headers, "POST", "/api/v1/departments", "{\"name\":\"x\"}").status()).isEqualTo(201);
        headers.put("Origin", "");
        headers.put("Sec-Fetch-Site", "same-origin");
        assertThat(server.as(headers, "POST", "/api/v1/departments", "{\"name\":\"y\"}").status()).isEqualTo(201);
    }

    @Test
    void anotherSiteSignsNobodyIn() {
        String body = "{\"token\":\"" + server.token + "\"}";
        assertThat(server.send("POST", SESSION, body, Map.of("Authorization", "")).status()).isEqualTo(403);
        assertThat(server.send("POST", SESSION, body,
                Map.of("Authorization", "", "x-gatehouse-console", "1", "Origin", "https://evil.example")).status())
                .isEqualTo(403);
    }

    @Test
    void signingInAgainEndsTheSessionBefore() {
        Map<String, String> planted = server.signedIn(ada);
        AdminServer.Reply reply = server.send("POST", SESSION, "{\"token\":\"" + server.token + "\"}", planted);
        assertThat(reply.status()).isEqualTo(201);
        assertThat(planted.get("Cookie")).doesNotContain(cookie(reply));
        assertThat(server.as(planted, "GET", SESSION, null).status()).isEqualTo(401);
    }

    @Test
    void signingOutEndsTheSessionOnTheBox() {
        Map<String, String> session = server.signedIn(ada);
        AdminServer.Reply reply = server.as(session, "DELETE", SESSION, null);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("set-cookie")).startsWith("gatehouse-session=; Path=/; Max-Age=0");
        AdminServer.Reply after = server.as(session, "GET", SESSION, null);
        assertThat(after.status()).isEqualTo(401);
        assertThat(after.json().get("type").asText()).endsWith(":session_ended");
        assertThat(actions()).contains("sessions.logout");
    }

    @Test
    void whoIsSignedInNowhereIsToldSoQuietly() {
        for (int i = 0; i < 20; i++) {
            assertThat(server.send("GET", SESSION, null, Map.of("Authorization", "")).status()).isEqualTo(401);
        }
        assertThat(actions()).doesNotContain("session.refuse");
        JsonNode options = server.send("GET", SESSION + "/options", null, Map.of("Authorization", "")).json();
        assertThat(options.get("breakGlass").asBoolean()).isTrue();
    }

    @Test
    void dangerousThingsNeedARecentLogin() {
        Map<String, String> session = server.signedIn(ada);
        String body = "{\"name\":\"x\"}";
        assertThat(server.as(session, "POST", "/api/v1/users", body).status()).isEqualTo(201);
        age();
        AdminServer.Reply refused = server.as(session, "POST", "/api/v1/users", "{\"name\":\"y\"}");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json().get("type").asText()).endsWith(":confirm");
        assertThat(server.as(session, "GET", SESSION, null).json().get("recentlyAuthenticated").asBoolean()).isFalse();
        assertThat(server.as(session, "POST", "/api/v1/departments", body).status()).as("not dangerous").isEqualTo(201);

        assertThat(server.as(session, "POST", SESSION + "/confirm", "{\"password\":\"wrong wrong wrong\"}").status())
                .isEqualTo(401);
        AdminServer.Reply confirmed = server.as(session, "POST", SESSION + "/confirm",
                "{\"password\":\"" + PASSWORD + "\",\"otp\":\"" + app.code() + "\"}");
        assertThat(confirmed.status()).as(confirmed.text()).isEqualTo(200);
        assertThat(server.as(session, "GET", SESSION, null).status()).as("the cookie before").isEqualTo(401);
        assertThat(server.as(server.console(cookie(confirmed)), "POST", "/api/v1/users", "{\"name\":\"y\"}").status())
                .isEqualTo(201);
    }

    private void age() {
        server.fresh.database().jdbi().useTransaction(handle -> handle.execute(
                "UPDATE people_session SET authenticated_at = authenticated_at - INTERVAL '11' MINUTE"));
    }

    @Test
    void peopleSeeAndEndTheirOwnSessionsAndAdminsAll() {
        User dev = server.governance.users()
                .create(Actor.system("test"), UserDraft.named("dev").with(Role.DEVELOPER)).made();
        Map<String, String> admin = server.signedIn(ada);
        Map<String, String> one = server.signedIn(dev);
        Session other = server.people.sessions().open(Session.Opening.breakGlass(dev.id(), "10.0.0.9", "b")).session();
        assertThat(server.as(one, "GET", "/api/v1/sessions", null).json().findValuesAsText("current"))
                .containsExactlyInAnyOrder("true", "false");
        assertThat(server.as(admin, "GET", "/api/v1/sessions", null).json().get("items")).hasSize(3);
        assertThat(server.as(one, "GET", "/api/v1/sessions?user=" + ada.id(), null).json().get("items")).isEmpty();
        String adas = server.people.sessions().all(ada.id()).getFirst().id().toString();
        assertThat(server.as(one, "DELETE", "/api/v1/sessions/" + adas, null).status()).isEqualTo(404);
        assertThat(server.as(one, "DELETE", "/api/v1/sessions/" + other.id(), null).status()).isEqualTo(204);
        String own = server.people.sessions().all(dev.id()).getFirst().id().toString();
        assertThat(server.as(admin, "DELETE", "/api/v1/sessions/" + own, null).status()).isEqualTo(204);
        assertThat(server.as(one, "GET", SESSION, null).status()).isEqualTo(401);
    }

    @Test
    void passwordIsSetAndTakenAwayByWhoManagesPeople() {
        Map<String, String> admin = server.signedIn(ada);
        String id = server.as(admin, "POST", "/api/v1/users", "{\"name\":\"eve\",\"roles\":[\"auditor\"]}").id();
        String path = "/api/v1/users/" + id + "/break-glass";
        assertThat(server.as(admin, "POST", path, "{\"password\":\"short\"}").fields()).containsExactly("password");
        AdminServer.Reply codes = server.as(admin, "POST", path, "{\"password\":\"" + PASSWORD + "\"}");
        assertThat(codes.status()).as(codes.text()).isEqualTo(200);
        assertThat(codes.json().get("uri").asText()).startsWith("otpauth://totp/Gatehouse:eve?secret=");
        assertThat(server.get("/api/v1/users/" + id).json().get("breakGlass").asBoolean()).isTrue();
        String code = AuthenticatorApp.with(codes.json().get("secret").asText()).code();
        assertThat(server.send("POST", SESSION, "{\"username\":\"eve\",\"password\":\"" + PASSWORD + "\",\"otp\":\""
                + code + "\"}", browser()).status()).isEqualTo(201);
        assertThat(server.as(admin, "DELETE", path, null).status()).isEqualTo(204);
        assertThat(server.as(admin, "DELETE", path, null).status()).isEqualTo(404);
        assertThat(server.actions.records().toString()).doesNotContain(PASSWORD, codes.json().get("secret").asText());
    }
}
