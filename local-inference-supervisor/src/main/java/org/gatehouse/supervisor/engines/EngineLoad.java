package org.gatehouse.supervisor.engines;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

import org.jspecify.annotations.Nullable;

/**
 * How busy an engine is. A value that it did not give is absent, never zero. Immutable.
 *
 * @param running sequences being computed
 * @param waiting sequences waiting for a place
 * @param kvUsage share of the KV cache in use, 0 to 1
 * @param promptTokens prompt tokens computed since its start
 * @param generatedTokens tokens generated since its start
 */
public record EngineLoad(@Nullable Double running, @Nullable Double waiting, @Nullable Double kvUsage,
        @Nullable Double promptTokens, @Nullable Double generatedTokens) {
    private static final int MOST_LINES = 100_000;

    /** Reads Prometheus' text format. Lines that it does not understand are passed over. */
    public static EngineLoad read(MetricNames names, String text) {
        Map<String, Double> sums = new HashMap<>();
        Map<String, Double> largest = new HashMap<>();
        text.lines().limit(MOST_LINES).filter(line -> !line.startsWith("#")).forEach(line -> {
            int labels = line.indexOf('{');
            int end = labels >= 0 ? line.lastIndexOf('}') + 1 : line.indexOf(' ');
            String name = labels >= 0 ? line.substring(0, labels) : end > 0 ? line.substring(0, end) : "";
            OptionalDouble value = end > 0 ? number(line.substring(end).strip()) : OptionalDouble.empty();
            if (value.isPresent()) {
                sums.merge(name, value.getAsDouble(), Double::sum);
                largest.merge(name, value.getAsDouble(), Math::max);
            }
        });
        return new EngineLoad(first(names.running(), sums), first(names.waiting(), sums),
                first(names.kvUsage(), largest), first(names.promptTokens(), sums),
                first(names.generatedTokens(), sums));
    }

    /** A value, perhaps with a time behind it. */
    private static OptionalDouble number(String text) {
        int end = text.indexOf(' ');
        try {
            double value = Double.parseDouble(end < 0 ? text : text.substring(0, end));
            return Double.isFinite(value) && value >= 0 ? OptionalDouble.of(value) : OptionalDouble.empty();
        } catch (NumberFormatException notANumber) {
            return OptionalDouble.empty();
        }
    }

    private static @Nullable Double first(List<String> names, Map<String, Double> values) {
        for (String name : names) {
            Double value = values.get(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }
}
