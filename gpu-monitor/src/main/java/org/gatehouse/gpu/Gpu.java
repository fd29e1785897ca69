package org.gatehouse.gpu;

import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One GPU as it was at one moment. Immutable. A value that the source could not read is absent, never zero.
 *
 * @param identity which one it is
 * @param condition whether it can be worked with
 * @param readings its values
 * @param migEnabled whether it is cut into instances; work goes to {@code instances} then, and utilisation is not there
 * @param instances its MIG instances; empty without MIG
 * @param processes the processes that hold its memory, whoever started them
 * @param processesKnown whether the source can see processes at all: an empty list means none only if this is true
 */
public record Gpu(GpuIdentity identity, GpuCondition condition, Readings readings, boolean migEnabled,
        List<MigInstance> instances, List<GpuProcess> processes, boolean processesKnown) {

    /** Copies the lists. */
    public Gpu {
        Objects.requireNonNull(identity, "identity");
        Objects.requireNonNull(condition, "condition");
        Objects.requireNonNull(readings, "readings");
        instances = List.copyOf(instances);
        processes = List.copyOf(processes);
    }

    /** A GPU of which only the condition is known. */
    public static Gpu blind(GpuIdentity identity, GpuCondition condition) {
        return new Gpu(identity, condition, Readings.none(), false, List.of(), List.of(), false);
    }

    /** The same GPU with its processes, seen by somebody else. */
    public Gpu withProcesses(List<GpuProcess> seen) {
        return new Gpu(identity, condition, readings, migEnabled, instances, seen, true);
    }

    /** The vendor's stable identity. */
    public String uuid() {
        return identity.uuid();
    }

    /** The driver's index. */
    public int index() {
        return identity.index();
    }

    /** The product name. */
    public String name() {
        return identity.name();
    }

    /** Device memory in bytes, to the mebibyte. */
    public OptionalLong memoryTotalBytes() {
        return bytes(GpuMetric.MEMORY_TOTAL);
    }

    /** Device memory in use by anybody, in bytes, to the mebibyte. */
    public OptionalLong memoryUsedBytes() {
        return bytes(GpuMetric.MEMORY_USED);
    }

    /** Device memory that is free, in bytes, to the mebibyte. */
    public OptionalLong memoryFreeBytes() {
        return bytes(GpuMetric.MEMORY_FREE);
    }

    /** Busy share of the last sample period, 0 to 1; on MIG devices the activity of the engine, where it can be read. */
    public OptionalDouble busy() {
        if (readings.has(GpuMetric.UTILISATION)) {
            return OptionalDouble.of(readings.orNaN(GpuMetric.UTILISATION) / 100);
        }
        return readings.value(GpuMetric.ENGINE_ACTIVE);
    }

    /** Core temperature in degrees Celsius. */
    public OptionalDouble temperatureCelsius() {
        return readings.value(GpuMetric.TEMPERATURE);
    }

    /** Board power in watts. */
    public OptionalDouble powerWatts() {
        return readings.value(GpuMetric.POWER);
    }

    /** Energy since the driver was loaded, in joules. */
    public OptionalDouble energyJoules() {
        return readings.has(GpuMetric.ENERGY)
                ? OptionalDouble.of(readings.orNaN(GpuMetric.ENERGY) / 1000)
                : OptionalDouble.empty();
    }

    /** Why the clocks are where they are; empty when they run free, or nobody knows. */
    public Set<ClockReason> clockReasons() {
        return ClockReason.of(readings.whole(GpuMetric.CLOCK_REASONS).orElse(0));
    }

    private OptionalLong bytes(GpuMetric metric) {
        OptionalLong mebibytes = readings.whole(metric);
        return mebibytes.isPresent() ? OptionalLong.of(mebibytes.getAsLong() << 20) : OptionalLong.empty();
    }
}
