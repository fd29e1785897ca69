package org.gatehouse.gpu.exporter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Prometheus' text format, as far as exporters write it: samples with their labels. Comments are skipped, and so is a line that cannot be
 * read: one bad line must not blind the reader of all others.
 */
final class PrometheusText {
    /** One sample; the value as it was written, since whole numbers may have more digits than a double. */
    record Sample(String name, Map<String, String> labels, String value) {}

    /** What was read, and how many lines were not. */
    record Parsed(List<Sample> samples, int unreadable) {}

    private final String line;
    private int at;

    private PrometheusText(String line) {
        this.line = line;
    }

    /** Reads a whole page. */
    static Parsed parse(String page) {
        List<Sample> samples = new ArrayList<>();
        int unreadable = 0;
        int start = 0;
        while (start < page.length()) {
            int end = page.indexOf('\n', start);
            String line = page.substring(start, end < 0 ? page.length() : end).strip();
            start = end < 0 ? page.length() : end + 1;
            if (!line.isEmpty() && line.charAt(0) != '#') {
                Sample sample = new PrometheusText(line).sample();
                if (sample == null) {
                    unreadable++;
                } else {
                    samples.add(sample);
                }
            }
        }
        return new Parsed(List.copyOf(samples), unreadable);
    }

    private @Nullable Sample sample() {
        String name = word();
        Map<String, String> labels = new LinkedHashMap<>();
        skipSpaces();
        if (name.isEmpty() || peek() == '{' && !labels(labels)) {
            return null;
        }
        skipSpaces();
        int end = at;
        while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
            end++;
        }
        // What follows the value is a time; the reader stamps its own.
        return end == at ? null : new Sample(name, labels, line.substring(at, end));
    }

    private boolean labels(Map<String, String> into) {
        at++;
        while (true) {
            skipSpaces();
            if (peek() == '}') {
                at++;
                return true;
            }
            String label = word();
            skipSpaces();
            if (label.isEmpty() || peek() != '=') {
                return false;
            }
            at++;
            skipSpaces();
            String value = quoted();
            if (value == null) {
                return false;
            }
            into.put(label, value);
            skipSpaces();
            if (peek() == ',') {
                at++;
            } else if (peek() != '}') {
                return false;
            }
        }
    }

    private @Nullable String quoted() {
        if (peek() != '"') {
            return null;
        }
        StringBuilder text = new StringBuilder();
        for (at++; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == '"') {
                at++;
                return text.toString();
            }
            if (c == '\\' && at + 1 < line.length()) {
                at++;
                c = line.charAt(at) == 'n' ? '\n' : line.charAt(at);
            }
            text.append(c);
        }
        return null;
    }

    private String word() {
        int start = at;
        while (at < line.length() && (Character.isLetterOrDigit(line.charAt(at)) || line.charAt(at) == '_'
                || line.charAt(at) == ':')) {
            at++;
        }
        return line.substring(start, at);
    }

    private char peek() {
        return at < line.length() ? line.charAt(at) : '\0';
    }

    private void skipSpaces() {
        while (at < line.length() && Character.isWhitespace(line.charAt(at))) {
            at++;
        }
    }
}
