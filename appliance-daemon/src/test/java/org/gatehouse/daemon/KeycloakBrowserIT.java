package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.governance.form.Json;
import org.gatehouse.identity.KeycloakServer;

import static org.assertj.core.api.Assertions.assertThat;

/** A real browser clicks through a real Keycloak's page into the console: by OpenID Connect and by SAML. */
final class KeycloakBrowserIT {
    private static final String REALM = """
            {"realm":"browser","enabled":true,"sslRequired":"none","groups":[{"name":"ai-admins"}],
             "users":[{"username":"grace","email":"grace@example.com","emailVerified":true,"firstName":"Grace",
               "lastName":"H","enabled":true,"groups":["/ai-admins"],
               "credentials":[{"type":"password","value":"grace's password"}]}],
             "clients":[{"clientId":"gatehouse","secret":"s3cret","protocol":"openid-connect","publicClient":false,
               "standardFlowEnabled":true,"redirectUris":["%1$s/*"],
               "protocolMappers":[{"name":"groups","protocol":"openid-connect",
                 "protocolMapper":"oidc-group-membership-mapper",
                 "config":{"full.path":"true","id.token.claim":"true","claim.name":"groups"}}]},
              {"clientId":"%1$s/api/v1/sign-on/saml/metadata","protocol":"saml",
               "redirectUris":["%1$s/api/v1/sign-on/saml/acs"],"defaultClientScopes":[],
               "attributes":{"saml.client.signature":"false","saml.assertion.signature":"true",
                 "saml.force.post.binding":"true","saml_name_id_format":"persistent","saml.authnstatement":"true"},
               "protocolMappers":[{"name":"groups","protocol":"saml","protocolMapper":"saml-group-membership-mapper",
                 "config":{"attribute.name":"groups","full.path":"true","single":"true"}},
                {"name":"username","protocol":"saml","protocolMapper":"saml-user-property-mapper",
                 "config":{"user.attribute":"username","attribute.name":"username"}}]}]}
            """;
    @TempDir
    Path data;
    private KeycloakServer keycloak;
    private TestDaemon box;
    private String base;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        BrowserProgram.skipUnless("Keycloak in a browser", BrowserProgram.missing());
        keycloak = KeycloakServer.shared();
        box = TestDaemon.plain(data);
        base = box.uri("").toString();
        keycloak.admin("POST", "", REALM.formatted(base));
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        if (box != null) {
            box.close();
            keycloak.admin("DELETE", "/browser", null);
        }
    }

    @Test
    void openIdConnectLeadsThroughKeycloaksPageIntoTheConsole() throws IOException, InterruptedException {
        provider(
                """
                        {"name":"oidc","title":"Company account","kind":"oidc","preset":"keycloak","privateAddressesAllowed":true,
                         "secret":"s3cret","oidc":{"issuer":"%s/realms/browser","clientId":"gatehouse"},
                         "mappings":[{"group":"ai-admins","role":"governance_admin"}]}"""
                        .formatted(keycloak.url()));
        clickThrough("Company account");
    }

    @Test
    void samlLeadsThroughKeycloaksPageIntoTheConsole() throws IOException, InterruptedException {
        ObjectNode settings = (ObjectNode) Json.trusted("""
                {"name":"saml","title":"Company SAML","kind":"saml","privateAddressesAllowed":true,
                 "mappings":[{"group":"ai-admins","role":"governance_admin"}]}""");
        settings.put("publicUrl", base);
        settings.set("saml", Json.trusted(admin("sign-on/saml-metadata", Json.text(JsonNodeFactory.instance.objectNode()
                .put("metadata", keycloak.get("/realms/browser/protocol/saml/descriptor"))))));
        provider(Json.text(settings));
        clickThrough("Company SAML");
    }

    private void provider(String settings) {
        assertThat(admin("sign-on", settings)).contains("\"id\"");
    }

    private String admin(String path, String json) {
        return box.send(java.net.http.HttpRequest.newBuilder(box.uri("/api/v1/" + path))
                .header("authorization", "Bearer " + box.token("admin-token"))
                .header("content-type", "application/json")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(json))).body();
    }

    private void clickThrough(String button) {
        BrowserProgram program = BrowserProgram.start(List.of("e2e/sign-on.mjs", button, "grace", "grace's password"),
                Map.of("GATEHOUSE_BOX", "{\"console\":\"" + base + "/console/\"}"));

        assertThat(program.checks()).hasSize(3).allMatch(BrowserProgram.Check::passed);
    }
}
