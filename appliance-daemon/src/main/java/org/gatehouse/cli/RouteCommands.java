package org.gatehouse.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** {@code routes}: what becomes of a model's calls, and what can be done about it at once. */
final class RouteCommands {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String WHICH = "The model's public name; its id will do too.";

    private RouteCommands() {}

    static CommandLine routes(Map<String, String> environment) {
        CommandLine line = NounCommands.group("routes", "Shows how the targets of a model do, and acts on them.",
                "routes show gpt-4o");
        line.addSubcommand("show", new Leaf("show", "Shows a model's targets, their keys and its split, live.",
                "routes show gpt-4o", environment, RouteCommands::show).argument("MODEL", WHICH, true).commandLine());
        line.addSubcommand("reset", new Leaf("reset", "Takes targets for well again: closes their breakers and ends"
                + " their cool-down.", "routes reset gpt-4o --target openai", environment, RouteCommands::reset)
                .argument("MODEL", WHICH, true)
                .option("--target", "TARGET", "Only that one, by its name, its upstream or its id; all if none is"
                        + " named.", false)
                .commandLine());
        line.addSubcommand("promote", new Leaf("promote", "Gives all subjects of a model's split to one arm.",
                "routes promote gpt-4o --arm canary", environment, RouteCommands::promote)
                .argument("MODEL", WHICH, true).option("--arm", "ARM", "The arm that gets all.", true).commandLine());
        line.addSubcommand("rollback", new Leaf("rollback", "Gives all subjects of a model's split back to the control,"
                + " its first arm.", "routes rollback gpt-4o", environment, RouteCommands::rollBack)
                .argument("MODEL", WHICH, true).commandLine());
        return line;
    }

    private static String path(AdminClient client, Leaf command) {
        return "models/" + new References(client).id("models", command.argument()) + "/route";
    }

    private static int show(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            return print(command, client.get(path(client, command), Map.of()));
        }
    }

    private static int print(Leaf command, JsonNode route) {
        if (command.json()) {
            Output.json(command.out(), route);
            return 0;
        }
        command.out().println(route.get("model").asText() + ": " + route.get("calls").asText() + " calls, "
                + route.get("furtherAttempts").asText() + " further attempts, the dry run differed in "
                + route.get("dryRunDiffered").asText() + ".");
        List<JsonNode> targets = new ArrayList<>();
        List<JsonNode> keys = new ArrayList<>();
        for (JsonNode target : route.get("targets")) {
            targets.add(row(target));
            target.get("keys").forEach(key -> {
                ObjectNode row = NODES.objectNode();
                row.set("upstream", target.get("upstream"));
                row.setAll((ObjectNode) key);
                if (!keys.contains(row)) {
                    keys.add(row);
                }
            });
        }
        Output.table(command.out(), targets, List.of("target", "tier", "weight", "attempts", "served", "failures",
                "breaker", "coolDownMillis", "inFlight", "firstByteMillis", "tokensPerSecond"));
        if (!keys.isEmpty()) {
            command.out().println();
            Output.table(command.out(), keys, List.of("upstream", "name", "account", "out", "restMillis"));
        }
        if (!route.get("arms").isEmpty()) {
            List<JsonNode> arms = new ArrayList<>();
            route.get("arms").forEach(arm -> arms.add(arm(arm)));
            command.out().println();
            Output.table(command.out(), arms, List.of("arm", "share", "calls", "success", "firstByteMillis",
                    "tokensPerSecond", "costPerCall", "successVerdict", "firstByteVerdict"));
        }
        return 0;
    }

    private static ObjectNode row(JsonNode target) {
        ObjectNode row = target.deepCopy();
        String name = target.get("name").isNull() ? "" : target.get("name").asText() + " ";
        row.put("target", name + target.get("upstream").asText() + "=" + target.get("upstreamModel").asText());
        round(row, "firstByteMillis");
        round(row, "tokensPerSecond");
        return row;
    }

    private static ObjectNode arm(JsonNode arm) {
        ObjectNode row = arm.deepCopy();
        row.set("arm", arm.get("name"));
        JsonNode rate = arm.get("success");
        if (!rate.isNull()) {
            row.put("success", percent(rate.get("rate")) + " (" + percent(rate.get("low")) + " to "
                    + percent(rate.get("high")) + ")");
        }
        round(row, "firstByteMillis");
        round(row, "tokensPerSecond");
        return row;
    }

    private static String percent(JsonNode rate) {
        return String.format(java.util.Locale.ROOT, "%.1f %%", rate.asDouble() * 100);
    }

    private static void round(ObjectNode row, String field) {
        if (row.get(field).isNumber()) {
            row.put(field, Math.round(row.get(field).asDouble()));
        }
    }

    private static int reset(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            String path = path(client, command);
            String wanted = command.has("--target") ? command.values("--target").getFirst() : "";
            JsonNode route = client.get(path, Map.of());
            int count = 0;
            for (JsonNode target : route.get("targets")) {
                if (wanted.isEmpty() || List.of(target.get("name").asText(), target.get("upstream").asText(),
                        target.get("id").asText()).contains(wanted)) {
                    route = client.post(path + "/targets/" + target.get("id").asText() + "/reset", NODES.objectNode());
                    count++;
                }
            }
            if (count == 0) {
                throw new CommandFailed("The model " + command.argument() + " has no target '" + wanted
                        + "'. See them with 'gatehouse routes show " + command.argument() + "'.");
            }
            return print(command, route);
        }
    }

    private static int promote(Leaf command) {
        return act(command, "/split/promote",
                NODES.objectNode().put("arm", command.values("--arm").getFirst()));
    }

    private static int rollBack(Leaf command) {
        return act(command, "/split/rollback", NODES.objectNode());
    }

    private static int act(Leaf command, String action, ObjectNode body) {
        try (AdminClient client = command.connection().open()) {
            String path = path(client, command);
            client.post(path + action, body);
            return print(command, client.get(path, Map.of()));
        }
    }
}
