package org.gatehouse.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The results in a directory, by case, round and target, as their labels say. Medians are taken over rounds, and what
 * compares two targets compares them inside one round first, so that a machine that slows down between rounds does not
 * show as a difference. A run in which calls failed gives no figure but the number of failures. Immutable after reading.
 */
final class Measurements {
    private final Map<String, Map<String, Map<String, JsonObject>>> byCase = new TreeMap<>();
    private final List<String> invalid = new ArrayList<>();

    /** Reads every JSON line of every {@code *.json} file. */
    static Measurements in(Path directory) throws IOException {
        Measurements all = new Measurements();
        List<Path> files;
        try (Stream<Path> listed = Files.list(directory)) {
            files = listed.filter(path -> path.toString().endsWith(".json")).sorted().toList();
        }
        for (Path file : files) {
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank()) {
                    try {
                        all.take(Json.readObject(line));
                    } catch (IllegalArgumentException e) {
                        throw new IOException(file + " holds a line that is " + e.getMessage(), e);
                    }
                }
            }
        }
        return all;
    }

    private void take(JsonObject line) {
        String name = label(line, "case");
        String round = label(line, "round");
        String target = label(line, "target");
        long errors = failures(line);
        if (errors > 0) {
            invalid.add(name + ", " + target + ", round " + round + ": " + errors + " failures "
                    + Json.write(line.at(line.at("errors_by_kind") == null ? "failures_by_kind" : "errors_by_kind")));
        }
        byCase.computeIfAbsent(name, _ -> new TreeMap<>()).computeIfAbsent(round, _ -> new HashMap<>()).put(target,
                line);
    }

    private static long failures(JsonObject line) {
        return line.whole("errors", 0) + line.whole("failed", 0);
    }

    private static String label(JsonObject line, String name) {
        String value = line.text(name);
        return value == null ? "" : value;
    }

    /** The runs in which something failed, in words. */
    List<String> invalid() {
        return List.copyOf(invalid);
    }

    Collection<String> cases() {
        return byCase.keySet();
    }

    Collection<String> targetsOf(String name) {
        Collection<String> targets = new TreeSet<>();
        byCase.getOrDefault(name, Map.of()).values().forEach(round -> targets.addAll(round.keySet()));
        return targets;
    }

    /** The median over the rounds of a figure of one target; NaN if there is none. */
    double median(String name, String target, String figure) {
        return median(byCase.getOrDefault(name, Map.of()).values().stream()
                .mapToDouble(round -> figure(round.get(target), figure)).filter(value -> !Double.isNaN(value))
                .toArray());
    }

    /** The largest value over the rounds of a figure of one target; NaN if there is none. */
    double largest(String name, String target, String figure) {
        double largest = Double.NaN;
        for (Map<String, JsonObject> round : byCase.getOrDefault(name, Map.of()).values()) {
            double value = figure(round.get(target), figure);
            largest = Double.isNaN(largest) ? value : Double.isNaN(value) ? largest : Math.max(largest, value);
        }
        return largest;
    }

    /** The sum over the rounds of a figure of one target; NaN if there is none. */
    double sum(String name, String target, String figure) {
        double sum = Double.NaN;
        for (Map<String, JsonObject> round : byCase.getOrDefault(name, Map.of()).values()) {
            double value = figure(round.get(target), figure);
            sum = Double.isNaN(sum) ? value : Double.isNaN(value) ? sum : sum + value;
        }
        return sum;
    }

    /** The median over the rounds of how many times the base's figure the subject's is. */
    double ratio(String name, String subject, String base, String figure) {
        return median(byCase.getOrDefault(name, Map.of()).values().stream()
                .mapToDouble(round -> figure(round.get(subject), figure) / figure(round.get(base), figure))
                .filter(value -> !Double.isNaN(value)).toArray());
    }

    /** The median over the rounds of what the subject's figure has more than the base's. */
    double added(String name, String subject, String base, String figure) {
        return median(byCase.getOrDefault(name, Map.of()).values().stream()
                .mapToDouble(round -> figure(round.get(subject), figure) - figure(round.get(base), figure))
                .filter(value -> !Double.isNaN(value)).toArray());
    }

    private static double figure(@Nullable JsonObject line, String figure) {
        if (line == null) {
            return Double.NaN;
        }
        // Leaving in four ways is four measurements in one line, each with its own number of failures.
        boolean isWhole = failures(line) == 0 || "cancel".equals(line.text("mode"));
        if (!isWhole && !figure.endsWith("failed")) {
            return Double.NaN;
        }
        return line.number(figure, Double.NaN);
    }

    int rounds(String name) {
        return byCase.getOrDefault(name, Map.of()).size();
    }

    private static double median(double[] values) {
        if (values.length == 0) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
