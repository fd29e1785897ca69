package org.gatehouse.compute;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.energy.GpuUse;
import org.gatehouse.gpu.exporter.DcgmExporterText;
import org.gatehouse.gpu.exporter.DcgmExporterText.HostLabel;
import org.gatehouse.telemetry.MetricText;

/**
 * The GPUs as a part of the metrics page: dcgm-exporter's names and labels, and behind them {@code model} and {@code department} where it is
 * known whose work runs there. Immutable, thread-safe.
 */
public final class GpuMetrics {
    private static final String NOBODY = "none";
    private static final String BETWEEN = "+";

    private final Gpus gpus;
    private final Function<String, Optional<String>> departments;

    /**
     * Takes the GPUs.
     *
     * @param departments for which department alone an owner works, if there is such; asked once an owner and page
     */
    public GpuMetrics(Gpus gpus, Function<String, Optional<String>> departments) {
        this.gpus = gpus;
        this.departments = departments;
    }

    /** All lines, each ended; empty when there is no GPU. */
    public String page() {
        List<GpuSnapshot> seen = gpus.snapshots().stream().filter(snapshot -> !snapshot.gpus().isEmpty()).toList();
        if (seen.isEmpty()) {
            return "";
        }
        String simulated = seen.stream().anyMatch(GpuSnapshot::simulated) ? "true" : "";
        Map<String, GpuUse> taken = new TreeMap<>(gpus.taken());
        MetricText page = new MetricText();
        page.counter("gatehouse_model_energy_watt_hours_total", "Energy of the GPUs that a local model holds.");
        taken.forEach((owner, use) -> page.sample(use.wattHours(), "model", named(owner), "simulated", simulated));
        page.counter("gatehouse_model_gpu_seconds_total", "Time of the GPUs that a local model holds, busy or not.");
        taken.forEach((owner, use) -> page.sample(use.gpuSeconds(), "model", named(owner), "simulated", simulated));
        page.counter("gatehouse_department_energy_watt_hours_total",
                "Energy of local models, shared out over the calls of departments; none for what no call was charged with.");
        gpus.shared().forEach((names, use) -> page.sample(use.wattHours(), "department", named(names.getLast()),
                "model", named(names.getFirst()), "simulated", simulated));
        Map<String, Optional<String>> asked = new HashMap<>();
        DcgmExporterText text = new DcgmExporterText(HostLabel.CAPITAL, (node, gpu) -> labels(node, gpu, asked));
        return text.render(seen) + page;
    }

    private static String named(String owner) {
        return owner.isEmpty() ? NOBODY : owner;
    }

    private Map<String, String> labels(String node, Gpu gpu, Map<String, Optional<String>> asked) {
        List<String> owners = owners(gpus.ownership(), node, gpu);
        if (owners.isEmpty()) {
            return Map.of();
        }
        Map<String, String> labels = new LinkedHashMap<>();
        labels.put("model", String.join(BETWEEN, owners));
        List<Optional<String>> alone = owners.stream().map(owner -> asked.computeIfAbsent(owner, departments))
                .distinct().toList();
        if (alone.size() == 1) {
            alone.getFirst().ifPresent(department -> labels.put("department", department));
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
