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
     * A running DCGM host engine, one inside this process if the settings allow it, NVML, exporters on this machine.
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
        if (dcgm.embedded()) {
            candidates.add(dcgmSources.embedded());
        }
        candidates.add(nvml.driver());
        exporters.forEach(exporter -> candidates.add(ExporterSource.candidate(node, exporter, clock)));
        return List.copyOf(candidates);
    }
}
