package org.gatehouse.gpu;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;

import org.gatehouse.gpu.GpuTopology.Path;
import org.gatehouse.gpu.GpuTopology.Way;

/**
 * GPUs that do not exist, for the demo. Every snapshot and every device name says that it is simulated. They move with the clock:
 * power and heat follow the load with the lag of a real board, energy is the integral of power. One thread at a time.
 */
public final class SimulatedGpus implements GpuSource {
    private static final long MEMORY_MEBIBYTES = 81_559;
    private static final long IDLE_MEBIBYTES = 612;
    private static final double IDLE_WATTS = 72;
    private static final double FULL_WATTS = 690;
    private static final double HEAT_LAG_SECONDS = 25;

    /**
     * What a simulated GPU is told to do.
     *
     * @param busy 0 to 1
     * @param memoryMebibytes memory that engines hold, in MiB
     */
    public record Load(double busy, long memoryMebibytes) {}

    private final String node;
    private final Clock clock;
    private final IntFunction<Optional<Load>> loads;
    private final Device[] devices;

    /** Simulates {@code count} devices that follow a slow wave of their own. */
    public SimulatedGpus(String node, Clock clock, int count) {
        this(node, clock, count, index -> Optional.empty());
    }

    /** Simulates {@code count} devices; {@code loads} is asked at each sample what the device with that index does, and may leave it to itself. */
    public SimulatedGpus(String node, Clock clock, int count, IntFunction<Optional<Load>> loads) {
        this.node = Objects.requireNonNull(node, "node");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.loads = Objects.requireNonNull(loads, "loads");
        this.devices = new Device[count];
        for (int index = 0; index < count; index++) {
            devices[index] = new Device(index, clock.instant());
        }
    }

    @Override
    public SourceKind kind() {
        return SourceKind.SIMULATED;
    }

    @Override
    public Sampling sample() {
        Instant now = clock.instant();
        List<Gpu> gpus = new ArrayList<>();
        for (Device device : devices) {
            gpus.add(device.at(now, loads));
        }
        return new Sampling.Taken(new GpuSnapshot(node, SourceKind.SIMULATED, true, now, gpus, topology(),
                List.of("These GPUs do not exist: they are simulated.")), List.of(), true);
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    /** Four devices share an NVLink island, so that placement has something to show. */
    private GpuTopology topology() {
        List<Path> paths = new ArrayList<>();
        for (int first = 0; first < devices.length; first++) {
            for (int second = first + 1; second < devices.length; second++) {
                boolean together = first / 4 == second / 4;
                paths.add(new Path(devices[first].uuid(), devices[second].uuid(), together ? Way.NUMA_NODE : Way.SYSTEM,
                        together ? 12 : 0));
            }
        }
        return new GpuTopology(paths, Map.of());
    }

    private static final class Device {
        private final int index;
        private final Instant started;
        private Instant last;
        private double watts = IDLE_WATTS;
        private double celsius = 34;
        private double joules;

        Device(int index, Instant started) {
            this.index = index;
            this.started = started;
            this.last = started;
        }

        String uuid() {
            return "GPU-simulated-" + index;
        }

        Gpu at(Instant now, IntFunction<Optional<Load>> loads) {
            double seconds = Math.max(0, Duration.between(last, now).toMillis() / 1000.0);
            double age = Math.max(0, Duration.between(started, now).toMillis() / 1000.0);
            last = now;
            double wave = Math.max(0, Math.sin(age / 40 + index * 1.3)) * 0.7;
            Load load = loads.apply(index).orElseGet(() -> new Load(wave, Math.round(wave * 40_000)));
            double busy = Math.clamp(load.busy(), 0, 1);
            long used = Math.clamp(IDLE_MEBIBYTES + load.memoryMebibytes(), 0, MEMORY_MEBIBYTES);
            watts = IDLE_WATTS + (FULL_WATTS - IDLE_WATTS) * busy;
            joules += watts * seconds;
            double target = 32 + 42 * busy;
            celsius += (target - celsius) * (1 - Math.exp(-seconds / HEAT_LAG_SECONDS));
            Readings.Builder values = new Readings.Builder().put(GpuMetric.MEMORY_TOTAL, MEMORY_MEBIBYTES)
                    .put(GpuMetric.MEMORY_USED, used).put(GpuMetric.MEMORY_FREE, MEMORY_MEBIBYTES - used)
                    .put(GpuMetric.UTILISATION, busy * 100).put(GpuMetric.MEMORY_UTILISATION, busy * 60)
                    .put(GpuMetric.TEMPERATURE, celsius).put(GpuMetric.MEMORY_TEMPERATURE, celsius + 8)
                    .put(GpuMetric.POWER, watts).put(GpuMetric.ENERGY, joules * 1000)
                    .put(GpuMetric.POWER_LIMIT_ENFORCED, 700).put(GpuMetric.SM_CLOCK, busy > 0.02 ? 1980 : 345)
                    .put(GpuMetric.MEMORY_CLOCK, 2619).put(GpuMetric.SM_ACTIVE, busy * 0.9)
                    .put(GpuMetric.TENSOR_ACTIVE, busy * 0.45).put(GpuMetric.DRAM_ACTIVE, busy * 0.65)
                    .put(GpuMetric.ENGINE_ACTIVE, busy).put(GpuMetric.CLOCK_REASONS, busy > 0.02 ? 0 : 1)
                    .put(GpuMetric.ECC_CORRECTED, 0).put(GpuMetric.ECC_UNCORRECTED, 0);
            GpuIdentity identity = new GpuIdentity(index, uuid(), String.format(Locale.ROOT,
                    "00000000:%02X:00.0", 16 + index), "Simulated GPU " + index, index, "", "simulated", "9.0",
                    index / 4);
            return new Gpu(identity, GpuCondition.OK, values.build(), false, List.of(), List.of(), false);
        }
    }
}
