package org.gatehouse.cli;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** Commands on the answers that the box keeps. */
final class CacheCommands {
    private CacheCommands() {}

    static CommandLine cache(Map<String, String> environment) {
        CommandLine line = NounCommands.group("cache", "Shows and forgets the answers that the box keeps.",
                "cache status");
        line.addSubcommand("status", new Leaf("status", "How the kept answers stand, and what they saved.",
                "cache status", environment, CacheCommands::status).commandLine());
        line.addSubcommand("purge", new Leaf("purge", "Forgets the kept answers of a model, or all of them.",
                "cache purge --model gpt-4o", environment, CacheCommands::purge)
                .option("--model", "NAME", "Only those of that model; its id will do too.", false)
                .flag("--all", "Those of every model.").commandLine());
        return line;
    }

    private static int status(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            JsonNode status = client.get("cache", Map.of());
            if (command.json()) {
                Output.json(command.out(), status);
                return 0;
            }
            ObjectNode head = status.deepCopy();
            head.remove("models");
            Output.members(command.out(), head);
            if (!status.get("models").isEmpty()) {
                command.out().println();
                List<JsonNode> models = new java.util.ArrayList<>();
                status.get("models").forEach(models::add);
                Output.table(command.out(), models, List.of("name", "entries", "id"));
            }
            return 0;
        }
    }

    private static int purge(Leaf command) {
        String model = command.option("--model");
        if ((model == null) == !command.has("--all")) {
            throw new CommandFailed("Say which answers to forget: either --model NAME or --all.");
        }
        try (AdminClient client = command.connection().open()) {
            JsonNode purged = client.post(model == null
                    ? "cache/purge"
                    : "models/" + new References(client).id("models", model) + "/cache/purge",
                    JsonNodeFactory.instance.objectNode());
            if (command.json()) {
                Output.json(command.out(), purged);
            } else {
                command.out().println(purged.get("entries").asText() + " kept answers are forgotten");
            }
            return 0;
        }
    }
}
