package org.gatehouse.admin;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.governance.form.Json;
import org.gatehouse.identity.KeycloakServer;
import org.gatehouse.identity.TestBrowser;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** Sign-on by SAML with a real Keycloak as the provider, its own pages and its own metadata included. */
final class KeycloakSamlIT {
    private static final String REALM = """
            {"realm":"saml","enabled":true,"sslRequired":"none","groups":[{"name":"ai-admins"}],
             "users":[
              {"username":"grace","email":"grace@example.com","firstName":"Grace","lastName":"H",
               "enabled":true,"groups":["/ai-admins"],"credentials":[{"type":"password","value":"grace's password"}]},
              {"username":"mallory","email":"mallory@example.com","firstName":"M","lastName":"M","enabled":true,
               "credentials":[{"type":"password","value":"mallory's password"}]}],
             "clients":[{"clientId":"%1$s/api/v1/sign-on/corp/metadata","protocol":"saml","fullScopeAllowed":false,
               "redirectUris":["%1$s/api/v1/sign-on/corp/acs"],"frontchannelLogout":true,
               "attributes":{"saml.client.signature":"false","saml.assertion.signature":"%2$s",
                 "saml.server.signature":"%3$s","saml.signature.algorithm":"RSA_SHA256","saml.force.post.binding":"true",
                 "saml_name_id_format":"persistent","saml.authnstatement":"true","saml.encrypt":"%4$s"},
               "defaultClientScopes":[],
               "protocolMappers":[
                {"name":"groups","protocol":"saml","protocolMapper":"saml-group-membership-mapper",
                 "config":{"attribute.name":"groups","full.path":"true","single":"true"}},
                {"name":"username","protocol":"saml","protocolMapper":"saml-user-property-mapper",
                 "config":{"user.attribute":"username","attribute.name":"username"}},
                {"name":"email","protocol":"saml","protocolMapper":"saml-user-property-mapper",
                 "config":{"user.attribute":"email","attribute.name":"email"}}]}]}
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
    void start() throws IOException {
        server = new AdminServer(Databases.H2, directory);
        base = "http://127.0.0.1:" + server.server.port();
        browser = new TestBrowser();
    }

    private void keycloakThatSigns(boolean assertion, boolean response) throws IOException, InterruptedException {
        keycloak.admin("POST", "", REALM.formatted(base, assertion, response, false));
        ObjectNode pasted = JsonNodeFactory.instance.objectNode().put("metadata",
                keycloak.get("/realms/saml/protocol/saml/descriptor"));
        AdminServer.Reply read = server.post("/api/v1/sign-on/saml-metadata", Json.text(pasted));
        assertThat(read.status()).as(read.text()).isEqualTo(200);
        ObjectNode settings = (ObjectNode) Json.trusted("""
                {"name":"corp","kind":"saml","privateAddressesAllowed":true,
                 "mappings":[{"group":"ai-admins","role":"governance_admin"}]}""");
        settings.put("publicUrl", base);
        settings.set("saml", read.json());
        AdminServer.Reply made = server.post("/api/v1/sign-on", Json.text(settings));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        browser.close();
        keycloak.admin("DELETE", "/saml", null);
        server.close();
    }

    /** Goes through Keycloak's page, and sends the form on that its last page would send by itself. */
    private TestBrowser.Page signOn(String user, String password) throws IOException, InterruptedException {
        TestBrowser.Page page = browser.go(URI.create(base + "/api/v1/sign-on/corp/begin?returnTo=/console/keys"),
                base + "/console/");
        return answered(page.text().contains("SAMLResponse")
                ? page
                : browser.submit(page.action(), Map.of("username", user, "password", password, "credentialId", ""),
                        base + "/console/"));
    }

    private TestBrowser.Page answered(TestBrowser.Page page) throws IOException, InterruptedException {
        assertThat(page.text()).contains("SAMLResponse");
        return browser.submit(page.action(),
                Map.of("SAMLResponse", page.hidden("SAMLResponse"), "RelayState", page.hidden("RelayState")),
                base + "/console/");
    }

    private JsonNode me() {
        return server.as(server.console(browser.cookie("127.0.0.1:" + server.server.port(), "gatehouse-session")),
                "GET", "/api/v1/session", null).json();
    }

    @Test
    void personSignsOnAndIsKnownAgain() throws IOException, InterruptedException {
        keycloakThatSigns(true, false);
        TestBrowser.Page home = signOn("grace", "grace's password");
        assertThat(home.address()).hasToString(base + "/console/keys");
        JsonNode me = me();
        assertThat(me.at("/user/name").asText()).isEqualTo("grace");
        assertThat(me.at("/user/email").asText()).isEqualTo("grace@example.com");
        assertThat(me.get("roles").toString()).isEqualTo("[\"governance_admin\"]");
        assertThat(me.get("recentlyAuthenticated").asBoolean()).isTrue();
        signOn("grace", "not needed: Keycloak knows the browser");
        assertThat(me().at("/user/id").asText()).isEqualTo(me.at("/user/id").asText());
        assertThat(browser.go(URI.create(base + "/api/v1/sign-on/corp/begin?confirm=true"), base + "/console/").text())
                .as("Keycloak asks again when it is told to").contains("<form").doesNotContain("SAMLResponse");
    }

    @Test
    void responseThatIsSignedAsAWholeCountsToo() throws IOException, InterruptedException {
        keycloakThatSigns(false, true);
        assertThat(signOn("grace", "grace's password").address()).hasToString(base + "/console/keys");
        assertThat(me().at("/user/name").asText()).isEqualTo("grace");
    }

    @Test
    void knownPersonWithoutAGroupHasNoAccess() throws IOException, InterruptedException {
        keycloakThatSigns(true, true);
        assertThat(signOn("mallory", "mallory's password").address())
                .hasToString(base + "/console/keys?sign-on-problem=no_access");
    }

    @Test
    void answerThatKeycloakDidNotSignIsRefused() throws IOException, InterruptedException {
        keycloakThatSigns(false, false);
        assertThat(signOn("grace", "grace's password").address())
                .hasToString(base + "/console/keys?sign-on-problem=unsigned");
    }
}
