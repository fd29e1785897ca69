package org.gatehouse.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;

/** Prints JSON trees as tables or as they are. Stateless. */
final class Output {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Unicode Standard Annex 11, the blocks that matter. */
    private static final List<int[]> WIDE = List.of(new int[]{0x1100, 0x115f}, new int[]{0x2e80, 0xa4cf},
            new int[]{0xac00, 0xd7a3}, new int[]{0xf900, 0xfaff}, new int[]{0xfe30, 0xfe4f}, new int[]{0xff00, 0xff60},
            new int[]{0x1f300, 0x1faff}, new int[]{0x20000, 0x3fffd});

    private Output() {}

    static void json(PrintWriter out, JsonNode tree) {
        try {
            out.println(JSON.writeValueAsString(tree));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can't be written", e);
        }
    }

    static void json(PrintWriter out, List<JsonNode> items) {
        json(out, JSON.createArrayNode().addAll(items));
    }

    /** One line a thing, under the names of the columns; a column is a path such as {@code scope.name}. */
    static void table(PrintWriter out, List<JsonNode> items, List<String> columns) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(columns.stream().map(column -> column.substring(column.lastIndexOf('.') + 1)
                .replaceAll("([a-z])([A-Z])", "$1 $2").toUpperCase(java.util.Locale.ROOT)).toList());
        items.forEach(item -> lines.add(columns.stream().map(column -> cell(item, column)).toList()));
        int[] widths = new int[columns.size()];
        lines.forEach(line -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(line.get(i)));
            }
        });
        lines.forEach(line -> {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                text.append(line.get(i)).append(" ".repeat(widths[i] - width(line.get(i)) + 2));
            }
            out.println(text.toString().stripTrailing());
        });
        if (items.isEmpty()) {
            out.println("(none)");
        }
    }

    /** One member a line. */
    static void members(PrintWriter out, JsonNode thing) {
        int widest = 0;
        for (String name : (Iterable<String>) thing::fieldNames) {
            widest = Math.max(widest, name.length());
        }
        for (String name : (Iterable<String>) thing::fieldNames) {
            out.println(name + " ".repeat(widest - name.length() + 2) + text(thing.get(name)));
        }
    }

    private static String cell(JsonNode item, String column) {
        JsonNode node = item;
        for (String name : column.split("\\.")) {
            node = node.path(name);
        }
        return text(node);
    }

    static String text(JsonNode node) {
        if (node.isNull() || node.isMissingNode()) {
            return "-";
        }
        if (node.isArray()) {
            List<String> items = new ArrayList<>();
            node.forEach(item -> items.add(text(item)));
            return items.isEmpty() ? "-" : String.join(",", items);
        }
        String text = node.isObject() ? words(node) : node.asText();
        return text.isEmpty() ? "-" : text;
    }

    /** A thing within a thing, in the words that options use where there are such. */
    private static String words(JsonNode thing) {
        if (thing.has("upstreamModel")) {
            String weight = thing.path("weight").asInt(1) == 1 ? "" : " (weight " + thing.get("weight").asText() + ")";
            String tier = thing.path("tier").asInt(0) == 0 ? "" : " (tier " + thing.get("tier").asText() + ")";
            return text(thing.path("upstream")) + "=" + thing.get("upstreamModel").asText() + weight + tier;
        }
        if (thing.has("type") && thing.has("name")) {
            String name = text(thing.get("name"));
            return thing.get("type").asText() + ("-".equals(name) ? "" : ":" + name);
        }
        List<String> members = new ArrayList<>();
        thing.properties().forEach(member -> members.add(member.getKey() + "=" + text(member.getValue())));
        return String.join(",", members);
    }

    /** Columns on a terminal: East Asian letters and most pictures take two. */
    private static int width(String text) {
        return text.codePoints().map(point -> {
            boolean wide = WIDE.stream().anyMatch(range -> point >= range[0] && point <= range[1]);
            boolean none = Character.getType(point) == Character.NON_SPACING_MARK;
            return wide ? 2 : none ? 0 : 1;
        }).sum();
    }

    /** A list within an answer, as a table or as it came. Always 0, a command's status. */
    static int list(Leaf command, JsonNode answer, String name, List<String> columns) {
        if (command.json()) {
            json(command.out(), answer);
        } else {
            List<JsonNode> items = new ArrayList<>();
            answer.get(name).forEach(items::add);
            table(command.out(), items, columns);
        }
        return 0;
    }
}
