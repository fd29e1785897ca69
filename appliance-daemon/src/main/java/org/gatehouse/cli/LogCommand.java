package org.gatehouse.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;

/** {@code deployments logs}: what engines wrote, and what they write. */
final class LogCommand {
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final int MOST_LINES = 2_000;

    private LogCommand() {}

    static int logs(Leaf command) {
        int lines = DeploymentCommands.number(command, "--lines", 100, 1, MOST_LINES);
        Map<String, String> query = new LinkedHashMap<>();
        String instance = command.option("--instance");
        if (instance != null) {
            query.put("instance", instance);
        }
        boolean follows = command.has("--follow");
        // Who follows must know all lines of the newest moment, to tell them from those that come.
        query.put("lines", String.valueOf(follows ? MOST_LINES : lines));
        try (AdminClient client = command.connection().open()) {
            String path = DeploymentCommands.path(client, command) + "/logs";
            List<JsonNode> first = DeploymentCommands.items(client.get(path, query).get("lines"));
            if (command.json() && !follows) {
                Output.json(command.out(), first);
                return 0;
            }
            Tail tail = new Tail();
            List<JsonNode> all = tail.fresh(first);
            print(command, all.subList(Math.max(0, all.size() - lines), all.size()));
            while (follows && pause()) {
                print(command, tail.fresh(DeploymentCommands.items(client.get(path, query).get("lines"))));
            }
            return 0;
        }
    }

    private static void print(Leaf command, List<JsonNode> lines) {
        lines.forEach(line -> command.out().println(command.json()
                ? line.toString()
                : line.get("instance").asText() + " " + line.get("at").asText() + " " + line.get("text").asText()));
        command.out().flush();
    }

    private static boolean pause() {
        try {
            Thread.sleep(PERIOD);
            return true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Tells new lines from those that were there the last time. Confined to one command. */
    static final class Tail {
        private final Map<String, Seen> seen = new HashMap<>();

        /** How far an instance's output was read: several lines may have the same time. */
        private record Seen(String at, int times) {}

        /** The lines that were not in any page before. */
        List<JsonNode> fresh(List<JsonNode> page) {
            List<JsonNode> fresh = new ArrayList<>();
            Map<String, Seen> reached = new HashMap<>();
            for (JsonNode line : page) {
                String instance = line.get("instance").asText();
                String at = line.get("at").asText();
                Seen here = reached.get(instance);
                int times = here != null && here.at().equals(at) ? here.times() + 1 : 1;
                reached.put(instance, new Seen(at, times));
                Seen before = seen.get(instance);
                if (before == null || isAfter(at, before.at()) || at.equals(before.at()) && times > before.times()) {
                    fresh.add(line);
                }
            }
            seen.putAll(reached);
            return fresh;
        }

        private static boolean isAfter(String at, String other) {
            return java.time.Instant.parse(at).isAfter(java.time.Instant.parse(other));
        }
    }
}
