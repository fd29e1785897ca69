package org.gatehouse.compute;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.monitor.GpuMinute;

/** Sums minutes up to hours for charts of a week. Stateless. */
public final class GpuHours {
    private GpuHours() {}

    /** One point an hour of those minutes; of gauges the mean weighted by readings and the highest peak, of counters the last value. */
    public static List<GpuMinute> of(List<GpuMinute> minutes) {
        List<GpuMinute> hours = new ArrayList<>();
        List<GpuMinute> hour = new ArrayList<>();
        for (GpuMinute minute : minutes) {
            if (!hour.isEmpty() && !start(hour.getFirst()).equals(start(minute))) {
                hours.add(sum(hour));
                hour.clear();
            }
            hour.add(minute);
        }
        if (!hour.isEmpty()) {
            hours.add(sum(hour));
        }
        return hours;
    }

    private static Instant start(GpuMinute minute) {
        return minute.start().truncatedTo(ChronoUnit.HOURS);
    }

    private static GpuMinute sum(List<GpuMinute> minutes) {
        Readings.Builder mean = new Readings.Builder();
        Readings.Builder peak = new Readings.Builder();
        for (GpuMetric metric : GpuMetric.values()) {
            double sum = 0;
            long samples = 0;
            double highest = Double.NEGATIVE_INFINITY;
            Readings last = null;
            for (GpuMinute minute : minutes) {
                if (minute.mean().has(metric)) {
                    sum += minute.mean().orNaN(metric) * minute.samples();
                    samples += minute.samples();
                    highest = Math.max(highest, minute.peak().orNaN(metric));
                    last = minute.mean();
                }
            }
            if (last != null && samples > 0) {
                boolean averaged = metric.kind() == GpuMetric.Kind.GAUGE && metric.unit() != GpuMetric.Unit.BITS;
                if (averaged) {
                    mean.put(metric, sum / samples);
                    peak.put(metric, highest);
                } else {
                    mean.copy(metric, last);
                    peak.copy(metric, last);
                }
            }
        }
        GpuMinute first = minutes.getFirst();
        return new GpuMinute(first.node(), first.gpuUuid(), start(first),
                minutes.stream().mapToInt(GpuMinute::samples).sum(), mean.build(), peak.build());
    }
}
