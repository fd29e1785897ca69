package org.gatehouse.gpu.monitor;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuTopology;
import org.gatehouse.gpu.MigInstance;
import org.gatehouse.gpu.dcgm.DcgmSettings;
import org.gatehouse.gpu.exporter.DcgmExporterText;
import org.gatehouse.gpu.exporter.ExporterSettings;
import org.gatehouse.gpu.nvml.NvmlSources;

/**
 * Prints what the monitor sees of a real machine's GPUs, to be held against {@code nvidia-smi}: three readings a second apart, and the last
 * one as metrics. Arguments: addresses of exporters.
 */
final class PrintGpus {
    private PrintGpus() {}

    /** Runs it. */
    public static void main(String[] exporters) throws InterruptedException {
        WatchedNode node = new WatchedNode("here", Duration.ofSeconds(1),
                LocalSources.of("here", DcgmSettings.standard(), NvmlSources.STANDARD_LIBRARIES,
                        Arrays.stream(exporters).map(URI::create).map(ExporterSettings::of).toList(), Clock.systemUTC(),
                        System::nanoTime));
        try (GpuMonitor monitor = new GpuMonitor(List.of(node), Patience.standard(), new MinutesInMemory(),
                Clock.systemUTC(), System::nanoTime)) {
            monitor.onSnapshot(PrintGpus::print);
            monitor.onEvent(event -> System.out.println("EVENT " + event.message()));
            monitor.start();
            Thread.sleep(3_500);
            System.out.println(DcgmExporterText.plain().render(monitor.snapshots()));
        }
    }

    private static void print(GpuSnapshot snapshot) {
        System.out.println("--- " + snapshot.node() + " through " + snapshot.source().label() + " at "
                + snapshot.takenAt());
        snapshot.notes().forEach(note -> System.out.println("note: " + note));
        for (Gpu gpu : snapshot.gpus()) {
            System.out.println(gpu.identity() + " " + gpu.condition() + " MIG " + gpu.migEnabled());
            System.out.println("  " + gpu.readings().size() + " values " + gpu.readings());
            System.out.println("  clocks " + gpu.clockReasons() + ", processes "
                    + (gpu.processesKnown() ? gpu.processes() : "unknown"));
            for (MigInstance instance : gpu.instances()) {
                System.out.println("  " + instance);
            }
        }
        GpuTopology topology = snapshot.topology();
        topology.paths().forEach(path -> System.out.println("  " + path));
        System.out.println("  islands " + topology.islands(snapshot.gpus().stream().map(Gpu::uuid).toList()));
    }
}
