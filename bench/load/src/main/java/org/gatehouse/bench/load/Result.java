package org.gatehouse.bench.load;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What a run measured: named figures in the order in which they were added. Printed as one JSON line for programs and as
 * a table for people. Not safe for several threads.
 */
final class Result {
    private final Map<String, Object> figures = new LinkedHashMap<>();

    Result(String mode, Map<String, String> labels) {
        figures.put("mode", mode);
        figures.putAll(labels);
    }

    void number(String name, double value) {
        figures.put(name, Math.round(value * 10_000) / 10_000.0);
    }

    void count(String name, long value) {
        figures.put(name, value);
    }

    void text(String name, String value) {
        figures.put(name, value);
    }

    void is(String name, boolean value) {
        figures.put(name, value);
    }

    void counts(String name, Tally tally) {
        figures.put(name, tally.byName());
    }

    double number(String name) {
        return ((Number) Objects.requireNonNull(figures.get(name), name)).doubleValue();
    }

    /** The JSON line on {@code lines}, the table on {@code table}. */
    void print(PrintStream lines, PrintStream table) {
        lines.println(Json.write(figures));
        lines.flush();
        int width = figures.keySet().stream().mapToInt(String::length).max().orElse(0);
        figures.forEach((name, value) -> table.println("  " + name + " ".repeat(width + 2 - name.length())
                + (value instanceof Map<?, ?> map ? Json.write(map) : value)));
    }
}
