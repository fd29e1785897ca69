package org.gatehouse.admin;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.gateway.upstream.http.TestProxy;
import org.gatehouse.governance.form.Json;
import org.gatehouse.identity.ScriptedProvider;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** What steps of the set-up make of the box; with the admin token, which needs no claim. */
@ParameterizedClass
@EnumSource(Databases.class)
final class SetupStepsIT {
    private static final String ROOT = "/api/v1/setup";
    private final Databases kind;
    @TempDir
    Path directory;
    private AdminServer server;

    SetupStepsIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(kind, directory);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private AdminServer.Reply put(String step, String answer) {
        return server.send("PUT", ROOT + "/steps/" + step, "{\"answer\":" + answer + "}", Map.of());
    }

    private static String organization(String preset) {
        return "{\"departments\":[{\"name\":\"Research\",\"monthlyBudget\":\"500\",\"projects\":[\"search\"]},"
                + "{\"name\":\"Support\"}],\"currency\":\"EUR\",\"preset\":\"" + preset + "\"}";
    }

    private static String providers(String key) {
        return "{\"currency\":\"EUR\",\"upstreams\":[{\"name\":\"openai\",\"kind\":\"openai\",\"apiKey\":\"" + key
                + "\",\"models\":[{\"name\":\"gpt\",\"upstreamModel\":\"gpt-5\",\"inputPerMillion\":\"1.25\"}]}]}";
    }

    @Test
    void strictPresetKeepsModelsOnTheBoxAndOpenLetsThemGoAgain() {
        put("organization", organization("strict"));
        assertThat(put("providers", providers("sk-1")).status()).isEqualTo(200);
        assertThat(exported().at("/models/0/route/residency/localOnly").asBoolean()).isTrue();
        assertThat(exported().get("limits")).hasSize(4);
        assertThat(exported().at("/budgets/0/hard").asBoolean()).isTrue();

        assertThat(put("organization", organization("open")).json().at("/result/changed").asBoolean()).isTrue();
        assertThat(exported().at("/models/0/route/residency/localOnly").asBoolean()).isFalse();
        assertThat(exported().get("limits")).isEmpty();
        assertThat(exported().at("/budgets/0/hard").asBoolean()).isFalse();
    }

    @Test
    void webhookOfTheSetUpIsAnAlertDestinationLikeAnyOther() {
        String hook = "{\"alerts\":{\"webhookUrl\":\"http://10.0.0.9/%s\"}}";
        assertThat(put("safekeeping", hook.formatted("one")).json().at("/result/changed").asBoolean()).isTrue();
        assertThat(exported().at("/alertDestinations/0/url").asText()).isEqualTo("http://10.0.0.9/one");
        assertThat(put("safekeeping", hook.formatted("one")).json().at("/result/changed").asBoolean()).isFalse();

        put("safekeeping", hook.formatted("two"));
        assertThat(exported().get("alertDestinations")).hasSize(1);
        assertThat(exported().at("/alertDestinations/0/url").asText()).isEqualTo("http://10.0.0.9/two");
        assertThat(exported().at("/alertDestinations/0/privateAddressesAllowed").asBoolean()).isTrue();

        put("safekeeping", "{}");
        assertThat(exported().get("alertDestinations")).isEmpty();
    }

    @Test
    void mailOfTheSetUpIsAnAlertDestinationAndKeepsItsPassword() {
        String mail = "{\"alerts\":{\"kind\":\"mail\",\"mail\":{\"host\":\"10.0.0.9\",\"user\":\"box\",\"from\":\"box@example.com\","
                + "\"recipients\":[\"%s\"]}%s}}";
        String password = ",\"mailPassword\":\"pass word\"";
        AdminServer.Reply first = put("safekeeping", mail.formatted("ops@example.com", password));
        assertThat(first.json().at("/result/changed").asBoolean()).as(first.text()).isTrue();
        assertThat(first.text()).doesNotContain("pass word");
        assertThat(exported().at("/alertDestinations/0/mail/host").asText()).isEqualTo("10.0.0.9");
        assertThat(put("safekeeping", mail.formatted("ops@example.com", "")).json().at("/result/changed").asBoolean())
                .as("the password that is not given again stays").isFalse();
        assertThat(put("safekeeping", mail.formatted("ops@example.com", password)).json().at("/result/changed")
                .asBoolean()).isFalse();
        put("safekeeping", "{}");
        assertThat(exported().get("alertDestinations")).isEmpty();
    }

    @Test
    void proxyOfTheMachineStepIsGovernedAndKeepsItsPassword() throws Exception {
        try (TestProxy proxy = TestProxy.guarded("box", "pass word")) {
            String machine = "{\"name\":\"gatehouse\",\"timeZone\":\"Etc/UTC\",\"network\":{\"mode\":\"unchanged\"},"
                    + "\"proxy\":{\"url\":\"" + proxy.url()
                    + "\",\"user\":\"box\",\"exceptions\":[\".example.com\"]%s}}";
            AdminServer.Reply wrong = put("machine", machine.formatted(",\"password\":\"another\""));
            assertThat(wrong.text()).contains("correct its user and password");
            // Whoever is asked in a test connects to nobody; an answer that is not 407 will do.
            proxy.answering("HTTP/1.1 403 Forbidden\r\n\r\n");
            AdminServer.Reply right = put("machine", machine.formatted(",\"password\":\"pass word\""));
            assertThat(right.status()).as(right.text()).isEqualTo(200);
            assertThat(right.text()).doesNotContain("pass word");
            assertThat(exported().at("/settings/proxy/url").asText()).isEqualTo(proxy.url());
            assertThat(server.governance.proxyPassword()).contains("pass word");
            assertThat(put("machine", machine.formatted("")).json().at("/result/changed").asBoolean()).isFalse();
            assertThat(server.governance.proxyPassword()).contains("pass word");
        }
    }

    private JsonNode exported() {
        return Json.tree(server.governance.declarations().export());
    }

    @Test
    void testLoginShowsWhoWouldComeInAndLetsNobodyIn() throws IOException {
        try (ScriptedProvider provider = new ScriptedProvider()) {
            AdminServer.Reply stored = put("sign-on", """
                    {"name":"corp","kind":"oidc","preset":"keycloak","privateAddressesAllowed":true,"secret":"s3cret",
                     "oidc":{"issuer":"%s","clientId":"gatehouse"},
                     "mappings":[{"group":"ai-admins","role":"governance_admin"}]}""".formatted(provider.issuer()));
            assertThat(stored.status()).as(stored.text()).isEqualTo(200);
            String begin = "/api/v1/sign-on/corp/begin?test=true&returnTo=/setup/";
            assertThat(server.send("GET", begin, null, Map.of("Authorization", "")).status()).isEqualTo(403);
            AdminServer.Reply begun = server.send("GET", begin, null, Map.of());
            String kept = begun.header("set-cookie");
            Map<String, String> answer = provider.approve(begun.header("location"));
            StringBuilder query = new StringBuilder("?");
            answer.forEach((name, value) -> query.append(name).append('=')
                    .append(URLEncoder.encode(value, StandardCharsets.UTF_8)).append('&'));
            AdminServer.Reply back = server.send("GET", "/api/v1/sign-on/corp/callback" + query, null,
                    Map.of("Authorization", "", "Cookie", kept.substring(0, kept.indexOf(';'))));

            assertThat(back.header("location")).isEqualTo("/setup/?sign-on-test=ok");
            assertThat(back.header("set-cookie")).doesNotContain("gatehouse-session");
            assertThat(server.governance.users().all()).isEmpty();
            JsonNode shown = server.send("GET", ROOT + "/steps/sign-on", null, Map.of()).json()
                    .at("/found/lastTestLogin");
            assertThat(shown.get("subject").asText()).isNotEmpty();
            assertThat(shown.get("roles")).isNotNull();
        }
    }
}
