package org.gatehouse.daemon;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a metrics page as strictly as Prometheus's own checker: anything odd is an error. */
final class MetricsPage {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern SAMPLE = Pattern
            .compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(.*)})? ([-+0-9.eE]+|NaN|[-+]Inf)");
    private static final Pattern LABEL = Pattern
            .compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\",?");
    private static final Set<String> TYPES = Set.of("counter", "gauge", "histogram", "summary", "untyped");

    private final Map<String, String> types = new HashMap<>();
    private final Set<String> names = new TreeSet<>();
    private final Set<String> series = new HashSet<>();

    MetricsPage(String page) {
        if (!page.endsWith("\n")) {
            throw new AssertionError("the last line has no end");
        }
        Set<String> helped = new HashSet<>();
        Set<String> closed = new HashSet<>();
        String family = "";
        for (String line : page.split("\n")) {
            if (line.startsWith("# HELP ") || line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", 4);
                boolean fresh = line.startsWith("# HELP ")
                        ? helped.add(words[2])
                        : types.put(words[2], words[3]) == null;
                if (!fresh || !NAME.matcher(words[2]).matches()
                        || line.startsWith("# TYPE ") && !TYPES.contains(words[3])) {
                    throw new AssertionError(line);
                }
                if (!words[2].equals(family)) {
                    closed.add(family);
                    family = words[2];
                }
                if (closed.contains(family)) {
                    throw new AssertionError("the family comes twice: " + line);
                }
            } else if (!line.isEmpty()) {
                sample(line, family);
            }
        }
    }

    private void sample(String line, String family) {
        Matcher sample = SAMPLE.matcher(line);
        if (!sample.matches()) {
            throw new AssertionError("no sample: " + line);
        }
        String name = sample.group(1);
        if (!family(name).equals(family)) {
            throw new AssertionError("not in its family " + family + ": " + line);
        }
        String labels = sample.group(3) == null ? "" : sample.group(3);
        Set<String> seen = new HashSet<>();
        int end = 0;
        Matcher label = LABEL.matcher(labels);
        while (end < labels.length() && label.find(end) && label.start() == end) {
            if (!seen.add(label.group(1))) {
                throw new AssertionError("a label twice: " + line);
            }
            end = label.end();
        }
        if (end != labels.length()) {
            throw new AssertionError("bad labels: " + line);
        }
        if (!series.add(name + labels)) {
            throw new AssertionError("a series twice: " + line);
        }
        names.add(name);
    }

    private String family(String name) {
        if (types.containsKey(name)) {
            return name;
        }
        return name.replaceFirst("_(bucket|sum|count|max)$", "");
    }

    /** Whether a query by this name finds something: samples, or a family that has none yet. */
    boolean has(String name) {
        return names.contains(name) || types.containsKey(name);
    }

    Set<String> names() {
        return names;
    }
}
