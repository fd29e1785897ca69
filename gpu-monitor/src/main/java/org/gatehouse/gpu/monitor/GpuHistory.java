package org.gatehouse.gpu.monitor;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.Readings;

/**
 * The past of every GPU: each reading of the last ten minutes here (about 350 kB a GPU), each minute of the last week in a
 * {@link MinuteStore}. Thread-safe.
 */
public final class GpuHistory {
    /** How long single readings are kept. */
    public static final Duration SECONDS_KEPT = Duration.ofMinutes(10);
    private static final int MOST_GPUS = 1_024;

    /**
     * One reading of the past.
     *
     * @param at when it was read
     * @param readings its values; all absent when the GPU could not be read
     */
    public record Moment(Instant at, Readings readings) {}

    private final MinuteStore store;
    private final Map<String, Past> pasts = new HashMap<>();

    /** Takes the keeper of the minutes. */
    public GpuHistory(MinuteStore store) {
        this.store = Objects.requireNonNull(store, "store");
    }

    /** The readings of one GPU in this time, oldest first; those older than ten minutes are gone. */
    public synchronized List<Moment> seconds(String node, String gpuUuid, Instant from, Instant to) {
        Past past = pasts.get(node + "/" + gpuUuid);
        return past == null
                ? List.of()
                : past.moments.stream().filter(moment -> !moment.at().isBefore(from) && moment.at().isBefore(to))
                        .toList();
    }

    /** The minutes of one GPU in this time, oldest first, from the store. */
    public List<GpuMinute> minutes(String node, String gpuUuid, Instant from, Instant to) {
        return store.minutes(node, gpuUuid, from, to);
    }

    /** Takes a snapshot; hands the minutes that it ends to the store. */
    void add(GpuSnapshot snapshot) {
        List<GpuMinute> over = new ArrayList<>();
        synchronized (this) {
            for (Gpu gpu : snapshot.gpus()) {
                String key = snapshot.node() + "/" + gpu.uuid();
                Past past = pasts.get(key);
                if (past == null) {
                    if (pasts.size() >= MOST_GPUS) {
                        continue;
                    }
                    past = new Past();
                    pasts.put(key, past);
                }
                GpuMinute minute = past.add(snapshot, gpu);
                if (minute != null) {
                    over.add(minute);
                }
            }
            Instant forgotten = snapshot.takenAt().minus(SECONDS_KEPT);
            pasts.values().removeIf(past -> past.moments.getLast().at().isBefore(forgotten));
        }
        if (!over.isEmpty()) {
            store.keep(over);
        }
    }

    /** One GPU's ring of moments, and the minute that is being summed up. */
    private static final class Past {
        private static final GpuMetric[] METRICS = GpuMetric.values();

        private final Deque<Moment> moments = new ArrayDeque<>();
        private final double[] sums = new double[METRICS.length];
        private final int[] counts = new int[METRICS.length];
        private final double[] peaks = new double[METRICS.length];
        private Instant minute = Instant.MIN;
        private Readings.Builder last = new Readings.Builder();
        private Readings.Builder peak = new Readings.Builder();
        private int samples;

        @Nullable
        GpuMinute add(GpuSnapshot snapshot, Gpu gpu) {
            Instant at = snapshot.takenAt();
            moments.addLast(new Moment(at, gpu.readings()));
            while (moments.getFirst().at().plus(SECONDS_KEPT).isBefore(at)) {
                moments.removeFirst();
            }
            Instant now = at.truncatedTo(ChronoUnit.MINUTES);
            GpuMinute over = samples > 0 && !now.equals(minute) ? finish(snapshot.node(), gpu.uuid()) : null;
            minute = now;
            sum(gpu.readings());
            return over;
        }

        private void sum(Readings readings) {
            samples++;
            for (int i = 0; i < METRICS.length; i++) {
                GpuMetric metric = METRICS[i];
                if (readings.has(metric)) {
                    double value = readings.orNaN(metric);
                    sums[i] += value;
                    counts[i]++;
                    last.copy(metric, readings);
                    if (!peak.has(metric) || value > peaks[i]) {
                        peaks[i] = value;
                        peak.copy(metric, readings);
                    }
                }
            }
        }

        private GpuMinute finish(String node, String uuid) {
            Readings ends = last.build();
            Readings.Builder mean = new Readings.Builder();
            for (int i = 0; i < METRICS.length; i++) {
                if (counts[i] > 0) {
                    boolean averaged = METRICS[i].kind() == GpuMetric.Kind.GAUGE
                            && METRICS[i].unit() != GpuMetric.Unit.BITS;
                    if (averaged) {
                        mean.put(METRICS[i], sums[i] / counts[i]);
                    } else {
                        mean.copy(METRICS[i], ends);
                    }
                }
                sums[i] = 0;
                counts[i] = 0;
            }
            GpuMinute over = new GpuMinute(node, uuid, minute, samples, mean.build(), peak.build());
            samples = 0;
            last = new Readings.Builder();
            peak = new Readings.Builder();
            return over;
        }
    }
}
