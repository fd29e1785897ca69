package org.gatehouse.daemon;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.governance.MachineClientDraft;
import org.gatehouse.identity.KeycloakServer;
import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** A program that gets its access tokens from a real Keycloak (OAuth 2.0 client credentials). */
final class KeycloakMachineIT {
    private static final String REALM = """
            {"realm":"machines","enabled":true,"sslRequired":"none","accessTokenLifespan":300,
             "clients":[{"clientId":"robot","secret":"s3cret","publicClient":false,"standardFlowEnabled":false,
               "serviceAccountsEnabled":true,
               "protocolMappers":[{"name":"audience","protocol":"openid-connect",
                 "protocolMapper":"oidc-audience-mapper",
                 "config":{"included.custom.audience":"gatehouse","access.token.claim":"true"}}]},
              {"clientId":"stranger","secret":"s3cret","publicClient":false,"standardFlowEnabled":false,
               "serviceAccountsEnabled":true}]}
            """;
    private static KeycloakServer keycloak;
    @TempDir
    Path data;

    @BeforeAll
    static void startKeycloak() throws IOException, InterruptedException {
        keycloak = KeycloakServer.shared();
        keycloak.admin("POST", "", REALM);
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        keycloak.admin("DELETE", "/machines", null);
    }

    private static String token(String client) throws IOException, InterruptedException {
        return keycloak.post("/realms/machines/protocol/openid-connect/token", Map.of("grant_type",
                "client_credentials", "client_id", client, "client_secret", "s3cret")).get("access_token").asText();
    }

    @Test
    void programCallsWithTheTokenThatKeycloakGaveIt() throws IOException, InterruptedException {
        try (SimulatedServer engine = TestDaemon.engine(); TestDaemon box = TestDaemon.plain(data)) {
            UUID project = box.furnish(engine).project();
            box.daemon.governance().machineClients().create(TestDaemon.TEST,
                    new MachineClientDraft("robot", box.key(project, "robot").id(), true, true,
                            new MachineClientDraft.TokenTerms(keycloak.url() + "/realms/machines", null, "gatehouse",
                                    "azp", "robot", true, null),
                            null))
                    .made();
            String token = token("robot");
            TestDaemon.await(() -> box.chat(token, "tokens=2").statusCode() == 200, "Keycloak's token is not taken");
            HttpResponse<String> stranger = box.chat(token("stranger"), "tokens=2");
            assertThat(stranger.statusCode()).isEqualTo(401);
            assertThat(stranger.body()).contains("meant for somebody else");
        }
    }
}
