package org.gatehouse.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.admin.AdminServer;
import org.gatehouse.admin.LiveQueues;
import org.gatehouse.engines.WrittenEngines;
import org.gatehouse.store.Databases;
import org.gatehouse.supervisor.fleet.FleetView;
import org.gatehouse.supervisor.fleet.FleetView.Standing;
import org.gatehouse.supervisor.fleet.ReplicaPhase;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code gatehouse deployments} against a running admin API with engines on paper. */
final class DeploymentCommandsIT {
    private static final String[] CREATE = {"deployments", "create", "--name", "chat", "--public-name", "chat-large",
            "--model", "/models/chat"};
    private static final FleetView.OfDeployment LOADING = WrittenEngines.standing("chat", Standing.LOADING, "",
            ReplicaPhase.LOADING, "weights", 43);
    private static final FleetView.OfDeployment SERVING = WrittenEngines.standing("chat", Standing.SERVING, "",
            ReplicaPhase.READY, "", 100);
    private static final FleetView.OfDeployment FAILED = WrittenEngines.standing("chat", Standing.FAILED,
            "chat-0: out of memory", ReplicaPhase.FAILED, "", 0);
    @TempDir
    Path directory;
    private AdminServer server;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(Databases.H2, directory);
        shell = new Shell(Map.of("GATEHOUSE_URL", "http://127.0.0.1:" + server.server.port(),
                "GATEHOUSE_ADMIN_TOKEN", server.token));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void deploymentIsMadeListedShownChangedAndDeletedByItsName() throws IOException {
        Shell.Result made = run("deployments", "create", "--name", "chat", "--public-name", "chat-large", "--model",
                "/models/chat", "--replicas", "2", "--gpu", "GPU-0", "--gpu", "GPU-1", "--context", "-1",
                "--argument=--enable-prefix-caching", "--adapter", "legal=/adapters/legal", "--adapter-slots", "2",
                "--on-demand", "--drain-seconds", "5");
        assertThat(made.status()).as(made.err()).isZero();
        assertThat(made.out()).contains("gpus=GPU-0,GPU-1").contains("contextTokens=-1")
                .contains("--enable-prefix-caching").contains("drainSeconds=5");
        assertThat(run("deployments").out()).contains("STANDING").contains("chat-large  unknown   0/0");
        server.engines.show(LOADING);
        assertThat(run("deployments", "list").out()).contains("loading", "0/1", "chat-0 loading weights 43 %");
        assertThat(run("deployments", "update", "chat", "--replicas", "0", "--always").out()).contains("replicas", "0");
        JsonNode listed = new ObjectMapper().readTree(run("deployments", "list", "--output", "json").out());
        assertThat(listed.get(0).get("onDemand").asBoolean()).isFalse();
        assertThat(run("deployments", "show", "chat").out()).contains("name=legal");
        assertThat(run("models", "show", "legal").out()).contains("chat=legal");
        assertThat(run("deployments", "delete", "chat", "--cascade").out()).contains("Deleted");
        assertThat(run("deployments", "show", "chat").err()).contains("There is no deployment 'chat'");
    }

    @Test
    void lineBeforeAModelIsSetAndShown() throws IOException {
        Shell.Result made = run("deployments", "create", "--name", "chat", "--public-name", "c", "--model", "/m",
                "--max-concurrent-calls", "4", "--max-waiting", "50", "--max-waiting-of-department", "20");
        assertThat(made.out()).as(made.err()).contains("maxConcurrentCalls=4", "maxWaiting=50",
                "maxWaitingOfDepartment=20");
        server.engines.show(SERVING);
        assertThat(run("deployments", "status", "chat").out()).as("no call has come yet")
                .doesNotContain("BY DEPARTMENT");
        server.lines.put("chat", new LiveQueues.Line(4, 4, 3, 1, Map.of("Research", 3), Duration.ofMillis(1500), 9));
        for (String shown : List.of(run("deployments", "status", "chat").out(), run("deployments", "status").out())) {
            assertThat(shown).contains("BY DEPARTMENT", "Research 3", "1.5 s");
        }
        run("departments", "create", "--name", "Research");
        assertThat(run("departments", "update", "Research", "--weight", "101").err()).contains("weight");
        assertThat(run("departments", "update", "Research", "--weight", "3").out()).contains("3");
        assertThat(run("departments", "list").out()).contains("WEIGHT");
        assertThat(run("policies", "create", "--scope", "department:Research", "--class", "batch").out())
                .contains("batch");
    }

    @Test
    void planSaysInSentencesAndByItsStatusWhetherItFits() throws IOException {
        String[] plan = {"deployments", "plan", "--name", "chat", "--public-name", "c", "--model", "/m"};

        Shell.Result fits = run(plan);
        assertThat(fits.status()).as(fits.err()).isZero();
        assertThat(fits.out()).contains("chat fits: a context of 32768 tokens, 12 sequences")
                .contains("chat-0 on GPU 0 of box (GPU-0)").contains("16.0 GiB weights, 40.0 GiB KV cache")
                .contains("Would give way: old.").contains("The weights are 16.0 GiB.");
        server.engines.plans = _ -> WrittenEngines.doesNotFit();
        Shell.Result not = run(plan);
        assertThat(not.status()).isEqualTo(3);
        assertThat(not.out()).contains("does not fit; the longest context that does is 65536 tokens.");
        Path file = Files.writeString(directory.resolve("chat.yaml"), "{name: chat, publicName: c, model: /m}");
        assertThat(run("deployments", "plan", "-f", file.toString(), "--output", "json").status()).isEqualTo(3);
        server.engines.plans = _ -> WrittenEngines.invalid();
        Shell.Result invalid = run(plan);
        assertThat(invalid.status()).isEqualTo(2);
        assertThat(invalid.out()).contains("sizing.gpus: GPU-0 is named twice. Name it once.");
        Shell.Result refused = run("deployments", "plan", "--name", "chat", "--engine", "steam");
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err()).contains("engine must be one of vllm");
        assertThat(run("deployments", "list", "--output", "json").out().strip()).isEqualTo("[ ]");
    }

    @Test
    void fileIsAppliedAndWatchedUntilItServes() throws IOException {
        Path file = Files.writeString(directory.resolve("chat.yaml"), """
                name: chat
                publicName: chat-large
                model: /models/chat
                sizing: {contextTokens: 4096}
                """);
        server.engines.show(LOADING, LOADING, SERVING);

        Shell.Result applied = run("deployments", "apply", "-f", file.toString(), "--wait", "60");

        assertThat(applied.status()).as(applied.err()).isZero();
        assertThat(applied.out()).containsSubsequence("+ deployments chat", "1 to create",
                "chat-0 loading weights 43 %", "chat is serving.").containsOnlyOnce("43 %");
        Files.writeString(file, """
                deployments:
                  - {name: chat, publicName: chat-large, model: /models/chat}
                  - {name: small, publicName: small, model: /models/small, replicas: 0}
                """);
        assertThat(run("deployments", "apply", "-f", file.toString()).out())
                .contains("~ deployments chat", "contextTokens=4096", "+ deployments small");
    }

    @Test
    void watchEndsWithTheReasonWhenItFailsAndWithAdviceWhenTimeIsUp() throws IOException {
        Path file = Files.writeString(directory.resolve("chat.json"),
                "{\"name\":\"chat\",\"publicName\":\"chat-large\",\"model\":\"/m\"}");
        server.engines.show(LOADING, FAILED);
        Shell.Result failed = run("deployments", "apply", "-f", file.toString(), "--wait", "60");
        assertThat(failed.status()).isEqualTo(1);
        assertThat(failed.err()).contains("chat failed: chat-0: out of memory", "deployments logs chat");
        server.engines.show(LOADING);
        Shell.Result slow = run("deployments", "apply", "-f", file.toString(), "--wait", "1", "--output", "json");
        assertThat(slow.status()).isEqualTo(1);
        assertThat(slow.err()).contains("chat-0 loading weights 43 %").contains("After 1 seconds");
        assertThat(new ObjectMapper().readTree(slow.out()).get("applied").asBoolean()).isTrue();
    }

    @Test
    void statusShowsEnginesAndGpus() {
        run(CREATE);
        server.engines.show(SERVING);

        assertThat(run("deployments", "status").out()).contains("serving", "1/1", "chat-0", "GPU-0 60.0 GiB", "25 %",
                "80.0 GiB", "PROMISED");
        assertThat(run("deployments", "status", "chat").out()).contains("serving", "chat-0")
                .doesNotContain("PROMISED");
        assertThat(run("deployments", "status", "chat", "--output", "json").out()).contains("\"standing\" : \"serving");
        assertThat(run("deployments", "retry", "chat").out()).contains("Trying again. chat is serving");
        assertThat(server.engines.retried).containsExactly("chat");
    }

    @Test
    void logsAreShownAndFollowed() throws Exception {
        run(CREATE);
        server.engines.show(LOADING);
        server.engines.write("chat-0", 1, "first --api-key s3cr3t");
        server.engines.write("chat-0", 2, "second");
        assertThat(run("deployments", "logs", "chat").out()).isEqualTo(
                "chat-0 2026-11-20T12:00:01Z first --api-key ***\nchat-0 2026-11-20T12:00:02Z second\n");
        assertThat(run("deployments", "logs", "chat", "--lines", "1", "--output", "json").out())
                .contains("\"text\" : \"second\"").doesNotContain("first");
        assertThat(run("deployments", "logs", "chat", "--instance", "other-0").err()).contains("it has chat-0");

        CompletableFuture<Shell.Result> result = new CompletableFuture<>();
        Thread follower = Thread.ofPlatform()
                .start(() -> result.complete(run("deployments", "logs", "chat", "--lines", "1", "--follow")));
        Thread.sleep(Duration.ofMillis(700));
        server.engines.write("chat-0", 2, "third");
        Thread.sleep(Duration.ofMillis(1_500));
        follower.interrupt();
        assertThat(result.get(10, java.util.concurrent.TimeUnit.SECONDS).out().lines()
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))).containsExactly("second", "third");
    }

    @Test
    void filesThatHoldNoDeploymentsAreRefusedInOneLine() throws IOException {
        for (Map.Entry<String, String> bad : Map.of("name: [", "is not valid YAML", "{colour: red}",
                "holds no deployment", "", "holds no deployment", "[1]", "holds no deployment",
                "{name: a, name: b}", "is not valid YAML", "[{name: a}, {name: a}]", "twice",
                "{users: [], deployments: [{name: a}]}", "declares users too", "{name: a}", "publicName is missing",
                "{deployments: 7}", "holds no deployment").entrySet()) {
            Path file = Files.writeString(directory.resolve("bad.yaml"), bad.getKey());
            Shell.Result refused = run("deployments", "apply", "-f", file.toString());
            assertThat(refused.status()).as(bad.getKey()).isEqualTo(1);
            assertThat(refused.err()).as(bad.getKey()).contains(bad.getValue());
            assertThat(refused.err().strip().lines()).hasSize(1);
        }
        assertThat(run("deployments", "apply", "-f", "/nonexistent.yaml").err()).contains("can't be read");
        assertThat(run("deployments", "apply", "-f", "x", "--wait", "soon").status()).isEqualTo(1);
        assertThat(run("deployments", "logs", "nobody").err()).contains("There is no deployment 'nobody'");
        assertThat(run("deployments", "logs", "nobody", "--lines", "0").err()).contains("between 1 and 2000");
        assertThat(run("deployments", "create", "--name", "chat").status()).isEqualTo(2);
    }

    private Shell.Result run(String... words) {
        return shell.run(words);
    }
}
