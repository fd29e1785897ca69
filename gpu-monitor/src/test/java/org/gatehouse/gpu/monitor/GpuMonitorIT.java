package org.gatehouse.gpu.monitor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.gpu.FakeBoxes;
import org.gatehouse.gpu.FakeLibrary;
import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuEvent;
import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuSymptom;
import org.gatehouse.gpu.SimulatedGpus;
import org.gatehouse.gpu.SourceCandidate;
import org.gatehouse.gpu.SourceKind;
import org.gatehouse.gpu.dcgm.DcgmSettings;

import static org.assertj.core.api.Assertions.assertThat;

/** The whole monitor in real time, on libraries that play DCGM and NVML. */
final class GpuMonitorIT {
    private static final Patience PATIENCE = new Patience(Duration.ofSeconds(5), Duration.ofSeconds(1),
            Duration.ofSeconds(1), Duration.ofMillis(200));

    @TempDir
    private Path folder;
    private ServerSocket engine = new ServerSocket();
    private FakeLibrary dcgm = FakeLibrary.none();
    private FakeLibrary nvml = FakeLibrary.none();
    private GpuMonitor monitor = new GpuMonitor(List.of(), PATIENCE, new MinutesInMemory(), Clock.systemUTC(),
            System::nanoTime);
    private final BlockingQueue<GpuSnapshot> snapshots = new LinkedBlockingQueue<>();
    private final BlockingQueue<GpuEvent> events = new LinkedBlockingQueue<>();

    GpuMonitorIT() throws IOException {}

    @BeforeEach
    void start() throws IOException {
        engine = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        dcgm = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), 2);
        nvml = FakeBoxes.nvml(FakeLibrary.nvml(folder), 2).gpu(1, "processes", "77:1000:-");
        DcgmSettings settings = new DcgmSettings(List.of(dcgm.path()),
                List.of("tcp://127.0.0.1:" + engine.getLocalPort()), false, false, Duration.ofMillis(500));
        watch(new WatchedNode("box", Duration.ofSeconds(1), LocalSources.of("box", settings, List.of(nvml.path()),
                List.of(), Clock.systemUTC(), System::nanoTime)));
    }

    @AfterEach
    void stop() throws IOException {
        nvml.remove("hang.nvmlDeviceGetTemperature");
        monitor.close();
        engine.close();
    }

    @Test
    void dcgmIsTakenFirstWithTheProcessesThatNvmlSees() throws InterruptedException {
        GpuSnapshot snapshot = until(seen -> !seen.gpus().isEmpty());
        assertThat(snapshot.source()).isEqualTo(SourceKind.DCGM);
        assertThat(snapshot.gpus().get(1).processes()).containsExactly(new GpuProcess(77, 1_000L << 20, -1));
        assertThat(monitor.snapshot("box")).isPresent();
        assertThat(monitor.snapshots()).hasSize(1);
    }

    @Test
    void nvmlTakesOverWhenTheHostEngineDiesAndGivesWayWhenItIsBack() throws InterruptedException {
        until(seen -> seen.source() == SourceKind.DCGM);
        dcgm.set("engine.dead", 1);
        GpuSnapshot instead = until(seen -> seen.source() == SourceKind.NVML);
        assertThat(instead.gpus()).hasSize(2).allMatch(gpu -> gpu.condition() == GpuCondition.OK);
        assertThat(instead.notes()).anyMatch(note -> note.contains("connection to the DCGM host engine broke"));
        dcgm.remove("engine.dead");
        until(seen -> seen.source() == SourceKind.DCGM);
        assertThat(monitor.events()).isEmpty();
    }

    @Test
    void aDriverThatHangsDoesNotHangTheMonitor() throws InterruptedException {
        until(seen -> seen.source() == SourceKind.DCGM);
        dcgm.set("engine.dead", 1);
        until(seen -> seen.source() == SourceKind.NVML);
        nvml.set("hang.nvmlDeviceGetTemperature", 8_000);
        GpuSnapshot blind = until(seen -> seen.source() == SourceKind.NONE);
        assertThat(blind.gpus()).hasSize(2).allMatch(gpu -> gpu.condition() == GpuCondition.UNKNOWN);
        assertThat(blind.notes()).anyMatch(note -> note.contains("NVML did not answer within 1000 ms"));
        assertThat(monitor.snapshots()).hasSize(1);
        dcgm.remove("engine.dead");
        until(seen -> seen.source() == SourceKind.DCGM);
    }

    @Test
    void anXidAndALostGpuAreHeardOfWithSeverityAndAdvice() throws InterruptedException {
        until(seen -> seen.source() == SourceKind.DCGM);
        dcgm.set("xids", "1:79:1700000000000000");
        GpuEvent xid = events.poll(10, TimeUnit.SECONDS);
        assertThat(xid).isNotNull();
        assertThat(xid.symptom()).isEqualTo(new GpuSymptom.Xid(79));
        assertThat(xid.message()).contains("fallen off the bus").contains("Boot the machine again");
        dcgm.gpu(1, "lost", 1);
        GpuEvent lost = events.poll(10, TimeUnit.SECONDS);
        assertThat(lost).isNotNull();
        assertThat(lost.symptom()).isEqualTo(new GpuSymptom.Lost());
        assertThat(lost.gpuIndex()).isEqualTo(1);
        assertThat(monitor.events()).hasSize(2);
        assertThat(monitor.snapshots().getFirst().gpus()).extracting(Gpu::condition).containsExactly(GpuCondition.OK,
                GpuCondition.LOST);
    }

    @Test
    void otherNodesAreWatchedBesideThisOneAndSimulatedOnesSaySo() throws InterruptedException {
        monitor.close();
        snapshots.clear();
        SimulatedGpus simulated = new SimulatedGpus("demo", Clock.systemUTC(), 4);
        watch(new WatchedNode("empty", Duration.ofSeconds(1), List.of()),
                new WatchedNode("demo", Duration.ofSeconds(1), List.of(new SourceCandidate(SourceKind.SIMULATED,
                        "simulated GPUs", () -> new SourceCandidate.Opening.Opened(simulated)))));
        GpuSnapshot demo = until(seen -> seen.node().equals("demo"));
        assertThat(demo.simulated()).isTrue();
        assertThat(demo.source()).isEqualTo(SourceKind.SIMULATED);
        assertThat(demo.gpus()).hasSize(4).allMatch(gpu -> gpu.name().startsWith("Simulated"));
        assertThat(until(seen -> seen.node().equals("empty")).notes()).contains("No GPU was found on empty.");
    }

    @Test
    void aListenerThatFailsDisturbsNobody() throws InterruptedException {
        monitor.onSnapshot(snapshot -> {
            throw new IllegalStateException("a listener that fails, on purpose");
        });
        until(seen -> true);
        until(seen -> true);
        assertThat(monitor.history().seconds("box", FakeBoxes.uuid(0), Instant.EPOCH, Instant.MAX))
                .isNotEmpty();
    }

    private void watch(WatchedNode... nodes) {
        monitor = new GpuMonitor(List.of(nodes), PATIENCE, new MinutesInMemory(), Clock.systemUTC(), System::nanoTime);
        monitor.onSnapshot(snapshots::add);
        monitor.onEvent(events::add);
        monitor.start();
    }

    private GpuSnapshot until(Predicate<GpuSnapshot> wanted) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < end) {
            GpuSnapshot snapshot = snapshots.poll(1, TimeUnit.SECONDS);
            if (snapshot != null && wanted.test(snapshot)) {
                return snapshot;
            }
        }
        throw new AssertionError("It did not come within 20 s; the newest: " + monitor.snapshots());
    }
}
