package org.gatehouse.gpu.monitor;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

import org.gatehouse.gpu.SourceCandidate;
import org.gatehouse.gpu.dcgm.DcgmSettings;
import org.gatehouse.gpu.dcgm.DcgmSources;
import org.gatehouse.gpu.exporter.ExporterSettings;
import org.gatehouse.gpu.exporter.ExporterSource;
import org.gatehouse.gpu.nvml.NvmlSources;

/** The sources of this machine in the order in which they are to be preferred. */
public final class LocalSources {
    private LocalSources() {}

    /**
     * A running DCGM host engine, NVML, a host engine inside this process if the settings allow it, exporters on this machine.
     * An embedded host engine stands behind NVML: it shows little more, and a fault in it would end this process.
     *
     * @param node this machine's name
     * @param nvmlLibraries names or paths of libnvidia-ml; {@link NvmlSources#STANDARD_LIBRARIES} on a real machine
     * @param exporters exporters that run on this machine; usually none
     */
    public static List<SourceCandidate> of(String node, DcgmSettings dcgm, List<String> nvmlLibraries,
            List<ExporterSettings> exporters, Clock clock, LongSupplier nanoTime) {
        NvmlSources nvml = new NvmlSources(node, nvmlLibraries, clock, nanoTime);
        DcgmSources dcgmSources = new DcgmSources(node, dcgm, clock, nanoTime, nvml::processReader);
        List<SourceCandidate> candidates = new ArrayList<>();
        candidates.add(dcgmSources.hostEngine());
        candidates.add(nvml.driver());
        if (dcgm.embedded()) {
            candidates.add(dcgmSources.embedded());
        }
        exporters.forEach(exporter -> candidates.add(ExporterSource.candidate(node, exporter, clock)));
        return List.copyOf(candidates);
    }
}
