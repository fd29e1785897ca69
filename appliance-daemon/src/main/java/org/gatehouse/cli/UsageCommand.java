package org.gatehouse.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** {@code usage}: what was used and what it cost. */
final class UsageCommand {
    private static final List<String> NARROWING = List.of("department", "project", "user", "key", "scenario", "model",
            "upstream");

    private UsageCommand() {}

    static CommandLine usage(Map<String, String> environment) {
        Leaf leaf = new Leaf("usage", "Sums up what was used and what it cost. Times are UTC.",
                "usage --from 2026-11-01T00:00:00Z --by department,model", environment, UsageCommand::run)
                .option("--from", "TIME", "The first moment; default: the beginning of this month.", false)
                .option("--to", "TIME", "The first moment behind the end; default: the end of today.", false)
                .option("--bucket", "minute|hour|day",
                        "How finely to cut time; default: not at all. Minutes are kept for 2 days, hours for 90.",
                        false)
                .option("--by", "LIST", "By what to split: " + String.join(",", NARROWING) + ".", false);
        NARROWING.forEach(name -> leaf.option("--" + name, "NAME", "Only that " + name + ".", false));
        return leaf.commandLine();
    }

    private static int run(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            JsonNode usage = client.get("usage", query(command, new References(client)));
            if (command.json()) {
                Output.json(command.out(), usage);
                return 0;
            }
            List<String> by = List.of(command.values("--by").isEmpty()
                    ? new String[0]
                    : command.values("--by").getFirst().split(","));
            List<JsonNode> lines = new ArrayList<>();
            usage.get("lines").forEach(line -> lines.add(named(line)));
            List<String> columns = new ArrayList<>();
            if (!usage.get("bucket").isNull()) {
                columns.add("start");
            }
            by.forEach(dimension -> columns.add("by." + dimension.strip()));
            columns.addAll(List.of("calls", "refusals", "failures", "estimated", "inputTokens", "outputTokens", "cost",
                    "currency"));
            // Boxes without GPUs have nothing to show there.
            if (lines.stream().anyMatch(line -> line.get("gpuSeconds").asDouble() > 0)) {
                columns.addAll(List.of("wattHours", "gpuSeconds", "localCost"));
            }
            if (lines.stream().anyMatch(line -> line.get("cacheHits").asLong() > 0)) {
                columns.addAll(List.of("cacheHits", "savedTokens", "savedCost"));
            }
            Output.table(command.out(), lines, columns);
            if (usage.get("truncated").asBoolean()) {
                command.out().println("There is more than this; narrow the time or the split.");
            }
            return 0;
        }
    }

    private static Map<String, String> query(Leaf command, References references) {
        Map<String, String> query = new LinkedHashMap<>();
        put(query, "from", command.option("--from"));
        put(query, "to", command.option("--to"));
        put(query, "bucket", command.option("--bucket"));
        put(query, "groupBy", command.option("--by"));
        for (String name : NARROWING) {
            String given = command.option("--" + name);
            if (given != null) {
                boolean id = List.of("department", "project", "user", "key").contains(name);
                query.put(name, id ? references.id(name + "s", given) : given);
            }
        }
        return query;
    }

    private static void put(Map<String, String> query, String name, @org.jspecify.annotations.Nullable String value) {
        if (value != null) {
            query.put(name, value);
        }
    }

    /** Names in the place of ids, where there are any. */
    private static JsonNode named(JsonNode line) {
        ObjectNode copy = line.deepCopy();
        copy.get("names").properties()
                .forEach(name -> ((ObjectNode) copy.get("by")).set(name.getKey(), name.getValue()));
        return copy;
    }
}
