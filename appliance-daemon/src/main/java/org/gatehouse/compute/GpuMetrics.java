package org.gatehouse.compute;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.exporter.DcgmExporterText;
import org.gatehouse.gpu.exporter.DcgmExporterText.HostLabel;

/**
 * The GPUs as a part of the metrics page: dcgm-exporter's names and labels, and behind them {@code model} and {@code department} where it is
 * known whose work runs there. Immutable, thread-safe.
 */
public final class GpuMetrics {
    private static final System.Logger LOG = System.getLogger(GpuMetrics.class.getName());
    private static final String BETWEEN = "+";

    private final Gpus gpus;
    private final DcgmExporterText text;

    /** Takes the GPUs. */
    public GpuMetrics(Gpus gpus) {
        this.gpus = gpus;
        this.text = new DcgmExporterText(HostLabel.CAPITAL, this::labels);
    }

    /** All lines, each ended; empty when there is no GPU. */
    public String page() {
        List<GpuSnapshot> seen = gpus.snapshots().stream().filter(snapshot -> !snapshot.gpus().isEmpty()).toList();
        return seen.isEmpty() ? "" : text.render(seen);
    }

    /** A page that ends with these lines; without them where they cannot be made, for the box's own figures matter more. */
    public Supplier<String> behind(Supplier<String> page) {
        return () -> {
            String first = page.get();
            try {
                return first + page();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "The metrics page goes out without GPUs", e);
                return first;
            }
        };
    }

    private Map<String, String> labels(String node, Gpu gpu) {
        List<String> owners = owners(gpus.ownership(), node, gpu);
        if (owners.isEmpty()) {
            return Map.of();
        }
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("model", String.join(BETWEEN, owners));
        List<String> departments = owners.stream().map(gpus.ownership()::departmentOf).flatMap(Optional::stream)
                .distinct().sorted().toList();
        if (!departments.isEmpty()) {
            labels.put("department", String.join(BETWEEN, departments));
        }
        return labels;
    }

    /** Whose work runs on a GPU, by name, each once and in order; empty when nobody's that is known. */
    public static List<String> owners(GpuOwnership ownership, String node, Gpu gpu) {
        List<String> byProcess = gpu.processes().stream()
                .map((GpuProcess process) -> ownership.ofProcess(node, gpu, process)).flatMap(Optional::stream)
                .distinct().sorted().toList();
        return byProcess.isEmpty() ? ownership.ofGpu(node, gpu).stream().toList() : byProcess;
    }
}
