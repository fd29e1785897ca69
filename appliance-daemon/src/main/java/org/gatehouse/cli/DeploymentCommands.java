package org.gatehouse.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** {@code deployments}: models that the box serves by itself. */
final class DeploymentCommands {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final double GIB = 1L << 30;

    private DeploymentCommands() {}

    static CommandLine deployments(Map<String, String> environment) {
        NounCommands noun = new NounCommands(DeploymentNoun.deployments(), environment);
        CommandLine line = list("deployments", "Lists and changes the models that the box serves by itself; by itself"
                + " it lists them.", "deployments --output json", environment);
        line.addSubcommand("list", list("list", "Lists deployments and how they stand.", "deployments list",
                environment));
        noun.addEditing(line);
        line.addSubcommand("plan", PlanCommand.plan(noun, environment));
        line.addSubcommand("apply", new Leaf("apply", "Makes or changes the deployments of a file, all or nothing, by"
                + " their names. A member that is left out has its default.",
                "deployments apply -f chat.yaml --wait"
                        + " 600",
                environment, DeploymentCommands::apply)
                .option("-f", "FILE", "One deployment or several, YAML or JSON; - for standard input.", true)
                .option("--wait", "SECONDS", "Show progress until all serve, one fails, or so long.", false)
                .commandLine());
        line.addSubcommand("status", new Leaf("status", "Shows engines and GPUs, of one deployment or of all.",
                "deployments status chat", environment, DeploymentCommands::status)
                .argument("NAME", "Which one; all if none is named.", false).commandLine());
        line.addSubcommand("logs", new Leaf("logs", "Shows the newest output of a deployment's engines.",
                "deployments logs chat --follow", environment, LogCommand::logs)
                .argument("NAME", "Which one; its id will do too.", true)
                .option("--lines", "N", "How many lines, 1 to 2000; default 100.", false)
                .option("--instance", "ID", "Only that instance, such as chat-0.", false)
                .flag("--follow", "Go on until interrupted.").commandLine());
        line.addSubcommand("retry", new Leaf("retry", "Tries again what failed for good, or was rolled back.",
                "deployments retry chat", environment, DeploymentCommands::retry)
                .argument("NAME", "Which one; its id will do too.", true).commandLine());
        return line;
    }

    private static CommandLine list(String name, String about, String example, Map<String, String> environment) {
        return new Leaf(name, about, example, environment, DeploymentCommands::list).commandLine();
    }

    private static int list(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            if (command.json()) {
                Output.json(command.out(), client.all("deployments", Map.of()));
                return 0;
            }
            List<JsonNode> rows = new ArrayList<>();
            client.get("deployments/status", Map.of()).get("deployments").forEach(one -> rows.add(row(one)));
            Output.table(command.out(), rows, DeploymentNoun.deployments().columns());
            return 0;
        }
    }

    private static ObjectNode row(JsonNode one) {
        ObjectNode row = NODES.objectNode();
        row.set("name", one.get("name"));
        row.set("model name", one.get("publicName"));
        row.set("standing", one.get("standing"));
        row.put("ready", one.get("ready").asText() + "/" + one.get("desired").asText());
        String reason = one.get("reason").asText();
        row.put("progress", reason.isEmpty() ? String.join(", ", progress(one)) : reason);
        row.set("waiting", one.get("waiting"));
        return row;
    }

    /** What each engine is at that does not serve yet, such as {@code chat-0 loading weights 43 %}. */
    static List<String> progress(JsonNode deployment) {
        List<String> lines = new ArrayList<>();
        for (JsonNode replica : deployment.get("replicas")) {
            String phase = replica.get("phase").asText();
            if (!"ready".equals(phase)) {
                String stage = replica.get("stage").asText();
                lines.add(replica.get("id").asText() + " " + phase.replace('_', ' ')
                        + (stage.isEmpty() ? "" : " " + stage)
                        + ("loading".equals(phase) ? " " + replica.get("percent").asText() + " %" : ""));
            }
        }
        return lines;
    }

    private static int apply(Leaf command) {
        List<ObjectNode> drafts = DeploymentFile.read(java.util.Objects.requireNonNull(command.option("-f")));
        int seconds = number(command, "--wait", 0, 0, 86_400);
        ObjectNode declaration = NODES.objectNode().put("apiVersion", "gatehouse/v1");
        ArrayNode section = declaration.putArray("deployments");
        drafts.forEach(section::add);
        try (AdminClient client = command.connection().open()) {
            JsonNode report = client.post("apply?dryRun=false&prune=false", declaration);
            if (command.json()) {
                Output.json(command.out(), report);
            } else {
                DeclarationCommands.print(command, report);
            }
            List<String> names = drafts.stream().map(draft -> draft.get("name").asText()).toList();
            return seconds == 0 ? 0 : new ServingWatch(command, client, names).until(seconds);
        }
    }

    private static int status(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            String name = command.argument();
            if (!name.isEmpty()) {
                JsonNode one = client.get(path(client, command) + "/status", Map.of());
                if (command.json()) {
                    Output.json(command.out(), one);
                } else {
                    Output.table(command.out(), List.of(row(one)), DeploymentNoun.deployments().columns());
                    queues(command, List.of(one));
                    replicas(command, List.of(one));
                }
                return 0;
            }
            JsonNode all = client.get("deployments/status", Map.of());
            if (command.json()) {
                Output.json(command.out(), all);
                return 0;
            }
            List<JsonNode> deployments = items(all.get("deployments"));
            Output.table(command.out(), deployments.stream().<JsonNode>map(DeploymentCommands::row).toList(),
                    DeploymentNoun.deployments().columns());
            queues(command, deployments);
            replicas(command, deployments);
            command.out().println();
            Output.table(command.out(), items(all.get("gpus")).stream().<JsonNode>map(DeploymentCommands::gpu).toList(),
                    List.of("gpu", "memory", "in use", "foreign", "promised", "holders", "loading", "closed"));
            return 0;
        }
    }

    /** The lines before deployments that had a call. */
    private static void queues(Leaf command, List<JsonNode> deployments) {
        List<JsonNode> rows = new ArrayList<>();
        for (JsonNode one : deployments) {
            JsonNode queue = one.get("queue");
            if (queue.isObject()) {
                ObjectNode row = NODES.objectNode();
                row.set("queue", one.get("name"));
                for (String member : List.of("places", "running", "waiting")) {
                    row.set(member, queue.get(member));
                }
                row.set("of them batch", queue.get("waitingBatch"));
                ArrayNode departments = row.putArray("by department");
                queue.get("departments").forEach(each -> departments
                        .add(each.get("department").asText() + " " + each.get("waiting").asText()));
                row.put("place held", String.format(Locale.ROOT, "%.1f s", queue.get("holdSeconds").asDouble()));
                row.set("turned away", queue.get("turnedAway"));
                rows.add(row);
            }
        }
        if (!rows.isEmpty()) {
            command.out().println();
            Output.table(command.out(), rows, List.of("queue", "places", "running", "waiting", "of them batch",
                    "by department", "place held", "turned away"));
        }
    }

    private static void replicas(Leaf command, List<JsonNode> deployments) {
        List<JsonNode> rows = new ArrayList<>();
        deployments.forEach(one -> one.get("replicas").forEach(replica -> {
            ObjectNode row = replica.deepCopy();
            ArrayNode gpus = row.putArray("gpus");
            replica.get("gpus").forEach(gpu -> gpus.add(gpu.get("gpu").asText() + " " + gib(gpu.get("bytes"))));
            row.put("kv", replica.get("kvUsage").isNull()
                    ? ""
                    : String.format(Locale.ROOT, "%.0f %%", replica.get("kvUsage").asDouble() * 100));
            row.put("percent", replica.get("percent").asText() + " %");
            row.set("engine", replica.get("id"));
            row.set("last trouble", replica.get("lastCause"));
            rows.add(row);
        }));
        command.out().println();
        Output.table(command.out(), rows, List.of("engine", "phase", "stage", "percent", "gpus", "contextTokens",
                "calls", "running", "waiting", "kv", "adapters", "restarts", "last trouble"));
    }

    private static JsonNode gpu(JsonNode gpu) {
        ObjectNode row = NODES.objectNode();
        row.set("gpu", gpu.get("id"));
        row.put("memory", gib(gpu.get("totalBytes"))).put("in use", gib(gpu.get("usedBytes")))
                .put("foreign", gib(gpu.get("foreignBytes"))).put("promised", gib(gpu.get("promisedBytes")));
        row.set("holders", gpu.get("holders"));
        row.set("loading", gpu.get("loading"));
        row.set("closed", gpu.get("closed"));
        return row;
    }

    static String gib(JsonNode bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes.asDouble() / GIB);
    }

    private static int retry(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            JsonNode one = client.post(path(client, command) + "/retry", NODES.objectNode());
            if (command.json()) {
                Output.json(command.out(), one);
            } else {
                command.out().println("Trying again. " + one.get("name").asText() + " is "
                        + one.get("standing").asText().replace('_', ' ') + "; see 'gatehouse deployments status "
                        + one.get("name").asText() + "'.");
            }
            return 0;
        }
    }

    static String path(AdminClient client, Leaf command) {
        return "deployments/" + new References(client).id("deployments", command.argument());
    }

    static int number(Leaf command, String option, int unsaid, int least, int greatest) {
        String given = command.option(option);
        if (given == null) {
            return unsaid;
        }
        if (!given.matches("[0-9]{1,6}") || Integer.parseInt(given) < least || Integer.parseInt(given) > greatest) {
            throw new CommandFailed("'" + given + "' for " + option + " is no whole number between " + least + " and "
                    + greatest + ".");
        }
        return Integer.parseInt(given);
    }

    static List<JsonNode> items(JsonNode array) {
        List<JsonNode> items = new ArrayList<>();
        array.forEach(items::add);
        return items;
    }
}
