package org.gatehouse.admin;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.DepartmentDraft;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.identity.ScriptedProvider;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Sign-on with a provider that does what it is told, right or wrong. */
@ParameterizedClass
@EnumSource(Databases.class)
final class OidcSignOnIT {
    private static final String BASE = "/api/v1/sign-on/corp/";
    private static final Map<String, String> STRANGER = Map.of("Authorization", "");
    private final Databases kind;
    @TempDir
    Path directory;
    private AdminServer server;
    private ScriptedProvider provider;
    private String id;

    OidcSignOnIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(kind, directory);
        provider = new ScriptedProvider();
        server.governance.departments().create(Actor.system("test"), DepartmentDraft.named("Research")).made();
        AdminServer.Reply made = server.post("/api/v1/sign-on", """
                {"name":"corp","title":"Corporate account","kind":"oidc","preset":"keycloak",
                 "privateAddressesAllowed":true,"secret":"s3cret",
                 "oidc":{"issuer":"%s","clientId":"gatehouse"},
                 "mappings":[{"group":"ai-admins","role":"governance_admin"},
                             {"group":"leads","role":"department_lead","department":"Research"}]}
                """.formatted(provider.issuer()));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        id = made.id();
    }

    @AfterEach
    void stop() {
        provider.close();
        server.close();
    }

    private static String cookie(AdminServer.Reply reply, String name) {
        for (String header : reply.headers().getOrDefault("set-cookie", List.of())) {
            if (header.startsWith(name + "=")) {
                return header.substring(name.length() + 1, header.indexOf(';'));
            }
        }
        return "";
    }

    private AdminServer.Reply begin(String query) {
        return server.send("GET", BASE + "begin" + query, null, STRANGER);
    }

    private AdminServer.Reply back(Map<String, String> answer, String cookie) {
        String query = answer.entrySet().stream()
                .map(pair -> pair.getKey() + "=" + URLEncoder.encode(pair.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return server.send("GET", BASE + "callback?" + query, null,
                Map.of("Authorization", "", "Cookie", "gatehouse-sign-on=" + cookie));
    }

    private AdminServer.Reply signOn(String query) {
        AdminServer.Reply begun = begin(query);
        assertThat(begun.status()).as(begun.text()).isEqualTo(303);
        return back(provider.approve(begun.header("location")), cookie(begun, "gatehouse-sign-on"));
    }

    private JsonNode me(AdminServer.Reply reply) {
        assertThat(reply.header("location")).doesNotContain("problem");
        return server.as(server.console(cookie(reply, "gatehouse-session")), "GET", "/api/v1/session", null).json();
    }

    private static void assertProblem(AdminServer.Reply reply, String problem) {
        assertThat(reply.status()).isEqualTo(303);
        assertThat(reply.header("location")).isEqualTo("/console/?sign-on-problem=" + problem);
        assertThat(cookie(reply, "gatehouse-session")).isEmpty();
    }

    @Test
    void newcomerIsMadeAndHasTheRolesOfTheirGroups() {
        AdminServer.Reply reply = signOn("?returnTo=/console/usage?by=model");
        assertThat(reply.header("location")).isEqualTo("/console/usage?by=model");
        JsonNode me = me(reply);
        assertThat(me.at("/user/name").asText()).isEqualTo("grace");
        assertThat(me.at("/user/email").asText()).isEqualTo("grace@example.com");
        assertThat(me.get("roles").toString()).isEqualTo("[\"governance_admin\"]");
        assertThat(me.get("way").asText()).isEqualTo("provider");
        assertThat(me.get("confirmBy").asText()).isEqualTo("sign_on");
        assertThat(me.get("recentlyAuthenticated").asBoolean()).isTrue();
        assertThat(server.actions.records().toString()).doesNotContain("s3cret");
    }

    @Test
    void groupsAreLookedAtAnewAtEachLogin() {
        assertThat(me(signOn("")).get("roles").toString()).isEqualTo("[\"governance_admin\"]");
        provider.claims = claims -> claims.claim("groups", List.of("/leads")).claim("preferred_username", "renamed");
        JsonNode me = me(signOn(""));
        assertThat(me.get("roles").toString()).isEqualTo("[\"department_lead\"]");
        assertThat(me.at("/reach/departments/0/name").asText()).isEqualTo("Research");
        assertThat(me.at("/user/name").asText()).as("the same subject is the same user").isEqualTo("grace");
        provider.claims = claims -> claims.claim("groups", List.of("others"));
        assertProblem(signOn(""), "no_access");
        assertThat(server.governance.users().all()).hasSize(1).allMatch(user -> user.roles().isEmpty());
    }

    @Test
    void userWhoWasSwitchedOffStaysOut() {
        signOn("");
        String user = server.governance.users().all().getFirst().id().toString();
        server.patch("/api/v1/users/" + user, "{\"active\":false}");
        assertProblem(signOn(""), "no_access");
        assertThat(server.governance.users().all().getFirst().active()).isFalse();
    }

    @Test
    void nameOfSomebodyElseGivesNobodyTheirAccount() {
        User admin = server.governance.users()
                .create(Actor.system("test"), UserDraft.named("grace").with(Role.APPLIANCE_ADMIN)).made();
        JsonNode me = me(signOn(""));
        assertThat(me.at("/user/name").asText()).isEqualTo("grace (corp)");
        assertThat(me.at("/user/id").asText()).isNotEqualTo(admin.id().toString());
    }

    @Test
    void addressThatTheProviderDidNotVerifyGivesNobodyAnAccount() {
        User known = server.governance.users().create(Actor.system("test"), new UserDraft("g", "grace@example.com"))
                .made();
        provider.claims = claims -> claims.claim("email_verified", false).subject("other");
        provider.userInfo = Map.of("sub", "other");
        assertThat(me(signOn("")).at("/user/id").asText()).isNotEqualTo(known.id().toString());
    }

    @Test
    void addressThatTheProviderVerifiedIsTheUserWhoWasHereBefore() {
        User known = server.governance.users().create(Actor.system("test"), new UserDraft("g", "Grace@example.com"))
                .made();
        assertThat(me(signOn("")).at("/user/id").asText()).isEqualTo(known.id().toString());
    }

    @Test
    void whatTheTokenDoesNotSayStandsInTheUserInfo() {
        provider.claims = claims -> claims.claim("groups", null).claim("preferred_username", null)
                .claim("email", null);
        provider.userInfo = Map.of("groups", List.of("ai-admins"), "preferred_username", "hopper");
        assertThat(me(signOn("")).at("/user/name").asText()).isEqualTo("hopper");
        provider.userInfo = Map.of("sub", "somebody-else", "groups", List.of("ai-admins"));
        assertProblem(signOn(""), "bad_answer");
    }

    static Stream<Arguments> wrongTokens() {
        Instant now = Instant.now();
        return Stream.of(arguments("issuer", wrong(claims -> claims.issuer("https://evil.example"))),
                arguments("audience", wrong(claims -> claims.audience("another-app"))),
                arguments("audience", wrong(claims -> claims.audience(List.of("gatehouse", "another-app")))),
                arguments("audience", wrong(claims -> claims.claim("azp", "another-app"))),
                arguments("nonce", wrong(claims -> claims.claim("nonce", "of-another-login"))),
                arguments("nonce", wrong(claims -> claims.claim("nonce", null))),
                arguments("expired", wrong(claims -> claims.expirationTime(Date.from(now.minusSeconds(150))))),
                arguments("expired", wrong(claims -> claims.issueTime(Date.from(now.minusSeconds(1_200))))),
                arguments("from_the_future", wrong(claims -> claims.issueTime(Date.from(now.plusSeconds(300))))),
                arguments("from_the_future", wrong(claims -> claims.notBeforeTime(Date.from(now.plusSeconds(300))))),
                arguments("bad_answer", wrong(claims -> claims.subject(null))),
                arguments("bad_answer", wrong(claims -> claims.subject("x".repeat(300)))),
                arguments("bad_answer", wrong(claims -> claims.expirationTime(null))),
                arguments("unsigned", signing((_, claims) -> new PlainJWT(claims).serialize())),
                arguments("algorithm", signing((provider, claims) -> {
                    // The public key as the secret of an HMAC: whoever knows the key could sign.
                    SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
                    token.sign(new MACSigner(provider.key.toRSAPublicKey().getEncoded()));
                    return token.serialize();
                })),
                arguments("signature",
                        signing((_, claims) -> ScriptedProvider.signedBy(ScriptedProvider.newKey(), claims))),
                arguments("signature", signing((provider, claims) -> {
                    var forged = new com.nimbusds.jose.jwk.RSAKey.Builder(ScriptedProvider.newKey())
                            .keyID(provider.key.getKeyID()).build();
                    return ScriptedProvider.signedBy(forged, claims);
                })),
                arguments("signature", signing((provider, claims) -> {
                    String[] parts = provider.signed(claims).split("\\.");
                    String changed = provider.signed(new JWTClaimsSet.Builder(claims).subject("admin").build())
                            .split("\\.")[1];
                    return parts[0] + "." + changed + "." + parts[2];
                })),
                arguments("bad_answer", signing((_, _) -> "not.a.token")));
    }

    private interface ByProvider {
        String sign(ScriptedProvider provider, JWTClaimsSet claims) throws JOSEException;
    }

    private static Consumer<ScriptedProvider> signing(ByProvider how) {
        return provider -> provider.signing = claims -> how.sign(provider, claims);
    }

    private static Consumer<ScriptedProvider> wrong(Consumer<JWTClaimsSet.Builder> what) {
        return provider -> provider.claims = claims -> {
            what.accept(claims);
            return claims;
        };
    }

    @ParameterizedTest
    @MethodSource("wrongTokens")
    void tokenThatIsWrongInOneWayIsRefusedForThat(String problem, Consumer<ScriptedProvider> fault) {
        fault.accept(provider);
        assertProblem(signOn(""), problem);
        assertThat(server.governance.users().all()).isEmpty();
        assertThat(server.actions.records().getLast().action()).isEqualTo("refuse_login");
        assertThat(Objects.toString(server.actions.records().getLast().after())).contains(problem);
    }

    @Test
    void clocksMayBeALittleApart() {
        Instant now = Instant.now();
        provider.claims = claims -> claims.expirationTime(Date.from(now.minusSeconds(60)));
        assertThat(me(signOn("")).get("name").asText()).isEqualTo("grace");
        provider.claims = claims -> claims.issueTime(Date.from(now.plusSeconds(60)));
        assertThat(me(signOn("")).get("name").asText()).isEqualTo("grace");
    }

    @Test
    void answerOfAnotherSignOnIsRefused() {
        AdminServer.Reply begun = begin("");
        Map<String, String> answer = new HashMap<>(provider.approve(begun.header("location")));
        String cookie = cookie(begun, "gatehouse-sign-on");
        assertProblem(back(answer, ""), "not_begun");
        assertProblem(back(answer, "x".repeat(200)), "not_begun");
        assertProblem(back(Map.of("code", "code-1", "state", "forged"), cookie), "state");
        answer.put("iss", "https://evil.example");
        assertProblem(back(answer, cookie), "mix_up");
        assertProblem(back(Map.of("error", "access_denied", "state", answer.get("state")), cookie),
                "refused_by_provider");
    }

    @Test
    void refusalAndSilenceOfTheProviderAreTold() {
        provider.refusal = "invalid_client";
        assertProblem(signOn(""), "refused_by_provider");
        AdminServer.Reply begun = begin("");
        provider.close();
        assertProblem(back(provider.approve(begun.header("location")), cookie(begun, "gatehouse-sign-on")),
                "unreachable");
    }

    @Test
    void changedSigningKeyIsFetchedAndAFloodOfForeignOnesIsNot() {
        signOn("");
        int before = provider.keyCalls.get();
        for (int i = 0; i < 5; i++) {
            provider.signing = claims -> ScriptedProvider.signedBy(ScriptedProvider.newKey(), claims);
            assertProblem(signOn(""), "signature");
        }
        assertThat(provider.keyCalls.get() - before).as("not more than twice a minute").isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example/", "//evil.example", "/%5Cevil.example/../", "\\\\evil.example",
            "/\\evil.example", "javascript:alert(1)", "console", ""})
    void browserIsSentNowhereElse(String returnTo) {
        AdminServer.Reply reply = signOn("?returnTo=" + URLEncoder.encode(returnTo, StandardCharsets.UTF_8));
        String location = reply.header("location");
        assertThat(java.net.URI.create("http://box.example/").resolve(location).getHost()).isEqualTo("box.example");
        assertThat(location).startsWith("/").doesNotStartWith("//").doesNotContain("\\", "\t");
    }

    @Test
    void requestHasAllThatKeepsOthersFromUsingTheAnswer() {
        Map<String, String> asked = ScriptedProvider
                .query(begin("?confirm=true").header("location").replaceFirst(".*\\?", ""));
        assertThat(asked).containsEntry("response_type", "code").containsEntry("code_challenge_method", "S256")
                .containsEntry("client_id", "gatehouse").containsEntry("prompt", "login")
                .containsEntry("max_age", "0").containsEntry("redirect_uri",
                        "http://127.0.0.1:" + server.server.port() + "/api/v1/sign-on/corp/callback");
        assertThat(asked.get("state")).hasSize(43).isNotEqualTo(asked.get("nonce"));
    }

    @Test
    void loginOfHoursAgoIsNotRecentAndConfirmingAsksAgain() {
        provider.claims = claims -> claims.claim("auth_time", Instant.now().minusSeconds(3_600).getEpochSecond());
        assertThat(me(signOn("")).get("recentlyAuthenticated").asBoolean()).isFalse();
        assertProblem(signOn("?confirm=true"), "not_recent");
        provider.claims = claims -> claims;
        assertThat(me(signOn("?confirm=true")).get("recentlyAuthenticated").asBoolean()).isTrue();
    }

    @Test
    void signingOutGoesOnAtTheProvider() {
        Map<String, String> session = server.console(cookie(signOn(""), "gatehouse-session"));
        String there = server.as(session, "DELETE", "/api/v1/session", null).json().get("continueAt").asText();
        assertThat(there).startsWith(provider.issuer() + "/end?");
        assertThat(ScriptedProvider.query(there.replaceFirst(".*\\?", ""))).containsKey("id_token_hint")
                .containsEntry("post_logout_redirect_uri", "http://127.0.0.1:" + server.server.port() + "/console/");
    }

    private AdminServer.Reply notice(String token) {
        return server.send("POST", BASE + "back-channel-logout",
                "logout_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8),
                Map.of("Authorization", "", "Content-Type", "application/x-www-form-urlencoded"));
    }

    private JWTClaimsSet.Builder logout() {
        return new JWTClaimsSet.Builder().issuer(provider.issuer()).audience("gatehouse").subject("subject-1")
                .claim("sid", "session-1").issueTime(new Date()).jwtID(UUID.randomUUID().toString())
                .claim("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()));
    }

    @Test
    void providerEndsTheSessionOnTheBox() throws JOSEException {
        Map<String, String> session = server.console(cookie(signOn(""), "gatehouse-session"));
        for (JWTClaimsSet wrong : List.of(logout().audience("other").build(), logout().claim("events", null).build(),
                logout().claim("nonce", "n").build(), logout().issuer("https://evil.example").build(),
                logout().claim("sid", null).subject(null).build())) {
            assertThat(notice(provider.signed(wrong)).status()).as(wrong.toString()).isEqualTo(400);
        }
        assertThat(notice(ScriptedProvider.signedBy(ScriptedProvider.newKey(), logout().build())).status())
                .isEqualTo(400);
        assertThat(server.as(session, "GET", "/api/v1/session", null).status()).isEqualTo(200);
        String token = provider.signed(logout().build());
        assertThat(notice(token).status()).isEqualTo(204);
        assertThat(server.as(session, "GET", "/api/v1/session", null).status()).isEqualTo(401);
        assertThat(notice(token).status()).as("a second time").isEqualTo(400);
    }

    @Test
    void testSaysWhatIsWrongWithTheSettings() {
        String path = "/api/v1/sign-on/" + id + "/test";
        JsonNode good = server.post(path, "").json();
        assertThat(good.get("ok").asBoolean()).as(good.toString()).isTrue();
        assertThat(good.get("callbackUrl").asText()).endsWith("/api/v1/sign-on/corp/callback");
        provider.metadata.put("issuer", "https://another.example");
        assertThat(server.post(path, "").json().get("message").asText()).contains("another provider");
        server.patch("/api/v1/sign-on/" + id, "{\"oidc\":{\"issuer\":\"http://127.0.0.1:1\"}}");
        assertThat(server.post(path, "").json().get("message").asText()).contains("does not answer");
    }

    @Test
    void addressesAreThoseThatAdminsAllow() {
        String path = "/api/v1/sign-on/" + id;
        assertThat(server.patch(path, "{\"privateAddressesAllowed\":false}").fields())
                .containsExactly("oidc.issuer");
        assertThat(server.patch(path,
                "{\"privateAddressesAllowed\":false,\"oidc\":{\"issuer\":\"https://localhost\"}}").fields())
                .containsExactly("oidc.issuer");
        // A name is looked up when it is called: this one stands for loopback.
        assertThat(server.patch(path,
                "{\"privateAddressesAllowed\":false,\"oidc\":{\"issuer\":\"https://ip6-localhost\"}}").status())
                .isEqualTo(200);
        assertThat(server.post(path + "/test", "").json().get("message").asText()).containsAnyOf("private address",
                "does not answer");
    }

    @Test
    void secretIsNeverShownAndStaysUntilItIsReplaced() {
        String path = "/api/v1/sign-on/" + id;
        assertThat(server.get(path).text()).doesNotContain("s3cret");
        assertThat(server.get(path).json().get("secretSet").asBoolean()).isTrue();
        server.patch(path, "{\"title\":\"Other\"}");
        assertThat(me(signOn("")).get("name").asText()).as("the secret still works").isEqualTo("grace");
        assertThat(server.patch(path, "{\"secret\":null}").json().get("secretSet").asBoolean()).isFalse();
        assertThat(server.get("/api/v1/export").text()).doesNotContain("s3cret");
    }

    @Test
    void providerThatMakesAdminsIsForAdminsToChange() {
        User gove = server.governance.users()
                .create(Actor.system("test"), UserDraft.named("gove").with(Role.GOVERNANCE_ADMIN)).made();
        Map<String, String> session = server.signedIn(gove);
        assertThat(server.as(session, "PATCH", "/api/v1/sign-on/" + id,
                "{\"defaultRoles\":[\"appliance_admin\"]}").status()).isEqualTo(403);
        assertThat(server.as(session, "PATCH", "/api/v1/sign-on/" + id, "{\"title\":\"T\"}").status()).isEqualTo(200);
    }

    @Test
    void optionsTellWhichProvidersThereAre() {
        JsonNode options = server.send("GET", "/api/v1/session/options", null, STRANGER).json();
        assertThat(options.at("/providers/0/name").asText()).isEqualTo("Corporate account");
        assertThat(options.at("/providers/0/beginAt").asText()).isEqualTo(BASE + "begin");
        server.patch("/api/v1/sign-on/" + id, "{\"enabled\":false}");
        assertThat(server.send("GET", "/api/v1/session/options", null, STRANGER).json().get("providers")).isEmpty();
        assertProblem(begin(""), "no_provider");
    }
}
