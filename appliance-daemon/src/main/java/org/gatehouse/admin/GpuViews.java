package org.gatehouse.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

import org.gatehouse.compute.GpuMetrics;
import org.gatehouse.compute.GpuOwnership;
import org.gatehouse.compute.StoredEvent;
import org.gatehouse.governance.form.About;
import org.gatehouse.gpu.ClockReason;
import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.MigInstance;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.monitor.GpuMinute;

/** GPUs as the admin API shows them. Stateless. */
final class GpuViews {
    private GpuViews() {}

    /** Everything. */
    record GpuList(@About("The machines that are watched, this one first.") List<GpuNode> nodes,
            @About("Why there is nothing to see; empty when GPUs are watched.") String trouble) {}

    /** A machine. */
    record GpuNode(@About("The machine's name.") String name,
            @About("What it is read from: dcgm, dcgm-embedded, nvml, exporter, simulated or none.") String source,
            @About("Whether these devices do not exist.") boolean simulated,
            @About("When it was read.") Instant takenAt,
            @About("What people should know: why a better source is not used, what cannot be read.") List<String> notes,
            @About("Its GPUs, by index.") List<GpuView> gpus,
            @About("How pairs of GPUs are joined; a pair that is missing is not known.") List<GpuPath> paths,
            @About("Groups of GPUs that reach each other by NVLink; an engine with tensor parallelism belongs in one.") List<List<String>> islands) {

        static GpuNode of(GpuSnapshot snapshot, GpuOwnership ownership) {
            return new GpuNode(snapshot.node(), snapshot.source().label(), snapshot.simulated(), snapshot.takenAt(),
                    snapshot.notes(),
                    snapshot.gpus().stream().map(gpu -> GpuView.of(snapshot, gpu, ownership)).toList(),
                    snapshot.topology().paths().stream().map(path -> new GpuPath(path.first(), path.second(),
                            word(path.way()), path.nvLinks())).toList(),
                    snapshot.topology().islands(snapshot.gpus().stream().map(Gpu::uuid).toList()).stream()
                            .map(island -> island.stream().sorted().toList()).toList());
        }
    }

    /** How two GPUs are joined. */
    record GpuPath(@About("The id of one.") String first, @About("The id of the other.") String second,
            @About("The way through PCIe, such as pcie_switch or system.") String way,
            @About("How many NVLink links join them; 0 for none.") int nvLinks) {}

    /** A GPU. */
    record GpuView(@About("The vendor's stable identity.") String id, @About("Its machine.") String node,
            @About("The driver's index; may move when the machine is booted.") int index,
            @About("The product's name.") String name,
            @About("What it is read from.") String source, @About("Whether it does not exist.") boolean simulated,
            @About("When it was read.") Instant takenAt,
            @About("ok, lost (it does not answer any more), detached, or unknown (no source can tell now).") String condition,
            @About("Its PCI address; empty when unknown.") String pciBusId,
            @About("The number of /dev/nvidiaN.") @Nullable Integer minor,
            @About("The board's serial number; empty when unknown.") String serial,
            @About("The driver's version; empty when unknown.") String driverVersion,
            @About("The compute capability; empty when unknown.") String computeCapability,
            @About("The memory node next to it.") @Nullable Integer numaNode,
            @About("The local upstreams whose engines work on it.") List<String> models,
            @About("Device memory, in bytes.") @Nullable Long memoryTotalBytes,
            @About("Device memory in use, in bytes.") @Nullable Long memoryUsedBytes,
            @About("The share of time in which it worked, 0 to 1.") @Nullable Double busy,
            @About("In degrees Celsius.") @Nullable Double temperatureCelsius,
            @About("In watts.") @Nullable Double powerWatts,
            @About("Why its clocks are where they are; empty when they run free, or nobody knows.") List<String> clockReasons,
            @About("Every value that could be read, and why the others could not.") List<GpuReading> readings,
            @About("Whether it is cut into instances (MIG).") boolean migEnabled,
            @About("Its MIG instances.") List<GpuPart> instances,
            @About("Whether the source sees processes at all: an empty list means none only then.") boolean processesKnown,
            @About("The processes that hold its memory, whoever started them.") List<GpuHolder> processes) {

        static GpuView of(GpuSnapshot snapshot, Gpu gpu, GpuOwnership ownership) {
            return new GpuView(gpu.uuid(), snapshot.node(), gpu.index(), gpu.name(), snapshot.source().label(),
                    snapshot.simulated(), snapshot.takenAt(), word(gpu.condition()), gpu.identity().pciBusId(),
                    known(gpu.identity().minor()), gpu.identity().serial(), gpu.identity().driverVersion(),
                    gpu.identity().computeCapability(), known(gpu.identity().numaNode()),
                    GpuMetrics.owners(ownership, snapshot.node(), gpu), orNull(gpu.memoryTotalBytes()),
                    orNull(gpu.memoryUsedBytes()), orNull(gpu.busy()), orNull(gpu.temperatureCelsius()),
                    orNull(gpu.powerWatts()), gpu.clockReasons().stream().map((ClockReason reason) -> word(reason))
                            .toList(),
                    GpuReading.all(gpu.readings()), gpu.migEnabled(),
                    gpu.instances().stream().map(GpuPart::of).toList(), gpu.processesKnown(),
                    gpu.processes().stream().map(process -> GpuHolder.of(process,
                            ownership.ofProcess(snapshot.node(), gpu, process).orElse(null))).toList());
        }
    }

    /** A value. */
    record GpuReading(@About("What was read.") String metric,
            @About("What dcgm-exporter and the metrics page call it.") String exporterName,
            @About("The unit of the value.") String unit,
            @About("The value; null when there is none.") @Nullable Double value,
            @About("Why there is no value: not_read, unsupported, not_permitted, no_data; null when there is one.") @Nullable String absent) {

        static List<GpuReading> all(Readings readings) {
            return Arrays.stream(GpuMetric.values()).map(metric -> new GpuReading(word(metric), metric.exporterName(),
                    word(metric.unit()), readings.has(metric) ? (Double) readings.orNaN(metric) : null,
                    readings.has(metric) ? null : word(readings.absence(metric)))).toList();
        }
    }

    /** A MIG instance. */
    record GpuPart(@About("The driver's id of the instance on its GPU.") int instance,
            @About("Such as 3g.40gb; empty when unknown.") String profile,
            @About("MIG-…; empty when the source does not say.") String uuid,
            @About("Its values; those that it has not are left out.") List<GpuReading> readings) {

        static GpuPart of(MigInstance instance) {
            return new GpuPart(instance.gpuInstanceId(), instance.profile(), instance.uuid(),
                    GpuReading.all(instance.readings()).stream().filter(reading -> reading.value() != null).toList());
        }
    }

    /** A process that holds device memory. */
    record GpuHolder(@About("Its process id, as the driver's namespace sees it.") long pid,
            @About("Device memory that it holds; null when the driver does not say.") @Nullable Long memoryBytes,
            @About("The MIG instance that it runs in.") @Nullable Integer instance,
            @About("The local upstream that it belongs to; null for a foreign one.") @Nullable String model) {

        static GpuHolder of(GpuProcess process, @Nullable String model) {
            return new GpuHolder(process.pid(), orNull(process.memoryBytes()), known(process.gpuInstanceId()), model);
        }
    }

    /** The past of a GPU. */
    record GpuPast(@About("The GPU.") String id, @About("Its machine.") String node,
            @About("The first moment.") Instant from, @About("The first moment behind the end.") Instant to,
            @About("What a point stands for: second, minute or hour.") String grain,
            @About("The units of the metrics.") Map<String, String> units,
            @About("The points, oldest first.") List<GpuPoint> points) {}

    /** A point of the past. */
    record GpuPoint(@About("When it begins.") Instant at, @About("How many readings it is made of.") int samples,
            @About("Of gauges the mean, of counters the last value; what was absent is left out.") Map<String, Double> mean,
            @About("Of gauges the highest value, of counters the last.") Map<String, Double> peak) {

        static GpuPoint of(GpuMinute minute, List<GpuMetric> metrics) {
            return new GpuPoint(minute.start(), minute.samples(), values(minute.mean(), metrics),
                    values(minute.peak(), metrics));
        }

        private static Map<String, Double> values(Readings readings, List<GpuMetric> metrics) {
            Map<String, Double> values = new LinkedHashMap<>();
            for (GpuMetric metric : metrics) {
                if (readings.has(metric)) {
                    values.put(word(metric), readings.orNaN(metric));
                }
            }
            return values;
        }
    }

    /** What happened. */
    record GpuEvents(@About("The newest first.") List<GpuHappening> events,
            @About("Whether there are more; ask for a later time then.") boolean truncated) {

        static GpuEvents of(List<StoredEvent> events, int most) {
            List<GpuHappening> shown = new ArrayList<>();
            events.stream().limit(most).forEach(event -> shown.add(GpuHappening.of(event)));
            return new GpuEvents(shown, events.size() > most);
        }
    }

    /** An event. */
    record GpuHappening(@About("The machine.") String node, @About("The GPU's id.") String gpu,
            @About("Its index when it was last seen.") int index,
            @About("A short name of what happened, such as xid-79.") String symptom,
            @About("info, warning or critical.") String severity,
            @About("What is to be done: watch, restart_engine, drain_and_reset, reboot, check_site or service.") String action,
            @About("What happened.") String text, @About("What is to be done.") String advice,
            @About("The first time.") Instant firstSeen, @About("The last time.") Instant lastSeen,
            @About("How often it was seen, or began.") long times, @About("Whether it lasts.") boolean active) {

        static GpuHappening of(StoredEvent event) {
            return new GpuHappening(event.node(), event.gpuUuid(), event.gpuIndex(), event.symptom(),
                    word(event.severity()), word(event.action()), event.text(), event.advice(), event.firstSeen(),
                    event.lastSeen(), event.times(), event.active());
        }
    }

    /** A constant's word in the API. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Integer known(int number) {
        return number < 0 ? null : (Integer) number;
    }

    private static @Nullable Long orNull(OptionalLong value) {
        return value.isPresent() ? (Long) value.getAsLong() : null;
    }

    private static @Nullable Double orNull(OptionalDouble value) {
        return value.isPresent() ? (Double) value.getAsDouble() : null;
    }
}
