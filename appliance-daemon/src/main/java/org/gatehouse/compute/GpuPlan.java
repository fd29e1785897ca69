package org.gatehouse.compute;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

import org.gatehouse.gpu.SimulatedGpus;
import org.gatehouse.gpu.SourceCandidate;
import org.gatehouse.gpu.SourceCandidate.Opening;
import org.gatehouse.gpu.SourceKind;
import org.gatehouse.gpu.dcgm.DcgmSettings;
import org.gatehouse.gpu.exporter.ExporterSettings;
import org.gatehouse.gpu.exporter.ExporterSource;
import org.gatehouse.gpu.monitor.LocalSources;
import org.gatehouse.gpu.monitor.WatchedNode;
import org.gatehouse.gpu.nvml.NvmlSources;

/**
 * Which GPUs are watched, and who works on them. Immutable.
 *
 * @param local what this machine is called; empty when its own GPUs are not watched
 * @param nodes this machine, then the others; none at all when watching is switched off
 * @param ownership who works on which GPU
 */
public record GpuPlan(String local, List<WatchedNode> nodes, GpuOwnership ownership) {
    private static final Duration LOCAL = Duration.ofSeconds(1);
    /** An exporter collects each 30 s unless told otherwise; asking three times as often sees each collection. */
    private static final Duration REMOTE = Duration.ofSeconds(10);

    /** Copies the list. */
    public GpuPlan {
        nodes = List.copyOf(nodes);
        Objects.requireNonNull(local, "local");
        Objects.requireNonNull(ownership, "ownership");
    }

    /**
     * A dcgm-exporter that is scraped.
     *
     * @param name the machine's name
     * @param url its metrics page
     */
    public record Exporter(String name, URI url) {}

    /** Watches nothing. */
    public static GpuPlan off() {
        return new GpuPlan("", List.of(), GpuOwnership.none());
    }

    /**
     * Watches exporters alone.
     *
     * @throws IllegalArgumentException when two have the same name, or an address is none
     */
    public static GpuPlan exporters(List<Exporter> exporters, Clock clock) {
        return new GpuPlan("", remote(exporters, clock), GpuOwnership.none());
    }

    /**
     * Watches this machine by the best source that works, and exporters.
     *
     * @param node this machine's name
     * @param dcgm where DCGM is looked for
     * @param everywhere whether DCGM is tried even where no NVIDIA device can be seen: because its host engine is elsewhere
     * @throws IllegalArgumentException when two nodes have the same name, or an address is none
     */
    public static GpuPlan automatic(String node, DcgmSettings dcgm, boolean everywhere, List<Exporter> exporters,
            Clock clock, LongSupplier nanoTime) {
        NvidiaPresence presence = new NvidiaPresence(Path.of("/"));
        List<SourceCandidate> local = new ArrayList<>();
        for (SourceCandidate candidate : LocalSources.of(node, dcgm, NvmlSources.STANDARD_LIBRARIES, List.of(), clock,
                nanoTime)) {
            boolean elsewhere = everywhere && candidate.kind() == SourceKind.DCGM;
            local.add(elsewhere ? candidate : presence.guard(candidate));
        }
        List<WatchedNode> nodes = new ArrayList<>();
        nodes.add(new WatchedNode(node, LOCAL, local));
        nodes.addAll(remote(exporters, clock));
        return new GpuPlan(node, nodes, GpuOwnership.none());
    }

    /** GPUs that do not exist, for the demo, which follow a slow wave of their own; everything that shows them says so. */
    public static GpuPlan simulated(String node, int count, GpuOwnership ownership, Clock clock) {
        return simulated(node, count, ownership, clock, _ -> Optional.empty());
    }

    /** The same with somebody who says at each sample what the GPU of that index does, or leaves it to itself. */
    public static GpuPlan simulated(String node, int count, GpuOwnership ownership, Clock clock,
            IntFunction<Optional<SimulatedGpus.Load>> loads) {
        SourceCandidate candidate = new SourceCandidate(SourceKind.SIMULATED, "simulated GPUs",
                () -> new Opening.Opened(new SimulatedGpus(node, clock, count, loads)));
        return new GpuPlan(node, List.of(new WatchedNode(node, LOCAL, List.of(candidate))), ownership);
    }

    /** The same GPUs with other owners. */
    public GpuPlan ownedBy(GpuOwnership others) {
        return new GpuPlan(local, nodes, others);
    }

    private static List<WatchedNode> remote(List<Exporter> exporters, Clock clock) {
        return exporters.stream().map(exporter -> new WatchedNode(exporter.name(), REMOTE,
                List.of(ExporterSource.candidate(exporter.name(), ExporterSettings.of(exporter.url()), clock))))
                .toList();
    }
}
