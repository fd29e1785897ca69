package org.gatehouse.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What the README promises a newcomer. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoIT {
    private DemoProcess demo;

    @BeforeAll
    void start(@TempDir Path data) {
        demo = new DemoProcess(data.resolve("box"));
    }

    @AfterAll
    void stop() {
        demo.close();
    }

    @Test
    void thePrintedCurlLineWorksAsPasted() {
        String line = demo.printed().stream().map(String::strip).filter(text -> text.startsWith("curl ")).findFirst()
                .orElseThrow();

        DemoProcess.Result result = DemoProcess.run(new ProcessBuilder("sh", "-c", line));

        assertThat(result.exit()).isZero();
        assertThat(result.output()).contains("data: {").endsWith("data: [DONE]\n\n");
    }

    @Test
    void theFileForProgramsSaysWhereEverythingIsAndThatItIsSimulated() {
        JsonNode file = demo.file();

        assertThat(file.path("simulated").asBoolean()).isTrue();
        assertThat(file.path("keys")).hasSize(2).allSatisfy(key -> {
            assertThat(key.path("key").asText()).matches("ghk_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}");
            assertThat(key.path("department").asText()).isNotEmpty();
        });
        assertThat(file.path("models")).extracting(JsonNode::asText).contains("sim-small", "sim-large", "sim-cloud");
        assertThat(file.path("pids").path("daemon").asLong()).isEqualTo(demo.pid());
        assertThat(file.path("pids").path("engines")).hasSize(3);
        assertThat(file.path("adminToken").asText()).startsWith("gha_");
    }

    @Test
    void usageAndAuditSayWhoseCallItWasWhatItUsedAndWhatItCost() {
        DemoProcess.run(new ProcessBuilder("curl", "-s", demo.gateway() + "/chat/completions", "-H",
                "Authorization: Bearer " + demo.key(0), "-H", "Content-Type: application/json", "-d",
                "{\"model\":\"sim-large\",\"messages\":[{\"role\":\"user\",\"content\":\"[[sim tokens=11]] hello\"}]}"));

        DemoProcess.Result usage = DemoProcess
                .run(DemoProcess.command("usage", "--by", "department,key,model", "--data", demo.data().toString()));
        DemoProcess.Result audit = DemoProcess
                .run(DemoProcess.command("audit", "search", "--kind", "call", "--data", demo.data().toString()));

        assertThat(usage.exit()).as(usage.output()).isZero();
        assertThat(usage.output()).contains("Research").contains("search-demo").contains("sim-large").contains("USD");
        assertThat(audit.exit()).as(audit.output()).isZero();
        assertThat(audit.output()).contains("sim-large").contains("Research/search/search-demo").contains("USD");
    }

    @Test
    void lineBeforeAModelOfTheBoxIsShownWithThePlacesOfItsEngines() {
        DemoProcess.run(new ProcessBuilder("curl", "-s", demo.gateway() + "/chat/completions", "-H",
                "Authorization: Bearer " + demo.key(0), "-H", "Content-Type: application/json", "-d",
                "{\"model\":\"sim-large\",\"messages\":[{\"role\":\"user\",\"content\":\"[[sim tokens=2]] hello\"}]}"));

        String page = DemoProcess
                .run(new ProcessBuilder("curl", "-s", demo.gateway().replace("/v1", "/metrics"))).output();
        DemoProcess.Result status = DemoProcess
                .run(DemoProcess.command("deployments", "status", "sim-large", "--data", demo.data().toString()));

        new MetricsPage(page);
        assertThat(page).containsPattern("gatehouse_queue_places\\{deployment=\"sim-large\"} [1-9]")
                .contains(
                        "gatehouse_queue_wait_seconds_bucket{deployment=\"sim-large\",class=\"interactive\",le=\"+Inf\"}")
                .contains("gatehouse_queue_running{deployment=\"sim-large\"} 0");
        assertThat(status.output()).contains("PLACES", "TURNED AWAY");
    }

    @Test
    void bothEnginesAreDeploymentsThatCanBePlannedSeenAndRead() {
        String data = demo.data().toString();
        DemoProcess.Result status = DemoProcess.run(DemoProcess.command("deployments", "status", "--data", data));
        DemoProcess.Result logs = DemoProcess
                .run(DemoProcess.command("deployments", "logs", "sim-small", "--data", data));
        DemoProcess.Result plan = DemoProcess.run(DemoProcess.command("deployments", "plan", "--name", "more",
                "--public-name", "more", "--model", demo.data().resolve("models-simulated/simulated-32b").toString(),
                "--gpu", "GPU-simulated-0", "--data", data));
        DemoProcess.Result gpus = DemoProcess.run(DemoProcess.command("gpus", "--data", data));

        assertThat(status.output()).as(status.output()).contains("sim-small-0", "sim-large-0", "ready");
        assertThat(logs.output()).contains("Application startup complete");
        assertThat(plan.exit()).as(plan.output()).isEqualTo(3);
        assertThat(plan.output()).contains("does not fit", "GPU-simulated-0");
        assertThat(gpus.output()).contains("sim-small", "simulated");
    }

    /** The last one, because it takes the demo of the others. */
    @Test
    @Order(Integer.MAX_VALUE)
    void ctrlCStopsEverythingThatTheDemoStarted() throws InterruptedException {
        List<Long> pids = new ArrayList<>();
        demo.file().path("pids").path("engines").forEach(pid -> pids.add(pid.asLong()));
        assertThat(pids).allMatch(DemoIT::lives);

        demo.stop();

        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (pids.stream().anyMatch(DemoIT::lives) && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
        assertThat(pids).hasSize(3).noneMatch(DemoIT::lives);
    }

    @Test
    void killingTheEngineUnderLoadIsInvisibleToItsClients(@TempDir Path data) throws Exception {
        Process shown = DemoProcess
                .command("demo", "--port", "0", "--data", data.resolve("box").toString(), "--show-failover")
                .redirectErrorStream(true).start();
        List<String> printed = new ArrayList<>();
        try (BufferedReader lines = shown.inputReader(StandardCharsets.UTF_8)) {
            while (printed.isEmpty() || !printed.getLast().startsWith("Fail-over: ")) {
                printed.add(Objects.requireNonNull(lines.readLine(), () -> String.join("\n", printed)));
            }
            shown.toHandle().destroy();
            assertThat(shown.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(String.join("\n", printed)).contains("the engine is killed (SIGKILL)").contains("sim-cloud=");
        assertThat(printed.getLast()).matches("Fail-over: [1-9]\\d+ calls answered in whole, 0 not; .*");
    }

    /** Side by side: each has a box of its own. */
    @Test
    void aDemoThatIsStoppedInTheMiddleOfItsStartIsWholeAfterTheNext(@TempDir Path data) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> tries = new ArrayList<>();
            for (String until : List.of("the daemon is up", "the simulated programs answer", "limits are set")) {
                tries.add(threads.submit(() -> {
                    stopAndStartAgain(data.resolve(until.replace(' ', '-')), until);
                    return until;
                }));
            }
            for (Future<?> each : tries) {
                each.get(3, TimeUnit.MINUTES);
            }
        }
    }

    private static void stopAndStartAgain(Path box, String until) throws IOException, InterruptedException {
        Process stopped = DemoProcess.command("demo", "--port", "0", "--data", box.toString())
                .redirectErrorStream(true).start();
        try (BufferedReader lines = stopped.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null && !line.contains(until);) {
                line = lines.readLine();
            }
            // Process.destroy would close the pipe that is read here.
            stopped.toHandle().destroy();
            assertThat(stopped.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(lines.readAllLines()).noneMatch(line -> line.contains("xception"));
        }
        try (DemoProcess next = new DemoProcess(box)) {
            for (int key = 0; key < 2; key++) {
                DemoProcess.Result answer = DemoProcess.run(new ProcessBuilder("curl", "-s", "-o", "/dev/null", "-w",
                        "%{http_code}", next.gateway() + "/models", "-H", "Authorization: Bearer " + next.key(key)));
                assertThat(answer.output()).as(until).isEqualTo("200");
            }
        }
    }

    private static boolean lives(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
}
