package org.gatehouse.gpu.monitor;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

import com.sun.management.OperatingSystemMXBean;

import org.gatehouse.gpu.FakeBoxes;
import org.gatehouse.gpu.FakeLibrary;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.dcgm.DcgmSettings;

/**
 * The figure of the table in the README: the processor time of a whole process that does nothing but watch 8 GPUs at the pace of one reading
 * a second, its caches cold as they are then, the JVM's own work included. Arguments: {@code dcgm} or {@code nvml}, and the minutes.
 */
final class SamplingCost {
    private static final int GPUS = 8;

    private SamplingCost() {}

    /** Runs it. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        boolean throughDcgm = arguments[0].equals("dcgm");
        int minutes = Integer.parseInt(arguments[1]);
        Path folder = Files.createTempDirectory("sampling-cost");
        try (ServerSocket engine = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            FakeLibrary dcgm = FakeBoxes.dcgm(FakeLibrary.dcgm(folder), GPUS);
            FakeLibrary nvml = FakeBoxes.withGpm(FakeBoxes.nvml(FakeLibrary.nvml(folder), GPUS), GPUS);
            DcgmSettings settings = new DcgmSettings(List.of(throughDcgm ? dcgm.path() : "/nowhere/libdcgm.so.4"),
                    List.of("tcp://127.0.0.1:" + engine.getLocalPort()), false, false, Duration.ofSeconds(1));
            WatchedNode node = new WatchedNode("box", Duration.ofSeconds(1), LocalSources.of("box", settings,
                    List.of(nvml.path()), List.of(), Clock.systemUTC(), System::nanoTime));
            try (GpuMonitor monitor = new GpuMonitor(List.of(node), Patience.standard(), new MinutesInMemory(),
                    Clock.systemUTC(), System::nanoTime)) {
                monitor.start();
                OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
                Thread.sleep(20_000);
                for (int minute = 0; minute < minutes; minute++) {
                    long processor = process.getProcessCpuTime();
                    long began = System.nanoTime();
                    Thread.sleep(60_000);
                    GpuSnapshot snapshot = monitor.snapshots().getFirst();
                    System.out.printf(Locale.ROOT,
                            "%d GPUs x %d values through %s each second: %.2f %% of one core, %d kB live, %s resident%n",
                            snapshot.gpus().size(), snapshot.gpus().getFirst().readings().size(),
                            snapshot.source().label(),
                            100.0 * (process.getProcessCpuTime() - processor) / (System.nanoTime() - began),
                            live() >> 10, resident());
                }
            }
        }
    }

    /** What is left on the heap after a collection; the next minute pays for it. */
    private static long live() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static String resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS:"))
                .map(line -> line.substring("VmRSS:".length()).strip()).findFirst().orElse("unknown");
    }
}
