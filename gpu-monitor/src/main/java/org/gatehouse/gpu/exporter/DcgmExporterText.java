package org.gatehouse.gpu.exporter;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.MigInstance;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.XidTable;

/**
 * Writes snapshots as dcgm-exporter would: the same metric names, labels, help texts, types and number forms, so that dashboards made for
 * it (12239 among them) work unchanged. The first family of names is written, since that is what they query. Values that are absent are
 * left out, as dcgm-exporter does. Devices that are simulated carry {@code simulated="true"} on every line. Immutable, thread-safe.
 */
public final class DcgmExporterText {
    /** How the label of the machine's name is spelt: dcgm-exporter changed it in 4.8.3. */
    public enum HostLabel {
        /** {@code Hostname}, up to 4.8.2. */
        CAPITAL("Hostname"),
        /** {@code hostname}, from 4.8.3. */
        SMALL("hostname");

        private final String text;

        HostLabel(String text) {
            this.text = text;
        }
    }

    /** Adds labels of the caller's own to every line of a GPU, such as the model and the department that use it. */
    @FunctionalInterface
    public interface ExtraLabels {
        /** Names and values for this GPU, in the order to be written; names must be letters, digits and underscores. */
        Map<String, String> of(String node, Gpu gpu);
    }

    private final HostLabel hostLabel;
    private final ExtraLabels extraLabels;

    /** Writes with this spelling and these additions. */
    public DcgmExporterText(HostLabel hostLabel, ExtraLabels extraLabels) {
        this.hostLabel = Objects.requireNonNull(hostLabel, "hostLabel");
        this.extraLabels = Objects.requireNonNull(extraLabels, "extraLabels");
    }

    /** As dashboards in the field expect it, with nothing added. */
    public static DcgmExporterText plain() {
        return new DcgmExporterText(HostLabel.CAPITAL, (node, gpu) -> Map.of());
    }

    /** All metrics of all GPUs of all nodes, each metric's lines together, ready to be a part of a {@code /metrics} page. */
    public String render(Collection<GpuSnapshot> snapshots) {
        Map<GpuSnapshot, Map<Gpu, Labels>> labels = new LinkedHashMap<>();
        for (GpuSnapshot snapshot : snapshots) {
            Map<Gpu, Labels> ofNode = new LinkedHashMap<>();
            snapshot.gpus().forEach(gpu -> ofNode.put(gpu, labels(snapshot, gpu)));
            labels.put(snapshot, ofNode);
        }
        StringBuilder page = new StringBuilder(64 * 1024);
        for (GpuMetric metric : GpuMetric.values()) {
            int before = page.length();
            header(page, metric.exporterName(), metric.help(),
                    metric.kind() == GpuMetric.Kind.COUNTER ? "counter" : "gauge");
            int empty = page.length();
            labels.values().forEach(ofNode -> ofNode.forEach((gpu, own) -> lines(page, metric, gpu, own)));
            if (page.length() == empty) {
                page.setLength(before);
            }
        }
        header(page, "gatehouse_gpu_up", "Whether the GPU answers and can be worked with (1) or not (0).", "gauge");
        labels.values().forEach(ofNode -> ofNode.forEach((gpu, own) -> page.append("gatehouse_gpu_up{").append(own.head)
                .append(own.tail).append(",condition=\"").append(gpu.condition().name().toLowerCase(Locale.ROOT))
                .append("\"} ").append(gpu.condition().usable() ? 1 : 0).append('\n')));
        return page.toString();
    }

    /** The labels before and after those of a MIG instance. */
    private record Labels(String head, String tail) {}

    private Labels labels(GpuSnapshot snapshot, Gpu gpu) {
        StringBuilder head = new StringBuilder();
        label(head, "gpu", Integer.toString(gpu.index()));
        label(head, "UUID", gpu.uuid());
        label(head, "pci_bus_id", gpu.identity().pciBusId());
        label(head, "device", "nvidia" + gpu.index());
        label(head, "modelName", gpu.name());
        StringBuilder tail = new StringBuilder();
        tail.append(',');
        label(tail, hostLabel.text, snapshot.node());
        if (!gpu.identity().driverVersion().isEmpty()) {
            label(tail, "DCGM_FI_DRIVER_VERSION", gpu.identity().driverVersion());
        }
        if (snapshot.simulated()) {
            label(tail, "simulated", "true");
        }
        extraLabels.of(snapshot.node(), gpu).forEach((name, value) -> {
            if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                throw new IllegalArgumentException("\"" + name + "\" cannot be a label; use letters, digits and _");
            }
            label(tail, name, value);
        });
        return new Labels(head.toString(), tail.toString());
    }

    private static void lines(StringBuilder page, GpuMetric metric, Gpu gpu, Labels labels) {
        if (gpu.readings().has(metric)) {
            page.append(metric.exporterName()).append('{').append(labels.head).append(labels.tail);
            if (metric == GpuMetric.XID) {
                int code = (int) gpu.readings().whole(metric).orElse(0);
                label(page, "err_code", Integer.toString(code));
                label(page, "err_msg", code == 0 ? "No Error" : XidTable.of(code).meaning());
            }
            value(page.append("} "), metric, gpu.readings());
        }
        for (MigInstance instance : gpu.instances()) {
            if (instance.readings().has(metric)) {
                page.append(metric.exporterName()).append('{').append(labels.head);
                label(page, "GPU_I_PROFILE", instance.profile());
                label(page, "GPU_I_ID", Integer.toString(instance.gpuInstanceId()));
                value(page.append(labels.tail).append("} "), metric, instance.readings());
            }
        }
    }

    private static void value(StringBuilder page, GpuMetric metric, Readings readings) {
        if (metric.form() == GpuMetric.Form.INTEGER) {
            page.append(readings.whole(metric).orElseThrow());
        } else {
            page.append(String.format(Locale.ROOT, "%f", readings.orNaN(metric)));
        }
        page.append('\n');
    }

    private static void header(StringBuilder page, String name, String help, String type) {
        page.append("# HELP ").append(name).append(' ').append(help).append("\n# TYPE ").append(name).append(' ')
                .append(type).append('\n');
    }

    private static void label(StringBuilder text, String name, String value) {
        if (!text.isEmpty() && text.charAt(text.length() - 1) == '"') {
            text.append(',');
        }
        text.append(name).append("=\"")
                .append(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n")).append('"');
    }
}
