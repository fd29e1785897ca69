package org.gatehouse.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** {@code gpus}: what they are, how they do, what happened to them. */
final class GpuCommands {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final double GIB = 1L << 30;

    private GpuCommands() {}

    static CommandLine gpus(Map<String, String> environment) {
        CommandLine line = list("gpus", "gpus", environment);
        line.addSubcommand("list", list("list", "gpus list", environment));
        line.addSubcommand("show", new Leaf("show", "Shows all that is read from one GPU.", "gpus show 0", environment,
                GpuCommands::show)
                .argument("GPU", "Its id, its index, or machine/index where several machines are watched.", true)
                .commandLine());
        line.addSubcommand("events", new Leaf("events", "Lists what happened to GPUs, the newest first.",
                "gpus events --from 2026-11-01T00:00:00Z", environment, GpuCommands::events)
                .option("--from", "TIME", "Only what was seen then or later; default: the last 90 days.", false)
                .commandLine());
        line.addSubcommand("history", new Leaf("history", "Shows how a GPU did before. Times are UTC.",
                "gpus history 0 --grain hour", environment, GpuCommands::history)
                .argument("GPU", "Its id, its index, or machine/index.", true)
                .option("--from", "TIME", "The first moment; default: 10 minutes, a day or a week back, by the grain.",
                        false)
                .option("--to", "TIME", "The first moment behind the end; default: now.", false)
                .option("--grain", "second|minute|hour", "What a line stands for; default: minute.", false)
                .option("--metrics", "LIST", "Which values, such as power,temperature.", false).commandLine());
        return line;
    }

    private static CommandLine list(String name, String example, Map<String, String> environment) {
        return new Leaf(name, "Lists the GPUs of this box and of the machines that it watches.", example, environment,
                GpuCommands::list).commandLine();
    }

    private static int list(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            JsonNode answer = client.get("gpus", Map.of());
            if (command.json()) {
                Output.json(command.out(), answer);
                return 0;
            }
            List<JsonNode> rows = new ArrayList<>();
            answer.get("nodes").forEach(node -> node.get("gpus").forEach(gpu -> rows.add(row(gpu))));
            Output.table(command.out(), rows, List.of("node", "gpu", "name", "condition", "busy", "memory",
                    "temperature", "power", "models", "source"));
            answer.get("nodes").forEach(node -> node.get("notes")
                    .forEach(note -> command.out().println(node.get("name").asText() + ": " + note.asText())));
            if (!answer.get("trouble").asText().isEmpty()) {
                command.out().println(answer.get("trouble").asText());
            }
            return 0;
        }
    }

    /** The most important of a GPU, with units; a dash for what could not be read. */
    private static JsonNode row(JsonNode gpu) {
        ObjectNode row = NODES.objectNode();
        row.set("node", gpu.get("node"));
        row.set("gpu", gpu.get("index"));
        row.set("name", gpu.get("name"));
        row.set("condition", gpu.get("condition"));
        row.put("busy", amount(gpu.get("busy"), 100, "%.0f %%"));
        JsonNode used = gpu.get("memoryUsedBytes");
        JsonNode total = gpu.get("memoryTotalBytes");
        row.put("memory", used.isNull() || total.isNull()
                ? ""
                : String.format(Locale.ROOT, "%.1f of %.1f GiB", used.asDouble() / GIB, total.asDouble() / GIB));
        row.put("temperature", amount(gpu.get("temperatureCelsius"), 1, "%.0f °C"));
        row.put("power", amount(gpu.get("powerWatts"), 1, "%.0f W"));
        row.set("models", gpu.get("models"));
        row.set("source", gpu.get("source"));
        return row;
    }

    private static String amount(JsonNode value, double factor, String format) {
        return value.isNull() ? "" : String.format(Locale.ROOT, format, value.asDouble() * factor);
    }

    private static int show(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            JsonNode gpu = client.get("gpus/" + id(client, command.argument()), Map.of());
            if (command.json()) {
                Output.json(command.out(), gpu);
                return 0;
            }
            ObjectNode head = gpu.deepCopy();
            for (String name : List.of("busy", "temperatureCelsius", "powerWatts")) {
                if (gpu.get(name).isNumber()) {
                    head.put(name, number(gpu.get(name)));
                }
            }
            head.remove(List.of("readings", "instances", "processes"));
            Output.members(command.out(), head);
            command.out().println();
            List<JsonNode> present = new ArrayList<>();
            Map<String, List<String>> absent = new TreeMap<>();
            gpu.get("readings").forEach(reading -> {
                if (reading.get("value").isNull()) {
                    absent.computeIfAbsent(reading.get("absent").asText(), _ -> new ArrayList<>())
                            .add(reading.get("metric").asText());
                } else {
                    present.add(((ObjectNode) reading.deepCopy()).put("value", number(reading.get("value"))));
                }
            });
            Output.table(command.out(), present, List.of("metric", "value", "unit", "exporterName"));
            absent.forEach((reason, metrics) -> command.out()
                    .println("Not there, " + reason + ": " + String.join(", ", metrics)));
            if (gpu.get("migEnabled").asBoolean()) {
                command.out().println();
                Output.table(command.out(), list(gpu.get("instances")), List.of("instance", "profile", "uuid"));
            }
            command.out().println();
            if (gpu.get("processesKnown").asBoolean()) {
                Output.table(command.out(), list(gpu.get("processes")),
                        List.of("pid", "memoryBytes", "instance", "model"));
            } else {
                command.out().println("Which processes hold its memory cannot be seen through this source.");
            }
            return 0;
        }
    }

    private static int events(Leaf command) {
        Map<String, String> query = new LinkedHashMap<>();
        put(query, command, "--from", "from");
        try (AdminClient client = command.connection().open()) {
            JsonNode answer = client.get("gpus/events", query);
            if (command.json()) {
                Output.json(command.out(), answer);
                return 0;
            }
            Output.table(command.out(), list(answer.get("events")), List.of("lastSeen", "severity", "node", "index",
                    "symptom", "times", "active", "text", "advice"));
            if (answer.get("truncated").asBoolean()) {
                command.out().println("There is more than this; ask for a later time.");
            }
            return 0;
        }
    }

    private static int history(Leaf command) {
        Map<String, String> query = new LinkedHashMap<>();
        for (String name : List.of("from", "to", "grain", "metrics")) {
            put(query, command, "--" + name, name);
        }
        try (AdminClient client = command.connection().open()) {
            JsonNode answer = client.get("gpus/" + id(client, command.argument()) + "/history", query);
            if (command.json()) {
                Output.json(command.out(), answer);
                return 0;
            }
            List<String> columns = new ArrayList<>(List.of("at", "samples"));
            answer.get("units").fieldNames().forEachRemaining(metric -> columns.add("mean." + metric));
            List<JsonNode> points = new ArrayList<>();
            answer.get("points").forEach(point -> points.add(readable(point)));
            Output.table(command.out(), points, columns);
            return 0;
        }
    }

    private static JsonNode readable(JsonNode point) {
        ObjectNode copy = point.deepCopy();
        copy.put("at", Instant.parse(point.get("at").asText()).truncatedTo(ChronoUnit.SECONDS).toString());
        ObjectNode mean = copy.putObject("mean");
        point.get("mean").properties().forEach(value -> mean.put(value.getKey(), number(value.getValue())));
        return copy;
    }

    /** Three decimals at most, and none that say nothing. */
    private static String number(JsonNode value) {
        BigDecimal rounded = value.decimalValue().setScale(3, RoundingMode.HALF_EVEN).stripTrailingZeros();
        return rounded.signum() == 0 ? "0" : rounded.toPlainString();
    }

    /** The id of a GPU that is named in some way. */
    private static String id(AdminClient client, String named) {
        List<String> found = new ArrayList<>();
        client.get("gpus", Map.of()).get("nodes").forEach(node -> node.get("gpus").forEach(gpu -> {
            String index = gpu.get("index").asText();
            if (named.equals(index) || named.equals(node.get("name").asText() + "/" + index)) {
                found.add(gpu.get("id").asText());
            }
        }));
        if (found.size() > 1) {
            throw new CommandFailed("Several machines have a GPU " + named + ". Name it as machine/index.");
        }
        String id = found.isEmpty() ? named : found.getFirst();
        return java.net.URLEncoder.encode(id, java.nio.charset.StandardCharsets.UTF_8);
    }

    private static void put(Map<String, String> query, Leaf command, String option, String name) {
        String value = command.option(option);
        if (value != null) {
            query.put(name, value);
        }
    }

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> items = new ArrayList<>();
        array.forEach(items::add);
        return items;
    }
}
