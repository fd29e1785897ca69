package org.gatehouse.admin;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.identity.KeycloakServer;
import org.gatehouse.identity.TestBrowser;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** Sign-on with a real Keycloak, its own pages included. */
final class KeycloakIT {
    private static final String REALM = """
            {"realm":"corp","enabled":true,"sslRequired":"none",
             "groups":[{"name":"ai-admins"},{"name":"auditors"}],
             "users":[
              {"username":"grace","email":"grace@example.com","emailVerified":true,"firstName":"Grace","lastName":"H",
               "enabled":true,"groups":["/ai-admins"],"credentials":[{"type":"password","value":"grace's password"}]},
              {"username":"mallory","email":"mallory@example.com","firstName":"M","lastName":"M","enabled":true,
               "credentials":[{"type":"password","value":"mallory's password"}]}],
             "clients":[{"clientId":"gatehouse","secret":"s3cret","protocol":"openid-connect","publicClient":false,
               "standardFlowEnabled":true,"redirectUris":["http://127.0.0.1:%1$d/*"],
               "attributes":{"backchannel.logout.url":"http://127.0.0.1:%1$d/api/v1/sign-on/corp/back-channel-logout",
                 "backchannel.logout.session.required":"true","post.logout.redirect.uris":"+",
                 "pkce.code.challenge.method":"S256"},
               "protocolMappers":[{"name":"groups","protocol":"openid-connect",
                 "protocolMapper":"oidc-group-membership-mapper",
                 "config":{"full.path":"true","id.token.claim":"true","claim.name":"groups"}}]}]}
            """;
    private static KeycloakServer keycloak;
    @TempDir
    Path directory;
    private AdminServer server;
    private TestBrowser browser;
    private String base;

    @BeforeAll
    static void startKeycloak() throws IOException, InterruptedException {
        keycloak = KeycloakServer.shared();
    }

    @BeforeEach
    void start() throws IOException, InterruptedException {
        server = new AdminServer(Databases.H2, directory);
        base = "http://127.0.0.1:" + server.server.port();
        keycloak.admin("POST", "", REALM.formatted(server.server.port()));
        AdminServer.Reply made = server.post("/api/v1/sign-on", """
                {"name":"corp","kind":"oidc","preset":"keycloak","privateAddressesAllowed":true,"secret":"s3cret",
                 "oidc":{"issuer":"%s/realms/corp","clientId":"gatehouse"},
                 "mappings":[{"group":"ai-admins","role":"governance_admin"}]}""".formatted(keycloak.url()));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        browser = new TestBrowser();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        browser.close();
        keycloak.admin("DELETE", "/corp", null);
        server.close();
    }

    private TestBrowser.Page signOn(String user, String password) throws IOException, InterruptedException {
        TestBrowser.Page form = browser.go(URI.create(base + "/api/v1/sign-on/corp/begin?returnTo=/console/keys"),
                base + "/console/");
        return browser.submit(form.action(), Map.of("username", user, "password", password, "credentialId", ""),
                base + "/console/");
    }

    private JsonNode me() {
        return server.as(server.console(browser.cookie("127.0.0.1:" + server.server.port(), "gatehouse-session")),
                "GET", "/api/v1/session", null).json();
    }

    @Test
    void personSignsOnAndOutAndIsSignedOutWhenKeycloakSaysSo() throws IOException, InterruptedException {
        assertThat(signOn("grace", "not her password").text()).as("Keycloak asks again").contains("<form");
        TestBrowser.Page home = signOn("grace", "grace's password");
        assertThat(home.address()).hasToString(base + "/console/keys");
        JsonNode me = me();
        assertThat(me.at("/user/name").asText()).isEqualTo("grace");
        assertThat(me.get("roles").toString()).isEqualTo("[\"governance_admin\"]");
        assertThat(me.get("recentlyAuthenticated").asBoolean()).isTrue();

        // Keycloak knows the browser by now, and lets it in without a form.
        assertThat(browser.go(URI.create(base + "/api/v1/sign-on/corp/begin"), base + "/console/").address())
                .hasToString(base + "/console/");
        assertThat(me().at("/user/name").asText()).isEqualTo("grace");
        // Unless it is told to ask.
        assertThat(browser.go(URI.create(base + "/api/v1/sign-on/corp/begin?confirm=true"), base + "/console/").text())
                .contains("<form");

        // An admin ends the session in Keycloak: the box hears of it by the back channel.
        String id = keycloak.admin("GET", "/corp/users?username=grace", null).get(0).get("id").asText();
        keycloak.admin("POST", "/corp/users/" + id + "/logout", null);
        assertThat(me().get("type").asText()).endsWith(":session_ended");

        // Signing out on the box goes on at Keycloak.
        signOn("grace", "grace's password");
        Map<String, String> session = server
                .console(browser.cookie("127.0.0.1:" + server.server.port(), "gatehouse-session"));
        String there = server.as(session, "DELETE", "/api/v1/session", null).json().get("continueAt").asText();
        assertThat(browser.go(URI.create(there), base + "/console/").address()).hasToString(base + "/console/");
        assertThat(browser.go(URI.create(base + "/api/v1/sign-on/corp/begin"), base + "/console/").text())
                .as("Keycloak has forgotten the browser").contains("<form");
    }

    @Test
    void knownPersonWithoutAGroupHasNoAccess() throws IOException, InterruptedException {
        assertThat(signOn("mallory", "mallory's password").address())
                .hasToString(base + "/console/keys?sign-on-problem=no_access");
    }

    @Test
    void newSigningKeyOfKeycloakIsTaken() throws IOException, InterruptedException {
        signOn("grace", "grace's password");
        String realm = keycloak.admin("GET", "/corp", null).get("id").asText();
        keycloak.admin("POST", "/corp/components", """
                {"name":"newer","providerId":"rsa-generated","providerType":"org.keycloak.keys.KeyProvider",
                 "parentId":"%s","config":{"priority":["1000"],"algorithm":["RS256"]}}""".formatted(realm));
        String provider = server.get("/api/v1/sign-on").json().at("/items/0/id").asText();
        server.post("/api/v1/sign-on/" + provider + "/test", "");
        assertThat(browser.go(URI.create(base + "/api/v1/sign-on/corp/begin"), base + "/console/").address())
                .hasToString(base + "/console/");
        assertThat(me().at("/user/name").asText()).isEqualTo("grace");
    }

    @Test
    void secretThatIsWrongIsKeycloaksRefusal() throws IOException, InterruptedException {
        String provider = server.get("/api/v1/sign-on").json().at("/items/0/id").asText();
        server.patch("/api/v1/sign-on/" + provider, "{\"secret\":\"wrong\"}");
        assertThat(signOn("grace", "grace's password").address())
                .hasToString(base + "/console/keys?sign-on-problem=refused_by_provider");
    }
}
