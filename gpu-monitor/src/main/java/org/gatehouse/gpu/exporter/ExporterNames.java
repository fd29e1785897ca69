package org.gatehouse.gpu.exporter;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuMetric.Unit;
import org.gatehouse.gpu.Readings;

/**
 * Finds metrics by the names of every dcgm-exporter release, and brings their values to the canonical unit. dcgm-exporter 4.9.0 renamed
 * 23 metrics and changed the unit of 11 (MHz to Hz, mJ to J, percent to a ratio, MiB to bytes); the unit stands at the end of the name.
 */
final class ExporterNames {
    private record Known(GpuMetric metric, double factor, boolean ratioOrPercent) {}

    private static final Map<String, Known> KNOWN = known();

    private ExporterNames() {}

    /** The metric with this name, or {@code null}. */
    static @Nullable GpuMetric metric(String name) {
        Known known = KNOWN.get(name);
        return known == null ? null : known.metric();
    }

    /** Takes a sample's value in the canonical unit; a value that is no number is left out. */
    static void put(Readings.Builder into, String name, String value) {
        Known known = KNOWN.get(name);
        if (known == null) {
            return;
        }
        try {
            if (known.factor() == 1 && !known.ratioOrPercent() && value.indexOf('.') < 0) {
                into.put(known.metric(), Long.parseLong(value));
                return;
            }
        } catch (NumberFormatException notWhole) {
            // 1e+06 and NaN are numbers of this format too.
        }
        try {
            double number = Double.parseDouble(value);
            // A name that ends in RATIO carries percent, whole, up to 4.8 (DCGM's field kept its scale), and a fraction from 4.9.
            boolean percent = known.ratioOrPercent() && value.indexOf('.') < 0 && value.indexOf('e') < 0;
            into.put(known.metric(), percent ? number : number * known.factor());
        } catch (NumberFormatException noNumber) {
            into.put(known.metric(), Readings.Absence.NO_DATA);
        }
    }

    private static Map<String, Known> known() {
        Map<String, Known> names = new HashMap<>();
        for (GpuMetric metric : GpuMetric.values()) {
            names.put(metric.exporterName(), new Known(metric, 1, false));
            for (String later : metric.laterNames()) {
                boolean ratio = metric.unit() == Unit.PERCENT && later.endsWith("_RATIO");
                names.put(later, new Known(metric, factor(metric.unit(), later), ratio));
            }
        }
        return Map.copyOf(names);
    }

    private static double factor(Unit unit, String name) {
        return switch (unit) {
            case MEGAHERTZ -> name.endsWith("_HERTZ") ? 1e-6 : 1;
            case MILLIJOULES -> name.endsWith("_JOULES_TOTAL") ? 1e3 : 1;
            case PERCENT -> name.endsWith("_RATIO") ? 100 : 1;
            case MEBIBYTES -> name.endsWith("_BYTES") ? 1.0 / (1 << 20) : 1;
            case MEGABYTES_PER_SECOND -> name.endsWith("_BYTES_PER_SECOND") ? 1e-6 : 1;
            case CELSIUS, WATTS, RATIO, BYTES_PER_SECOND, NANOSECONDS, COUNT, BITS, STATE -> 1;
        };
    }
}
