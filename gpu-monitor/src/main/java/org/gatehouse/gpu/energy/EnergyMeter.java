package org.gatehouse.gpu.energy;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.GpuSnapshot;

/**
 * Adds up GPU-seconds and watt-hours by owner. Between two snapshots of a GPU the energy is the growth of the driver's own counter; where
 * there is none, or it began anew, it is the mean power times the time. A GPU with several owners is split by the memory that
 * their processes hold, evenly if the driver does not say. Thread-safe.
 */
public final class EnergyMeter {
    /** The owner of what belongs to nobody: idle GPUs, foreign processes. */
    public static final String NOBODY = "";

    private static final double JOULES_PER_WATT_HOUR = 3_600;
    /** No board draws more; a counter that grew faster than this has jumped. */
    private static final double MOST_WATTS = 3_000;
    private static final int MOST_OWNERS = 10_000;

    private record Seen(Instant at, OptionalDouble joules, OptionalDouble watts) {}

    private final GpuOwners owners;
    private final Duration longestGap;
    private final Map<String, Seen> last = new HashMap<>();
    private Map<String, GpuUse> sinceDrained = new LinkedHashMap<>();

    /**
     * Counts from the first snapshot on.
     *
     * @param owners names the owners
     * @param longestGap if two snapshots are further apart, nobody knows who used the GPU between them: a counter's growth goes to
     *     {@link #NOBODY}, seconds and unmeasured energy are not counted
     */
    public EnergyMeter(GpuOwners owners, Duration longestGap) {
        this.owners = Objects.requireNonNull(owners, "owners");
        this.longestGap = Objects.requireNonNull(longestGap, "longestGap");
    }

    /** Takes the next snapshot of a node; simulated GPUs count like others: whoever shows the figures says so. */
    public synchronized void add(GpuSnapshot snapshot) {
        for (Gpu gpu : snapshot.gpus()) {
            if (gpu.condition() != GpuCondition.OK) {
                continue;
            }
            Seen now = new Seen(snapshot.takenAt(), gpu.energyJoules(), gpu.powerWatts());
            Seen before = last.put(snapshot.node() + "/" + gpu.uuid(), now);
            if (before != null && now.at().isAfter(before.at())) {
                count(snapshot.node(), gpu, before, now);
            }
        }
    }

    /** What was counted since the last time this was called, by owner; the sum of all answers is the whole. */
    public synchronized Map<String, GpuUse> drain() {
        Map<String, GpuUse> drained = sinceDrained;
        sinceDrained = new LinkedHashMap<>();
        return drained;
    }

    private void count(String node, Gpu gpu, Seen before, Seen now) {
        double seconds = Duration.between(before.at(), now.at()).toNanos() / 1e9;
        boolean gap = Duration.between(before.at(), now.at()).compareTo(longestGap) > 0;
        OptionalDouble counted = counted(before, now, seconds);
        if (gap) {
            charge(NOBODY, new GpuUse(0, counted.orElse(0) / JOULES_PER_WATT_HOUR));
            return;
        }
        GpuUse whole = new GpuUse(seconds, counted.orElseGet(() -> powerTimesTime(before, now, seconds))
                / JOULES_PER_WATT_HOUR);
        shares(node, gpu).forEach((owner, share) -> charge(owner,
                new GpuUse(whole.gpuSeconds() * share, whole.wattHours() * share)));
    }

    /** The growth of the energy counter; empty if there is none, it began anew (driver loaded again), or it jumped. */
    private static OptionalDouble counted(Seen before, Seen now, double seconds) {
        if (before.joules().isEmpty() || now.joules().isEmpty()) {
            return OptionalDouble.empty();
        }
        double joules = now.joules().getAsDouble() - before.joules().getAsDouble();
        // The counter moves in steps, so a short time may hold the step of the time before.
        return joules < 0 || joules > MOST_WATTS * (seconds + 1) ? OptionalDouble.empty() : OptionalDouble.of(joules);
    }

    private static double powerTimesTime(Seen before, Seen now, double seconds) {
        if (now.watts().isEmpty() && before.watts().isEmpty()) {
            return 0;
        }
        double end = now.watts().orElseGet(() -> before.watts().orElse(0));
        return (before.watts().orElse(end) + end) / 2 * seconds;
    }

    /** Each owner's part of the GPU; the parts add up to 1. */
    private Map<String, Double> shares(String node, Gpu gpu) {
        List<GpuProcess> processes = gpu.processes();
        Map<String, Double> shares = new LinkedHashMap<>();
        boolean anyKnown = false;
        boolean allTold = processes.stream().allMatch(process -> process.bytes() >= 0);
        double total = allTold ? processes.stream().mapToDouble(GpuProcess::bytes).sum() : processes.size();
        for (GpuProcess process : processes) {
            Optional<String> owner = owners.ofProcess(node, gpu, process);
            anyKnown |= owner.isPresent();
            double part = total <= 0 ? 1.0 / processes.size() : (allTold ? process.bytes() : 1) / total;
            shares.merge(owner.orElse(NOBODY), part, Double::sum);
        }
        if (anyKnown) {
            return shares;
        }
        Optional<String> whole = owners.ofGpu(node, gpu);
        return Map.of(whole.orElse(NOBODY), 1.0);
    }

    private void charge(String owner, GpuUse use) {
        String payer = sinceDrained.size() >= MOST_OWNERS && !sinceDrained.containsKey(owner) ? NOBODY : owner;
        sinceDrained.merge(payer, use, GpuUse::plus);
    }
}
