package org.gatehouse.setup.wizard.terminal;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.setup.wizard.box.Check;
import org.gatehouse.setup.wizard.box.StepView;

/** What the box says, as lines for people. Stateless. */
final class Words {
    private static final int MOST_FOUND = 12;
    private static final int MOST_MODELS = 40;

    private Words() {}

    /** What the box found, a line a thing. */
    static List<String> found(JsonNode found) {
        List<String> lines = new ArrayList<>();
        found.properties().forEach(member -> lines(member.getKey(), member.getValue(), lines));
        return lines.size() <= MOST_FOUND
                ? lines
                : List.of(String.join("\n", lines.subList(0, MOST_FOUND)),
                        "... and " + (lines.size() - MOST_FOUND) + " more");
    }

    private static void lines(String name, JsonNode value, List<String> lines) {
        if (value.isArray()) {
            if (!value.isEmpty() && value.get(0).isValueNode()) {
                lines.add(name(name) + ": " + flat(value));
            } else {
                value.forEach(one -> lines.add(name(name) + ": " + flat(one)));
            }
        } else if (!value.isNull() && !flat(value).isEmpty()) {
            lines.add(name(name) + ": " + flat(value));
        }
    }

    private static String flat(JsonNode value) {
        if (value.isValueNode()) {
            return value.isNull() ? "" : value.isBoolean() ? value.asBoolean() ? "yes" : "no" : value.asText();
        }
        List<String> parts = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(one -> parts.add(flat(one)));
            return String.join(", ", parts);
        }
        value.properties().forEach(member -> {
            JsonNode inner = member.getValue();
            String text = flat(inner);
            if (inner.isBoolean()) {
                parts.add(inner.asBoolean() ? name(member.getKey()) : "not " + name(member.getKey()));
            } else if (!text.isEmpty()) {
                parts.add(text);
            }
        });
        return String.join("  ", parts);
    }

    /** {@code timeZone} becomes {@code time zone}. */
    static String name(String field) {
        return field.replaceAll("([a-z])([A-Z])", "$1 $2").replace('_', ' ').replace('-', ' ')
                .toLowerCase(java.util.Locale.ROOT);
    }

    /** Checks, a line each. */
    static List<String> checks(List<Check> checks) {
        List<String> lines = new ArrayList<>();
        for (Check check : checks) {
            lines.add(
                    (check.ok() ? "ok    " : "FAIL  ") + check.name() + ": " + check.message() + "  (" + check.millis()
                            + " ms)");
            if (!check.models().isEmpty()) {
                List<String> models = check.models();
                lines.add("      models: " + String.join(", ", models.subList(0, Math.min(MOST_MODELS, models.size())))
                        + (models.size() > MOST_MODELS ? " and " + (models.size() - MOST_MODELS) + " more" : ""));
            }
        }
        if (checks.isEmpty()) {
            lines.add("There is nothing to try.");
        }
        return lines;
    }

    /** What a step made, and what is shown this once. */
    static List<String> made(StepView step) {
        List<String> lines = new ArrayList<>();
        step.result().properties().forEach(member -> {
            if (!member.getKey().equals("changed") && !member.getKey().equals("awaiting")) {
                lines(member.getKey(), member.getValue(), lines);
            }
        });
        if (step.secrets().isObject() && !step.secrets().isEmpty()) {
            lines.add("");
            lines.add("Shown this once, so write it down now:");
            step.secrets().properties()
                    .forEach(secret -> lines.add(name(secret.getKey()) + ": " + secret.getValue().asText()));
        }
        return lines;
    }
}
