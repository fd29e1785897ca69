package org.gatehouse.gpu.monitor;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

import com.sun.management.OperatingSystemMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.gpu.FakeBoxes;
import org.gatehouse.gpu.FakeLibrary;
import org.gatehouse.gpu.GpuSnapshot;
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
