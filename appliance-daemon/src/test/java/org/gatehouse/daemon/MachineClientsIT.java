package org.gatehouse.daemon;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import java.util.function.UnaryOperator;

import javax.net.ssl.SSLContext;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.governance.KeyDraft;
import org.gatehouse.governance.NewKeyDraft;
import org.gatehouse.governance.form.Json;
import org.gatehouse.identity.ScriptedProvider;
import org.gatehouse.simulated.SimulatedServer;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Programs that call models without a key's secret: by access tokens, and by client certificates. */
@ParameterizedClass
@EnumSource(Databases.class)
final class MachineClientsIT {
    private static final Duration DAY = Duration.ofDays(1);
    private static final String CHAT = "{\"model\":\"local\",\"messages\":[{\"role\":\"user\",\"content\":\"[[sim"
            + " tokens=2]]\"}]}";
    private final Databases kind;
    @TempDir
    Path data;
    @TempDir
    Path files;
    private final TestAuthority authority = new TestAuthority();
    private SimulatedServer engine;
    private ScriptedProvider issuer;
    private TestDaemon box;
    private TestDaemon.IssuedTo key;
    private Databases.Fresh fresh;

    MachineClientsIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void start() throws IOException {
        fresh = kind.fresh(files);
        engine = TestDaemon.engine();
        issuer = new ScriptedProvider();
        box = TestDaemon.askingClients(data, authority.file(files), fresh.settings());
        UUID project = box.furnish(engine).project();
        org.gatehouse.governance.IssuedKey made = box.daemon.governance().keys()
                .create(TestDaemon.TEST, NewKeyDraft.of(KeyDraft.named(project, "build-robot")), null).made();
        key = new TestDaemon.IssuedTo(made.key().id(), made.secret());
    }

    @AfterEach
    void stop() {
        box.close();
        issuer.close();
        engine.close();
        fresh.close();
    }

    private HttpResponse<String> admin(String method, String path, String json) {
        return box.send(HttpRequest.newBuilder(box.uri("/api/v1/" + path))
                .header("authorization", "Bearer " + box.token("admin-token"))
                .header("content-type", "application/json")
                .method(method, json.isEmpty()
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(json)));
    }

    private JsonNode client(String name, String proof, boolean secretRefused) {
        HttpResponse<String> made = admin("POST", "machine-clients", """
                {"name":"%s","keyId":"%s","secretRefused":%s,%s}""".formatted(name, key.id(), secretRefused, proof));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        return Json.trusted(made.body());
    }

    private String byToken() {
        return """
                "token":{"issuer":"%s","audience":"gatehouse","claim":"azp","value":"robot","privateAddressesAllowed":true}
                """
                .formatted(issuer.issuer());
    }

    private String token(UnaryOperator<JWTClaimsSet.Builder> changed) {
        Instant now = Instant.now();
        JWTClaimsSet claims = changed.apply(new JWTClaimsSet.Builder().issuer(issuer.issuer()).audience("gatehouse")
                .subject("4711").claim("azp", "robot").issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)))).build();
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(issuer.key.getKeyID()).build(), claims);
            token.sign(new RSASSASigner(issuer.key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitKeys() {
        TestDaemon.await(() -> issuer.keyCalls.get() > 0 && box.chat(token(claims -> claims), "tokens=2")
                .statusCode() == 200, "the issuer's keys do not come");
    }

    @Test
    void tokenOfAnIssuerCallsModelsUnderItsKeysNameLimitsAndState() {
        JsonNode made = client("robot", byToken(), false);
        awaitKeys();
        String good = token(claims -> claims);
        HttpResponse<String> answer = box.chat(good, "tokens=2");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        TestDaemon.await(() -> box.audit("kind=call").contains("\"build-robot\""), "no row under the key's name");
        assertThat(box.audit("kind=call")).doesNotContain(good.substring(0, 40));
        assertThat(box.chat(key.text(), "tokens=2").statusCode()).as("the secret holds besides").isEqualTo(200);

        admin("POST", "limits", """
                {"scope":{"type":"key","id":"%s"},"kind":"requests_per_minute","amount":1}""".formatted(key.id()));
        box.chat(good, "tokens=2");
        assertThat(box.chat(good, "tokens=2").statusCode()).isEqualTo(429);
        admin("POST", "keys/" + key.id() + "/disable", "");
        assertThat(box.chat(good, "tokens=2").body()).contains("'build-robot' is disabled");
        admin("POST", "keys/" + key.id() + "/enable", "");
        HttpResponse<String> gone = admin("DELETE", "machine-clients/" + made.get("id").asText(), "");
        assertThat(gone.statusCode()).isEqualTo(204);
        assertThat(box.chat(good, "tokens=2").statusCode()).isEqualTo(401);
        assertThat(box.audit("kind=admin")).contains("machine-clients");
    }

    @Test
    void wrongTokenIsRefusedInTheClientsOwnWordsAndCounted() {
        client("robot", byToken(), false);
        awaitKeys();
        String unsigned = new PlainJWT(new JWTClaimsSet.Builder().issuer(issuer.issuer()).build()).serialize();
        HttpResponse<String> openAi = box.chat(unsigned, "tokens=2");
        assertThat(openAi.statusCode()).isEqualTo(401);
        assertThat(Json.trusted(openAi.body()).at("/error/code").asText()).isEqualTo("invalid_api_key");
        HttpResponse<String> anthropic = box.send(HttpRequest.newBuilder(box.uri("/v1/messages"))
                .header("x-api-key", token(claims -> claims.audience("other")))
                .header("anthropic-version", "2023-06-01")
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(CHAT.replace("}]}", "}],\"max_tokens\":5}"))));
        assertThat(anthropic.statusCode()).isEqualTo(401);
        assertThat(Json.trusted(anthropic.body()).at("/error/type").asText()).isEqualTo("authentication_error");
        assertThat(Json.trusted(anthropic.body()).at("/error/message").asText()).contains("meant for somebody else");
        String metrics = box.get("/metrics", "authorization", "Bearer " + box.token("admin-token")).body();
        assertThat(metrics).contains("gatehouse_machine_tokens_refused_total{reason=\"algorithm\"} 1.0")
                .contains("gatehouse_machine_tokens_refused_total{reason=\"audience\"} 1.0");
    }

    @Test
    void keyThatTheIssuerMakesLaterIsFetchedWithoutAnyCallWaiting() {
        client("robot", byToken(), true);
        awaitKeys();
        assertThat(box.chat(key.text(), "tokens=2").statusCode()).as("the secret opens nothing").isEqualTo(401);
        issuer.key = ScriptedProvider.newKey();
        assertThat(box.chat(token(claims -> claims), "tokens=2").body()).contains("does not publish");
    }

    @Test
    void certificateOfAConnectionCallsModels() throws Exception {
        TestAuthority.Issued named = authority.issue("CN=robot,O=Example",
                new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://example.com/robot"), DAY);
        TestAuthority.Issued other = authority.issue("CN=other", new GeneralName(GeneralName.dNSName, "other"), DAY);
        client("by-uri", "\"certificate\":{\"name\":\"uri:spiffe://example.com/robot\"}", true);
        assertThat(call(named.context(), "").statusCode()).isEqualTo(200);
        TestDaemon.await(() -> box.audit("kind=call").contains("\"build-robot\""), "no row under the key's name");
        assertThat(call(other.context(), "").body()).contains("bound to no machine client");
        assertThat(call(named.context(), "ghk_wrong").statusCode()).as("a key that is sent counts").isEqualTo(401);
        assertThat(box.get("/v1/models").body()).as("nobody has to have one").contains("No API key was sent");

        client("by-subject", "\"certificate\":{\"name\":\"subject:CN=other\"}", false);
        assertThat(call(other.context(), "").statusCode()).isEqualTo(200);
    }

    @Test
    void certificateThatTheAuthorityDidNotIssueOrThatHasEndedGetsNoConnection() throws Exception {
        GeneralName robot = new GeneralName(GeneralName.dNSName, "robot");
        client("by-name", "\"certificate\":{\"name\":\"dns:robot\"}", false);
        assertThat(call(authority.issue("CN=robot", robot, DAY).context(), "").statusCode()).isEqualTo(200);
        SSLContext forged = new TestAuthority().issue("CN=robot", robot, DAY).context();
        assertThatThrownBy(() -> call(forged, "")).isInstanceOf(IOException.class);
        SSLContext ended = authority.issue("CN=robot", robot, Duration.ofHours(-1)).context();
        assertThatThrownBy(() -> call(ended, "")).isInstanceOf(IOException.class);
    }

    private HttpResponse<String> call(SSLContext context, String key) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(box.uri("/v1/chat/completions"))
                .header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofString(CHAT));
        return box.sendBy(context, key.isEmpty() ? request : request.header("authorization", "Bearer " + key));
    }

    @Test
    void settingsThatMeanNothingOrSomebodyElseAreRefused() {
        client("robot", byToken(), false);
        for (String proof : new String[]{"\"token\":null", byToken() + ",\"certificate\":{\"name\":\"dns:x\"}",
                "\"certificate\":{\"name\":\"CN=x,y\"}", "\"certificate\":{\"name\":\"sha256:12\"}",
                byToken().replace("http://", "file://")}) {
            HttpResponse<String> answer = admin("POST", "machine-clients",
                    "{\"name\":\"two\",\"keyId\":\"" + key.id() + "\"," + proof + "}");
            assertThat(answer.statusCode()).as(proof + answer.body()).isEqualTo(400);
        }
        HttpResponse<String> twice = admin("POST", "machine-clients",
                "{\"name\":\"two\",\"keyId\":\"" + key.id() + "\"," + byToken() + "}");
        assertThat(twice.statusCode()).as(twice.body()).isEqualTo(409);
    }

    @Test
    void clientsAreDeclaredAndExported() {
        client("robot", byToken(), true);
        String exported = admin("GET", "export", "").body();
        JsonNode declared = Json.trusted(exported).at("/machineClients/0");
        assertThat(declared.get("key").asText()).isEqualTo("Research/search/build-robot");
        JsonNode again = Json.trusted(admin("POST", "apply", exported).body());
        assertThat(again.get("updated").asInt() + again.get("created").asInt() + again.get("deleted").asInt())
                .as(again.toString()).isZero();
        HttpResponse<String> changed = admin("POST", "apply", """
                {"apiVersion":"gatehouse/v1","machineClients":[{"name":"robot","key":"Research/search/build-robot",
                 "certificate":{"name":"SHA"}}]}""".replace("SHA", "sha256:" + "AB:".repeat(31) + "CD"));
        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
        assertThat(admin("GET", "machine-clients?name=robot", "").body()).contains("sha256:" + "ab".repeat(31) + "cd");
        admin("POST", "keys/" + key.id() + "/revoke", "");
        assertThat(admin("DELETE", "keys/" + key.id(), "").statusCode()).isEqualTo(204);
        assertThat(Json.trusted(admin("GET", "machine-clients", "").body()).get("items")).isEmpty();
    }
}
