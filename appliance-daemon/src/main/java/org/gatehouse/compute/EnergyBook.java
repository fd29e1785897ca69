package org.gatehouse.compute;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.energy.EnergyMeter;
import org.gatehouse.gpu.energy.GpuUse;
import org.gatehouse.usage.EnergyRollups;
import org.gatehouse.usage.EnergyRollups.Measured;
import org.gatehouse.usage.EnergyRollups.Shared;
import org.gatehouse.usage.EnergyRollups.Tariffs;

/**
 * Who took how much energy and GPU time: measured snapshot by snapshot, kept by minutes, shared out over calls when a minute's calls are all
 * known. The meter counts in real numbers; here they become millionths, with what is left over carried to the next minute.
 * {@link #add} may come from any thread; {@link #work} is for one.
 */
final class EnergyBook {
    /** An exporter's page is read each 10 s and moves each 30 s; with more in between nobody knows who used the GPU. */
    private static final Duration LONGEST_GAP = Duration.ofSeconds(75);
    private static final double MILLION = 1e6;
    private static final int MOST_UNKEPT = 1_440;

    private final EnergyMeter meter;
    private final EnergyRollups rollups;
    private final Tariffs tariffs;
    private final Clock clock;
    private final Map<String, GpuUse> totals = new ConcurrentHashMap<>();
    private final Map<List<String>, GpuUse> sharedTotals = new ConcurrentHashMap<>();
    // Of the one thread that works.
    private final Map<String, GpuUse> rest = new HashMap<>();
    private final TreeMap<Instant, List<Measured>> unkept = new TreeMap<>();
    private Instant minute;

    EnergyBook(GpuOwnership ownership, EnergyRollups rollups, Tariffs tariffs, Clock clock) {
        this.meter = new EnergyMeter(ownership, LONGEST_GAP);
        this.rollups = rollups;
        this.tariffs = tariffs;
        this.clock = clock;
        this.minute = clock.instant().truncatedTo(ChronoUnit.MINUTES);
    }

    void add(GpuSnapshot snapshot) {
        meter.add(snapshot);
    }

    /** Since the start, by owner; {@link EnergyMeter#NOBODY} for what is nobody's. */
    Map<String, GpuUse> totals() {
        return Map.copyOf(totals);
    }

    /** What was shared out since the start, by upstream and department; an empty department for what no call was charged with. */
    Map<List<String>, GpuUse> sharedTotals() {
        return Map.copyOf(sharedTotals);
    }

    /** Closes the minute when it is over, and shares out what is due. */
    void work() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        if (!now.equals(minute)) {
            closeMinute();
            minute = now;
            store();
            for (Shared part : rollups.shareOut(clock.instant(), tariffs)) {
                sharedTotals.merge(List.of(part.upstream(), part.department()),
                        new GpuUse(part.gpuMicros() / MILLION, part.microWattHours() / MILLION), GpuUse::plus);
            }
        }
    }

    /** Keeps what was measured so far, before a stop. */
    void flush() {
        closeMinute();
        store();
    }

    private void closeMinute() {
        List<Measured> measured = new ArrayList<>();
        meter.drain().forEach((owner, use) -> {
            totals.merge(owner, use, GpuUse::plus);
            GpuUse whole = use.plus(rest.getOrDefault(owner, GpuUse.NONE));
            long energy = (long) Math.floor(whole.wattHours() * MILLION);
            long time = (long) Math.floor(whole.gpuSeconds() * MILLION);
            rest.put(owner, new GpuUse(whole.gpuSeconds() - time / MILLION, whole.wattHours() - energy / MILLION));
            if (energy > 0 || time > 0) {
                measured.add(new Measured(owner, energy, time));
            }
        });
        if (!measured.isEmpty()) {
            unkept.merge(minute, measured, (one, other) -> {
                List<Measured> both = new ArrayList<>(one);
                both.addAll(other);
                return both;
            });
        }
        while (unkept.size() > MOST_UNKEPT) {
            unkept.pollFirstEntry();
        }
    }

    private void store() {
        while (!unkept.isEmpty()) {
            Map.Entry<Instant, List<Measured>> first = unkept.firstEntry();
            rollups.keep(first.getKey(), first.getValue());
            unkept.remove(first.getKey());
        }
    }
}
