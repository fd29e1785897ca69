package org.gatehouse.gpu.monitor;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

import com.sun.management.OperatingSystemMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.gpu.FakeBoxes;
import org.gatehouse.gpu.FakeLibrary;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.ManualTime;
import org.gatehouse.gpu.SourceKind;
import org.gatehouse.gpu.dcgm.DcgmSettings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the monitor itself costs: the processor time of the whole process while it reads 8 GPUs with 60 values and more each. The libraries
 * answer at once, so the driver's and the host engine's own work is not in the figure. Readings follow each other without a
 * pause after a warm-up, and the figure is the time of one, against the second in which it is due.
 */
final class SamplingCostIT {
    private static final int GPUS = 8;
    private static final int WARM_UP = 300;
    private static final int READINGS = 300;
    private static final double MOST_OF_A_CORE = 0.01;

    @TempDir
    private Path folder;

    @Test
    void readingEightGpusEachSecondThroughDcgmTakesLessThanAHundredthOfACore() throws IOException {
        try (ServerSocket engine = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            FakeLibrary dcgm = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), GPUS);
            FakeLibrary nvml = FakeBoxes.nvml(FakeLibrary.nvml(folder), GPUS);
            measure(SourceKind.DCGM, 60, new DcgmSettings(List.of(dcgm.path()),
                    List.of("tcp://127.0.0.1:" + engine.getLocalPort()), false, false, Duration.ofSeconds(1)),
                    nvml.path());
        }
    }

    @Test
    void readingEightGpusEachSecondThroughNvmlTakesLessThanAHundredthOfACore() {
        FakeLibrary nvml = FakeBoxes.withGpm(FakeBoxes.nvml(FakeLibrary.nvml(folder), GPUS), GPUS);
        measure(SourceKind.NVML, 60,
                new DcgmSettings(List.of("/nowhere/libdcgm.so.4"), List.of(), false, false, Duration.ofSeconds(1)),
                nvml.path());
    }

    @Test
    void halfAnHourOfReadingsLeavesNothingBehind() throws IOException {
        try (ServerSocket engine = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            FakeLibrary dcgm = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), GPUS);
            FakeLibrary nvml = FakeBoxes.nvml(FakeLibrary.nvml(folder), GPUS);
            ManualTime time = new ManualTime();
            WatchedNode node = new WatchedNode("box", Duration.ofSeconds(1), LocalSources.of("box",
                    new DcgmSettings(List.of(dcgm.path()), List.of("tcp://127.0.0.1:" + engine.getLocalPort()), false,
                            false, Duration.ofSeconds(1)),
                    List.of(nvml.path()), List.of(), time.clock(), time.nanoTime()));
            MinuteStore nowhere = new MinuteStore() {
                @Override
                public void keep(List<GpuMinute> minutes) {
                    // What the store keeps is not the monitor's.
                }

                @Override
                public List<GpuMinute> minutes(String name, String gpuUuid, Instant from, Instant to) {
                    return List.of();
                }
            };
            try (GpuMonitor monitor = new GpuMonitor(List.of(node), Patience.standard(), nowhere, time.clock(),
                    time.nanoTime())) {
                NodeWatch watch = monitor.watches().getFirst();
                read(monitor, watch, time, 900);
                long heap = heap();
                long resident = residentBytes();
                read(monitor, watch, time, 1_800);
                long grown = heap() - heap;
                System.out.printf(Locale.ROOT, "1800 readings of %d GPUs: heap grew by %d kB, the process by %d kB%n",
                        GPUS,
                        grown / 1_024, (residentBytes() - resident) / 1_024);
                assertThat(monitor.snapshots().getFirst().source())
                        .as(monitor.snapshots().getFirst().notes().toString())
                        .isEqualTo(SourceKind.DCGM);
                assertThat(grown).isLessThan(1 << 20);
                watch.close();
            }
        }
    }

    private static void read(GpuMonitor monitor, NodeWatch watch, ManualTime time, int times) {
        for (int i = 0; i < times; i++) {
            monitor.step(watch);
            time.pass(Duration.ofSeconds(1));
        }
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long residentBytes() throws IOException {
        String[] pages = Files.readString(Path.of("/proc/self/statm")).split(" ");
        return Long.parseLong(pages[1]) * 4_096;
    }

    private static void measure(SourceKind expected, int values, DcgmSettings settings, String nvmlLibrary) {
        WatchedNode node = new WatchedNode("box", Duration.ofSeconds(1), LocalSources.of("box", settings,
                List.of(nvmlLibrary), List.of(), Clock.systemUTC(), System::nanoTime));
        try (GpuMonitor monitor = new GpuMonitor(List.of(node), Patience.standard(), new MinutesInMemory(),
                Clock.systemUTC(), System::nanoTime)) {
            NodeWatch watch = monitor.watches().getFirst();
            for (int i = 0; i < WARM_UP; i++) {
                monitor.step(watch);
            }
            GpuSnapshot snapshot = monitor.snapshots().getFirst();
            assertThat(snapshot.source()).isEqualTo(expected);
            assertThat(snapshot.gpus()).hasSize(GPUS).allMatch(gpu -> gpu.readings().size() >= values);
            OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            long before = process.getProcessCpuTime();
            for (int i = 0; i < READINGS; i++) {
                monitor.step(watch);
            }
            double share = (process.getProcessCpuTime() - before) / 1e9 / READINGS;
            System.out.printf(Locale.ROOT, "sampling %d GPUs x %d values through %s each second: %.2f %% of one core%n",
                    GPUS, snapshot.gpus().getFirst().readings().size(), expected.label(), share * 100);
            assertThat(share).isLessThan(MOST_OF_A_CORE);
            watch.close();
        }
    }
}
