package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.compute.GpuPlan;
import org.gatehouse.compute.TestOwners;
import org.gatehouse.compute.WholeGpu;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** GPUs in a whole daemon: on its metrics page, in the dashboards, and when they are broken. */
final class GpuMetricsIT {
    private static final Pattern NAME = Pattern
            .compile("\\b((?:DCGM_FI|gatehouse|jvm|process|system)_[A-Za-z0-9_]+)\\b");
    @TempDir
    Path data;

    @Test
    void thePageIsSoundWithEveryMetricThatAGpuCanHave() {
        try (TestDaemon box = TestDaemon.watching(data,
                WholeGpu.plan(TestOwners.byIndex("large \"one\""), Clock.systemUTC()))) {
            String text = awaitGpus(box);
            MetricsPage page = new MetricsPage(text);

            for (GpuMetric metric : GpuMetric.values()) {
                assertThat(page.names()).contains(metric.exporterName());
            }
            assertThat(text)
                    .contains("DCGM_FI_DEV_GPU_TEMP{gpu=\"0\",UUID=\"GPU-whole\",pci_bus_id=\"\",device=\"nvidia0\","
                            + "modelName=\"A \\\"quoted\\\" \\\\ name\",Hostname=\"whole-box\",model=\"large \\\"one\\\"\"} 1\n")
                    .contains("GPU_I_PROFILE=\"3g.40gb\",GPU_I_ID=\"2\"").contains("err_code=\"79\"");
        }
    }

    @Test
    void everyMetricThatADashboardAsksForIsExported() throws IOException {
        try (SimulatedServer engine = TestDaemon.engine();
                TestDaemon box = TestDaemon.watching(data,
                        WholeGpu.plan(TestOwners.byIndex("engine"), Clock.systemUTC()))) {
            TestDaemon.Furnished things = box.furnish(engine);
            assertThat(box.chat(box.key(things.project(), "ci").text(), "tokens=3").statusCode()).isEqualTo(200);
            String text = awaitGpus(box);
            MetricsPage page = new MetricsPage(text);
            // The only key that may call it is Research's.
            assertThat(text).contains("model=\"engine\",department=\"Research\"} ");

            for (String file : List.of("gatehouse.json", "gpus.json")) {
                JsonNode board = new ObjectMapper()
                        .readTree(DemoProcess.CHECKOUT.resolve("docs/dashboards").resolve(file).toFile());
                assertThat(board.get("panels")).hasSizeGreaterThan(10);
                List<String> queries = new ArrayList<>(board.findValuesAsText("expr"));
                queries.addAll(board.findValuesAsText("definition"));
                for (String query : queries) {
                    List<String> asked = NAME.matcher(query).results().map(found -> found.group(1)).toList();
                    assertThat(asked).as(query).isNotEmpty().allMatch(page::has);
                }
            }
        }
    }

    @Test
    void aBrokenOrHangingDriverKeepsTheBoxNeitherFromStartingNorFromServing() {
        List<Runnable> ways = List.of(() -> {
            throw new UnsatisfiedLinkError("undefined symbol: dcgmInit");
        }, () -> {
            throw new IllegalStateException("a bug");
        }, GpuMetricsIT::hang);
        for (Runnable way : ways) {
            try (SimulatedServer engine = TestDaemon.engine();
                    TestDaemon box = TestDaemon.watching(data.resolve("box-" + ways.indexOf(way)),
                            WholeGpu.broken(way))) {
                TestDaemon.Furnished things = box.furnish(engine);

                assertThat(box.get("/readyz").statusCode()).isEqualTo(200);
                assertThat(box.chat(box.key(things.project(), "ci").text(), "tokens=3").statusCode()).isEqualTo(200);
                assertThat(box.get("/api/v1/gpus", "authorization", "Bearer " + box.token("admin-token")).statusCode())
                        .isEqualTo(200);
                assertThat(box.get("/metrics").body()).doesNotContain("DCGM_FI");
            }
        }
    }

    @Test
    void settingsOfTheGpusDocumentAreSettings(@TempDir Path directory) throws IOException {
        Snippet settings = Snippet.of("docs/gpus.md").stream().filter(snippet -> "yaml".equals(snippet.language()))
                .findFirst().orElseThrow();
        Path file = Files.writeString(directory.resolve("appliance.yaml"),
                settings.text().replaceAll("(?m)^( *)# ( *)(- )?([a-z-]+:)", "$1$2$3$4"));

        GpuSettings read = Settings.read(file, true, java.util.Map.of()).gpus();
        GpuPlan plan = read.plan(Clock.systemUTC(), System::nanoTime);

        assertThat(read.exporters()).containsExactly(
                new GpuSettings.Exporter("gpu-2", "http://gpu-2.example.com:9400/metrics"));
        assertThat(read.dcgmAddresses()).containsExactly("tcp://127.0.0.1:5555");
        assertThat(read.dcgmEmbedded()).isFalse();
        assertThat(plan.nodes()).extracting(node -> node.name()).containsExactly("box-1", "gpu-2");
    }

    /** For longer than the test takes; its thread is a daemon's. */
    private static void hang() {
        try {
            new java.util.concurrent.CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String awaitGpus(TestDaemon box) {
        TestDaemon.await(() -> box.get("/metrics").body().contains("DCGM_FI_DEV_GPU_TEMP{"), "no GPU is seen");
        return box.get("/metrics").body();
    }
}
