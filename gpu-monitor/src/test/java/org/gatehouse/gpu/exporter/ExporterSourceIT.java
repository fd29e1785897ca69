package org.gatehouse.gpu.exporter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.gatehouse.gpu.FakeBoxes;
import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuSource;
import org.gatehouse.gpu.Readings.Absence;
import org.gatehouse.gpu.Sampling;
import org.gatehouse.gpu.SimulatedGpus;
import org.gatehouse.gpu.SourceCandidate.Opening;
import org.gatehouse.gpu.SourceKind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** The scrape, against an HTTP server on this machine. */
final class ExporterSourceIT {
    private static final String FIRST_FAMILY = """
            # HELP DCGM_FI_DEV_SM_CLOCK SM clock frequency (in MHz).
            # TYPE DCGM_FI_DEV_SM_CLOCK gauge
            DCGM_FI_DEV_SM_CLOCK{gpu="1",UUID="GPU-b",pci_bus_id="00000000:1A:00.0",device="nvidia1",modelName="NVIDIA H100",Hostname="far",DCGM_FI_DRIVER_VERSION="550.1"} 1980
            DCGM_FI_DEV_SM_CLOCK{gpu="0",UUID="GPU-a",pci_bus_id="00000000:19:00.0",device="nvidia0",modelName="NVIDIA H100",Hostname="far",DCGM_FI_DRIVER_VERSION="550.1"} 345
            DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-a"} 9007199254740993
            DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-a"} 68.625000
            DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-a"} 1
            DCGM_FI_DEV_FB_USED{gpu="0",UUID="GPU-a"} 1024
            DCGM_FI_DEV_FB_USED{gpu="1",UUID="GPU-b",GPU_I_PROFILE="3g.40gb",GPU_I_ID="2",Hostname="far"} 700
            something_else{gpu="9",UUID="GPU-z"} 1
            """;
    private static final String LATER_FAMILY = """
            DCGM_FI_DEV_SM_CLOCK_HERTZ{gpu="0",uuid="GPU-a",hostname="far",DCGM_FI_SYSTEM_DRIVER_VERSION="600.1"} 1.98e+09
            DCGM_FI_DEV_GPU_ENERGY_JOULES_TOTAL{gpu="0",uuid="GPU-a"} 12.500000
            DCGM_FI_DEV_GPU_UTIL_RATIO{gpu="0",uuid="GPU-a"} 0.410000
            DCGM_FI_DEV_FB_USED_BYTES{gpu="0",uuid="GPU-a"} 1073741824
            """;

    private final CountDownLatch released = new CountDownLatch(1);
    private HttpServer server = server();
    private String page = FIRST_FAMILY;
    private int status = 200;
    private boolean slow;

    @BeforeEach
    void start() {
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/metrics", exchange -> {
            byte[] body = page.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body, 0, slow ? body.length / 2 : body.length);
                out.flush();
                if (slow) {
                    released.await();
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        released.countDown();
        server.stop(0);
    }

    @Test
    void theFirstFamilyOfNamesIsRead() {
        GpuSnapshot snapshot = taken();
        assertThat(snapshot.source()).isEqualTo(SourceKind.EXPORTER);
        assertThat(snapshot.node()).isEqualTo("far-box");
        assertThat(snapshot.gpus()).extracting(Gpu::uuid).containsExactly("GPU-a", "GPU-b");
        Gpu first = snapshot.gpus().getFirst();
        assertThat(first.identity().driverVersion()).isEqualTo("550.1");
        assertThat(first.identity().pciBusId()).isEqualTo("00000000:19:00.0");
        assertThat(first.name()).isEqualTo("NVIDIA H100");
        assertThat(first.readings().whole(GpuMetric.ENERGY)).hasValue(9_007_199_254_740_993L);
        assertThat(first.powerWatts()).hasValue(68.625);
        assertThat(first.busy()).hasValue(0.01);
        assertThat(first.memoryUsedBytes()).hasValue(1L << 30);
        assertThat(first.readings().absence(GpuMetric.TEMPERATURE)).isEqualTo(Absence.UNSUPPORTED);
        assertThat(first.processesKnown()).isFalse();
        Gpu second = snapshot.gpus().getLast();
        assertThat(second.migEnabled()).isTrue();
        assertThat(second.instances().getFirst().profile()).isEqualTo("3g.40gb");
        assertThat(second.instances().getFirst().readings().whole(GpuMetric.MEMORY_USED)).hasValue(700);
    }

    @Test
    void theLaterFamilyIsBroughtToTheSameUnits() {
        page = LATER_FAMILY;
        Gpu gpu = taken().gpus().getFirst();
        assertThat(gpu.uuid()).isEqualTo("GPU-a");
        assertThat(gpu.identity().driverVersion()).isEqualTo("600.1");
        assertThat(gpu.readings().whole(GpuMetric.SM_CLOCK)).hasValue(1_980);
        assertThat(gpu.energyJoules()).hasValue(12.5);
        assertThat(gpu.busy().orElseThrow()).isCloseTo(0.41, within(1e-9));
        assertThat(gpu.memoryUsedBytes()).hasValue(1L << 30);
    }

    @Test
    void aRatioInPercentFromAnOlderHostEngineStaysPercent() {
        page = "DCGM_FI_DEV_GPU_UTIL_RATIO{gpu=\"0\",UUID=\"GPU-a\"} 93\n";
        assertThat(taken().gpus().getFirst().busy()).hasValue(0.93);
    }

    @Test
    void whatWeWriteWeCanRead() {
        SimulatedGpus gpus = new SimulatedGpus("far-box", FakeBoxes.STANDING, 3);
        GpuSnapshot written = ((Sampling.Taken) gpus.sample()).snapshot();
        page = DcgmExporterText.plain().render(List.of(written));
        GpuSnapshot read = taken();
        assertThat(read.simulated()).isTrue();
        assertThat(read.gpus()).hasSize(3);
        for (int i = 0; i < 3; i++) {
            for (GpuMetric metric : GpuMetric.values()) {
                assertThat(read.gpus().get(i).readings().has(metric))
                        .isEqualTo(written.gpus().get(i).readings().has(metric));
                if (written.gpus().get(i).readings().has(metric)) {
                    assertThat(read.gpus().get(i).readings().orNaN(metric)).as(metric.name())
                            .isCloseTo(written.gpus().get(i).readings().orNaN(metric), within(1e-6));
                }
            }
        }
    }

    @Test
    void aPageThatIsTooLongIsRefused() {
        page = "# " + "x".repeat(20_000) + "\n" + FIRST_FAMILY;
        assertThat(reason(settings(Duration.ofSeconds(5), 10_000))).contains("could not be read");
    }

    @Test
    void anExporterThatStopsInTheMiddleIsLeftAtTheDeadline() {
        slow = true;
        long before = System.nanoTime();
        assertThat(reason(settings(Duration.ofMillis(300), 100_000))).contains("did not answer within 300 ms");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void everyOtherAnswerIsAFailureWithAdvice() {
        status = 503;
        assertThat(reason(settings(Duration.ofSeconds(5), 100_000))).contains("status 503")
                .contains("dcgm-exporter runs");
        status = 200;
        page = "<html>not an exporter</html>";
        assertThat(reason(settings(Duration.ofSeconds(5), 100_000))).contains("shows no GPU");
        server.stop(0);
        assertThat(reason(settings(Duration.ofSeconds(5), 100_000))).contains("could not be read");
    }

    @Test
    void onlyWebAddressesAreTaken() {
        for (String bad : List.of("file:///etc/passwd", "ftp://host/x", "metrics", "http:///metrics")) {
            assertThatThrownBy(() -> ExporterSettings.of(URI.create(bad))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private GpuSnapshot taken() {
        return switch (open(settings(Duration.ofSeconds(5), 1_000_000))) {
            case Opening.Opened(GpuSource source) -> {
                try (source) {
                    yield ((Sampling.Taken) source.sample()).snapshot();
                }
            }
            case Opening.Unavailable(String reason) -> throw new AssertionError(reason);
        };
    }

    private String reason(ExporterSettings settings) {
        return switch (open(settings)) {
            case Opening.Opened(GpuSource source) -> throw new AssertionError("it opened");
            case Opening.Unavailable(String reason) -> reason;
        };
    }

    private static Opening open(ExporterSettings settings) {
        return ExporterSource.candidate("far-box", settings, FakeBoxes.STANDING).opener().get();
    }

    private ExporterSettings settings(Duration deadline, int mostBytes) {
        return new ExporterSettings(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/metrics"),
                deadline, mostBytes);
    }

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
