package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.identity.AuthenticatorApp;
import org.gatehouse.machine.settings.ApplianceSystemChanges;
import org.gatehouse.machine.settings.TestAppliance;
import org.gatehouse.setup.Phase;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** The set-up of a new box, claim by claim and step by step. */
@ParameterizedClass
@EnumSource(Databases.class)
final class SetupApiIT {
    private static final String ROOT = "/api/v1/setup";
    private static final String PASSWORD = "seven wet horses on ice";
    private static final List<String> STEPS = List.of("machine", "certificate", "administrator", "sign-on",
            "organization", "providers", "local-models", "safekeeping", "first-key");
    private final Databases kind;
    @TempDir
    Path directory;
    private AdminServer server;

    SetupApiIT(Databases kind) {
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

    private String freshCode() {
        AdminServer.Reply reply = server.post(ROOT + "/code", "{}");
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
        return reply.json().get("code").asText();
    }

    private AdminServer.Reply claim(String code, boolean program) {
        return server.send("POST", ROOT + "/claim", "{\"code\":\"" + code + "\",\"program\":" + program + "}",
                stranger());
    }

    private Map<String, String> stranger() {
        return Map.of("Authorization", "", "x-gatehouse-console", "1", "Origin",
                "http://127.0.0.1:" + server.server.port());
    }

    private Map<String, String> program(String code) {
        AdminServer.Reply reply = claim(code, true);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return Map.of("Authorization", "Bearer " + reply.json().get("token").asText());
    }

    private Map<String, String> browser(String code) {
        AdminServer.Reply reply = claim(code, false);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("token").isNull()).isTrue();
        String cookie = reply.header("set-cookie");
        return server.console(cookie.substring(cookie.indexOf('=') + 1, cookie.indexOf(';')));
    }

    private AdminServer.Reply put(Map<String, String> as, String step, String answer) {
        return server.send("PUT", ROOT + "/steps/" + step, "{\"answer\":" + answer + "}", as);
    }

    private AdminServer.Reply putAt(Map<String, String> as, String step, String answer, long version) {
        Map<String, String> headers = new java.util.HashMap<>(as);
        headers.put("If-Match", "\"" + version + "\"");
        return put(headers, step, answer);
    }

    private void skip(Map<String, String> as, String step) {
        AdminServer.Reply reply = server.send("POST", ROOT + "/steps/" + step + "/skip",
                "{\"reason\":\"not needed here\"}", as);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.json().get("status").asText()).isEqualTo("skipped");
    }

    private static void assertProblem(AdminServer.Reply reply, int status, String kind) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.json().get("type").asText()).isEqualTo("urn:gatehouse:problem:" + kind);
    }

    private JsonNode view(@Nullable Map<String, String> as) {
        return server.send("GET", ROOT, null, as == null ? stranger() : as).json();
    }

    @Test
    void strangersSeeHowFarItIsAndNoStep() {
        assertThat(view(null).get("phase").asText()).isEqualTo("unclaimed");
        assertThat(view(null).get("steps")).isEmpty();
        assertThat(server.send("GET", ROOT + "/steps/machine", null, stranger()).status()).isEqualTo(401);
        JsonNode steps = view(browser(freshCode())).get("steps");
        assertThat(steps.findValuesAsText("name")).isEqualTo(STEPS);
        assertThat(steps.findValuesAsText("status")).containsOnly("open");
    }

    @Test
    void codeWorksOnceAndIsInNoAnswerAndNoRecord() throws IOException {
        String code = freshCode();
        assertThat(Files.readString(directory.resolve("claim-code")).strip()).isEqualTo(code);
        assertThat(Files.getPosixFilePermissions(directory.resolve("claim-code"))).hasSize(2);

        AdminServer.Reply claimed = claim(code.toLowerCase(java.util.Locale.ROOT).replace("-", " "), true);
        assertThat(claimed.status()).as(claimed.text()).isEqualTo(200);
        assertThat(directory.resolve("claim-code")).doesNotExist();
        assertProblem(claim(code, true), 409, "already_claimed");
        assertProblem(claim(code, false), 409, "already_claimed");

        String token = claimed.json().get("token").asText();
        String records = server.actions.records().toString();
        assertThat(records).contains("claim").doesNotContain(code).doesNotContain(token);
        assertThat(view(Map.of("Authorization", "Bearer " + token)).toString()).doesNotContain(code)
                .doesNotContain(token);
    }

    @Test
    void wrongCodesAreRefusedThenSlowedDownUntilTheBoxGivesAFreshOne() {
        freshCode();
        for (int i = 0; i < 5; i++) {
            assertProblem(claim("0000-000" + i, true), 403, "claim_code_wrong");
        }
        AdminServer.Reply slowed = claim("0000-0009", true);
        assertProblem(slowed, 429, "throttled");
        assertThat(Integer.parseInt(slowed.header("retry-after"))).isPositive();
        assertThat(program(freshCode())).isNotEmpty();
    }

    @Test
    void expiredCodeIsToldAsSuch() {
        String code = freshCode();
        server.fresh.database().jdbi().useTransaction(handle -> handle
                .execute("UPDATE setup_state SET code_expires_at = code_expires_at - INTERVAL '16' MINUTE"));
        assertProblem(claim(code, true), 403, "claim_code_expired");
        assertThat(view(null).get("phase").asText()).isEqualTo("unclaimed");
    }

    @Test
    void anotherSiteClaimsNothingWithSomebodysBrowser() {
        AdminServer.Reply reply = server.send("POST", ROOT + "/claim", "{\"code\":\"" + freshCode() + "\"}",
                Map.of("Authorization", ""));
        assertProblem(reply, 403, "forged");
        assertThat(view(null).get("phase").asText()).isEqualTo("unclaimed");
    }

    @Test
    void ofManyWithTheSameCodeOneWins() throws InterruptedException {
        String code = freshCode();
        List<Integer> statuses = new CopyOnWriteArrayList<>();
        CountDownLatch together = new CountDownLatch(1);
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                pool.submit(() -> {
                    together.await();
                    return statuses.add(claim(code, true).status());
                });
            }
            together.countDown();
        }
        assertThat(statuses).hasSize(8).filteredOn(status -> status == 200).hasSize(1);
        assertThat(statuses).filteredOn(status -> status != 200).containsOnly(409);
    }

    @Test
    void secondBrowserTakesOverAndTheFirstIsTold() {
        Map<String, String> first = browser(freshCode());
        assertThat(put(first, "machine", "{\"name\":\"box\"}").status()).isEqualTo(200);
        Map<String, String> second = browser(freshCode());

        assertProblem(put(first, "machine", "{\"name\":\"other\"}"), 401, "setup_taken_over");
        assertProblem(server.send("GET", "/api/v1/departments", null, first), 401, "setup_taken_over");
        assertThat(view(second).at("/steps/0/status").asText()).isEqualTo("done");
        assertThat(view(second).at("/steps/0/answer/name").asText()).isEqualTo("box");

        Map<String, String> third = program(freshCode());
        assertProblem(put(second, "machine", "{\"name\":\"other\"}"), 401, "setup_taken_over");
        assertThat(put(third, "machine", "{\"name\":\"other\"}").status()).isEqualTo(200);
    }

    @Test
    void sessionOfTheClaimIsHeldToTheConsolesHeader() {
        Map<String, String> session = new java.util.HashMap<>(browser(freshCode()));
        session.remove("x-gatehouse-console");
        assertProblem(put(session, "machine", "{\"name\":\"box\"}"), 403, "forged");
    }

    @Test
    void answerThatIsGivenAgainChangesNothingAndSaysSo() {
        Map<String, String> admin = program(freshCode());
        for (String[] each : new String[][]{{"machine", "{\"name\":\"box\",\"timeZone\":\"Europe/Berlin\"}"},
                {"certificate", "{\"kind\":\"self_signed\",\"names\":[\"box.example.com\",\"192.0.2.7\"]}"},
                {"providers", providers("sk-very-secret-1")}, {"organization", organization("balanced")},
                {"local-models", "{\"deployments\":[{\"name\":\"chat\",\"publicName\":\"chat\",\"model\":\"/m\"}]}"},
                {"safekeeping", safekeeping()},
                {"first-key", "{\"department\":\"Research\",\"project\":\"search\",\"models\":[\"gpt\"]}"},
                {"administrator", "{\"name\":\"Ada\",\"password\":\"" + PASSWORD
                        + "\",\"oneTimeCodeSecret\":\"JBSWY3DPEHPK3PXP\"}"}}) {
            AdminServer.Reply first = put(admin, each[0], each[1]);
            assertThat(first.status()).as(each[0] + first.text()).isEqualTo(200);
            assertThat(first.json().get("status").asText()).as(each[0]).isEqualTo("done");
            assertThat(first.json().at("/result/changed").asBoolean()).as(each[0]).isTrue();
            AdminServer.Reply second = put(admin, each[0], each[1]);
            assertThat(second.status()).as(each[0] + second.text()).isEqualTo(200);
            assertThat(second.json().at("/result/changed").asBoolean(true)).as(each[0] + second.text()).isFalse();
        }
    }

    private static String providers(String key) {
        return "{\"currency\":\"EUR\",\"upstreams\":[{\"name\":\"openai\",\"kind\":\"openai\",\"apiKey\":\"" + key
                + "\",\"models\":[{\"name\":\"gpt\",\"upstreamModel\":\"gpt-5\",\"inputPerMillion\":\"1.25\","
                + "\"outputPerMillion\":\"10\"}]}]}";
    }

    private static String organization(String preset) {
        return "{\"departments\":[{\"name\":\"Research\",\"monthlyBudget\":\"500\",\"projects\":[\"search\"]},"
                + "{\"name\":\"Support\"}],\"currency\":\"EUR\",\"preset\":\"" + preset + "\"}";
    }

    private String safekeeping() {
        return "{\"backup\":{\"directory\":\"" + directory.resolve("backups") + "\",\"hour\":3,\"keep\":5}}";
    }

    @Test
    void secretsAreInNoAnswerAndNoRecord() {
        Map<String, String> admin = program(freshCode());
        put(admin, "providers", providers("sk-very-secret-1"));
        put(admin, "administrator", "{\"name\":\"Ada\",\"password\":\"" + PASSWORD
                + "\",\"oneTimeCodeSecret\":\"JBSWY3DPEHPK3PXP\"}");
        put(admin, "organization", organization("open"));
        String key = put(admin, "first-key", "{\"department\":\"Research\",\"project\":\"search\"}").json()
                .at("/secrets/key").asText();
        assertThat(key).startsWith("ghk_");
        StringBuilder shown = new StringBuilder(view(admin).toString());
        STEPS.forEach(step -> shown.append(server.send("GET", ROOT + "/steps/" + step, null, admin).text()));
        shown.append(server.actions.records());
        assertThat(shown.toString()).doesNotContain("sk-very-secret-1").doesNotContain(PASSWORD)
                .doesNotContain("JBSWY3DPEHPK3PXP").doesNotContain(key);
    }

    @Test
    void administratorIsMadeOnlyWhenACodeWasShown() {
        Map<String, String> admin = browser(freshCode());
        String answer = "{\"name\":\"Ada\",\"email\":\"ada@example.com\",\"password\":\"" + PASSWORD + "\"";
        AdminServer.Reply asked = put(admin, "administrator", answer + "}");
        assertThat(asked.json().get("status").asText()).isEqualTo("open");
        assertThat(asked.json().at("/result/awaiting").asText()).isEqualTo("one_time_code");
        assertThat(server.governance.users().all()).isEmpty();
        String secret = asked.json().at("/secrets/codeSecret").asText();
        assertThat(asked.json().at("/secrets/codeUri").asText()).contains(secret);

        AdminServer.Reply wrong = put(admin, "administrator", answer + ",\"oneTimeCode\":\"000000\"}");
        assertProblem(wrong, 422, "setup_check_failed");
        assertThat(server.governance.users().all()).isEmpty();

        String code = AuthenticatorApp.with(secret).at(Instant.now());
        AdminServer.Reply done = put(admin, "administrator", answer + ",\"oneTimeCode\":\"" + code + "\"}");
        assertThat(done.json().get("status").asText()).as(done.text()).isEqualTo("done");
        assertThat(server.governance.users().all().getFirst().breakGlass()).isTrue();
        // The code that proved it opens nothing any more.
        assertThat(login("Ada", code).status()).isEqualTo(401);
        assertThat(login("Ada", AuthenticatorApp.with(secret).at(Instant.now().plusSeconds(30))).status())
                .isEqualTo(201);
    }

    private AdminServer.Reply login(String name, String code) {
        return server.send("POST", "/api/v1/session", "{\"username\":\"" + name + "\",\"password\":\"" + PASSWORD
                + "\",\"otp\":\"" + code + "\"}", stranger());
    }

    @Test
    void answersThatFailLeaveNothing() throws IOException {
        Map<String, String> admin = program(freshCode());
        List<String> failing = new ArrayList<>(List.of(
                "machine {\"name\":\"box\",\"network\":{\"mode\":\"static\",\"device\":\"none0\","
                        + "\"address\":\"192.0.2.7/24\",\"gateway\":\"198.51.100.1\"}}",
                "certificate {\"kind\":\"upload\",\"certificatePem\":\"nonsense\"}",
                "certificate {\"kind\":\"acme\",\"names\":[\"box.example.com\"]}",
                "administrator {\"name\":\"Ada\",\"password\":\"password1234\"}",
                "sign-on {\"name\":\"corp\",\"kind\":\"oidc\",\"privateAddressesAllowed\":true,"
                        + "\"oidc\":{\"issuer\":\"http://127.0.0.1:1\",\"clientId\":\"g\"}}",
                "providers {\"upstreams\":[{\"name\":\"x\",\"kind\":\"openai\"}]}",
                "first-key {\"department\":\"Nobody\",\"project\":\"nothing\"}",
                "safekeeping {\"backup\":{\"directory\":\"/no/such/place\"}}",
                "organization {\"departments\":[{\"name\":\"A\",\"monthlyBudget\":\"-1\"}],\"preset\":\"open\"}"));
        for (String each : failing) {
            String step = each.substring(0, each.indexOf(' '));
            AdminServer.Reply reply = put(admin, step, each.substring(each.indexOf(' ') + 1));
            assertProblem(reply, 422, "setup_check_failed");
            assertThat(reply.json().get("checks").findValuesAsText("ok")).as(each).contains("false");
            assertThat(server.send("GET", ROOT + "/steps/" + step, null, admin).json().get("version").asLong())
                    .as(each).isZero();
        }
        assertThat(server.governance.departments().all()).isEmpty();
        assertThat(server.governance.upstreams().all()).isEmpty();
        assertThat(server.governance.users().all()).isEmpty();
        assertThat(server.governance.signOn().all()).isEmpty();
        assertThat(directory.resolve("machine.json")).doesNotExist();
        assertThat(directory.resolve("tls")).doesNotExist();
    }

    @Test
    void wrongMembersAreNamed() {
        Map<String, String> admin = program(freshCode());
        AdminServer.Reply reply = put(admin, "machine", "{\"name\":\"-\",\"colour\":\"red\"}");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.fields()).containsExactlyInAnyOrder("colour", "name");
        assertThat(put(admin, "nothing", "{}").status()).isEqualTo(404);
        assertThat(put(admin, "machine", "{\"name\":\"" + "x".repeat(10_000_000) + "\"}").status()).isEqualTo(413);
    }

    @Test
    void ofTwoAdminsAtOneStepTheSecondSeesWhatIsThere() {
        Map<String, String> admin = program(freshCode());
        assertThat(putAt(admin, "machine", "{\"name\":\"first\"}", 0).status()).isEqualTo(200);
        AdminServer.Reply late = putAt(admin, "machine", "{\"name\":\"second\"}", 0);
        assertProblem(late, 412, "version_conflict");
        assertThat(late.json().at("/current/answer/name").asText()).isEqualTo("first");
        long now = late.json().at("/current/version").asLong();
        assertThat(putAt(admin, "machine", "{\"name\":\"second\"}", now).status()).isEqualTo(200);
    }

    @Test
    void checkTriesAndChangesNothing() {
        Map<String, String> admin = program(freshCode());
        JsonNode tried = server.send("POST", ROOT + "/steps/providers/check",
                "{\"answer\":" + providers("sk-1") + "}", admin).json();
        assertThat(tried.get("ok").asBoolean()).as(tried.toString()).isTrue();
        assertThat(tried.at("/checks/1/models/0").asText()).isEqualTo("m-1");
        assertThat(server.governance.upstreams().all()).isEmpty();
    }

    @Test
    void finishWantsEveryStepAnsweredOrSkippedAndEndsTheClaim() {
        Map<String, String> admin = browser(freshCode());
        assertThat(put(admin, "machine", "{\"name\":\"box\"}").status()).isEqualTo(200);
        AdminServer.Reply early = server.send("POST", ROOT + "/finish", "{}", admin);
        assertProblem(early, 409, "setup_incomplete");
        assertThat(early.json().get("open")).hasSize(STEPS.size() - 1);
        AdminServer.Reply unsaid = server.send("POST", ROOT + "/steps/first-key/skip", "{\"reason\":\"\"}", admin);
        assertThat(unsaid.status()).isEqualTo(400);
        STEPS.subList(1, STEPS.size()).forEach(step -> skip(admin, step));

        AdminServer.Reply done = server.send("POST", ROOT + "/finish", "{}", admin);
        assertThat(done.json().get("phase").asText()).as(done.text()).isEqualTo("finished");
        assertProblem(put(admin, "machine", "{\"name\":\"box\"}"), 401, "set_up_finished");
        assertProblem(server.post(ROOT + "/code", "{}"), 409, "set_up_finished");
        assertProblem(claim("0000-0000", true), 409, "set_up_finished");
        // What was skipped can be made good later, by whoever runs the box.
        assertThat(server.send("PUT", ROOT + "/steps/organization", "{\"answer\":" + organization("open") + "}",
                Map.of()).status()).isEqualTo(200);
        List<String> verbs = server.actions.records().stream().filter(record -> "setup".equals(record.objectType()))
                .map(record -> record.action()).distinct().toList();
        assertThat(verbs).contains("issue_code", "claim", "answer", "skip", "finish");
    }

    @Test
    void applianceIsNotFinishedWhileNobodyCouldSignIn(@TempDir Path other) throws IOException {
        Path data = Files.createDirectory(other.resolve("data"));
        try (TestAppliance appliance = new TestAppliance(other);
                AdminServer box = new AdminServer(kind, data,
                        new ApplianceSystemChanges(appliance.agent(), appliance.root()))) {
            STEPS.forEach(step -> assertThat(box.post(ROOT + "/steps/" + step + "/skip", "{\"reason\":\"later\"}")
                    .status()).as(step).isEqualTo(200));
            assertProblem(box.post(ROOT + "/finish", "{}"), 409, "nobody_could_sign_in");
            assertThat(box.setUp.phase()).isNotEqualTo(Phase.FINISHED);

            assertThat(box.send("PUT", ROOT + "/steps/administrator",
                    "{\"answer\":{\"name\":\"admin\",\"password\":\"" + PASSWORD
                            + "\",\"oneTimeCodeSecret\":\"JBSWY3DPEHPK3PXP\"}}",
                    Map.of()).status()).isEqualTo(200);
            assertThat(box.post(ROOT + "/finish", "{}").json().get("phase").asText()).isEqualTo("finished");
        }
    }
}
