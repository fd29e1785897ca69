package org.gatehouse.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Metrics in Prometheus' text format (exposition format 0.0.4), for values whose labels come and go too often for registered meters. Not
 * thread-safe.
 */
public final class MetricText {
    private static final System.Logger LOG = System.getLogger(MetricText.class.getName());

    private final StringBuilder page = new StringBuilder();
    private String name = "";

    /**
     * A page with more lines behind it; without them where they cannot be made, for the figures before them matter more.
     *
     * @param what the lines are about, for the log
     */
    public static Supplier<String> behind(Supplier<String> page, String what, Supplier<String> more) {
        return () -> {
            String first = page.get();
            try {
                return first + more.get();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "The metrics page goes out without " + what, e);
                return first;
            }
        };
    }

    /** Begins a family of counters, whose name ends with {@code _total}. */
    public MetricText counter(String family, String help) {
        return family(family, "counter", help);
    }

    /** Begins a family of gauges. */
    public MetricText gauge(String family, String help) {
        return family(family, "gauge", help);
    }

    /** Begins a family of histograms. */
    public MetricText histogram(String family, String help) {
        return family(family, "histogram", help);
    }

    /**
     * Adds a histogram to the family that was begun last.
     *
     * @param steps the upper ends of its steps
     * @param counts what fell into each, and one more for what lies beyond the last
     * @param sum of all values
     * @param labels names and values by turns
     */
    public MetricText steps(List<Double> steps, List<Long> counts, double sum, List<String> labels) {
        String family = name;
        List<String> all = new ArrayList<>(labels);
        all.add("le");
        all.add("");
        long upTo = 0;
        name = family + "_bucket";
        for (int step = 0; step < counts.size(); step++) {
            upTo += counts.get(step);
            all.set(all.size() - 1, step < steps.size() ? Double.toString(steps.get(step)) : "+Inf");
            sample(upTo, all.toArray(String[]::new));
        }
        name = family + "_sum";
        sample(sum, labels.toArray(String[]::new));
        name = family + "_count";
        sample(upTo, labels.toArray(String[]::new));
        name = family;
        return this;
    }

    private MetricText family(String family, String type, String help) {
        name = family;
        page.append("# HELP ").append(family).append(' ').append(help).append("\n# TYPE ").append(family).append(' ')
                .append(type).append('\n');
        return this;
    }

    /** Adds a sample to the family that was begun last; labels are names and values by turns, those with an empty value are left out. */
    public MetricText sample(double value, String... labels) {
        page.append(name);
        char before = '{';
        for (int at = 0; at + 1 < labels.length; at += 2) {
            if (!labels[at + 1].isEmpty()) {
                page.append(before).append(labels[at]).append("=\"").append(escaped(labels[at + 1])).append('"');
                before = ',';
            }
        }
        page.append(before == '{' ? " " : "} ");
        // Whole numbers without a point, as most exporters write them.
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            page.append((long) value);
        } else {
            page.append(value);
        }
        page.append('\n');
        return this;
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    /** All lines, each ended. */
    @Override
    public String toString() {
        return page.toString();
    }
}
