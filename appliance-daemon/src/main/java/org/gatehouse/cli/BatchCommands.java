package org.gatehouse.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** {@code batches}: what clients have ordered, and to stop it. */
final class BatchCommands {
    private static final String WHICH = "The batch's id, also as its client knows it: batch_….";
    private static final String PREFIX = "batch_";

    private BatchCommands() {}

    static CommandLine batches(Map<String, String> environment) {
        CommandLine line = NounCommands.group("batches", "Shows the batches of clients, and cancels them.",
                "batches list --project Research/search");
        line.addSubcommand("list", new Leaf("list", "Lists batches, newest first.",
                "batches list --state in_progress", environment, BatchCommands::list)
                .option("--project", "PROJECT", "Only that project's: DEPARTMENT/PROJECT or its id.", false)
                .option("--state", "STATE", "Only those in that state, such as in_progress.", false).commandLine());
        line.addSubcommand("show", new Leaf("show", "Shows one batch.",
                "batches show batch_019a0000000070008000000000000001", environment, BatchCommands::show)
                .argument("BATCH", WHICH, true).commandLine());
        line.addSubcommand("cancel", new Leaf("cancel", "Cancels a batch: rows that run are ended, what was answered"
                + " is kept for its client.", "batches cancel batch_019a0000000070008000000000000001", environment,
                BatchCommands::cancel).argument("BATCH", WHICH, true).commandLine());
        return line;
    }

    private static int list(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            Map<String, String> query = new LinkedHashMap<>();
            String project = command.option("--project");
            if (project != null) {
                query.put("project", new References(client).id("projects", project));
            }
            String state = command.option("--state");
            if (state != null) {
                query.put("state", state);
            }
            List<JsonNode> batches = client.all("batches", query);
            if (command.json()) {
                Output.json(command.out(), batches);
            } else {
                Output.table(command.out(), batches,
                        List.of("name", "state", "rows", "completed", "failed", "endpoint", "keyName", "createdAt"));
            }
            return 0;
        }
    }

    private static int show(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            return print(command, client.get("batches/" + id(command.argument()), Map.of()));
        }
    }

    private static int cancel(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            return print(command, client.post("batches/" + id(command.argument()) + "/cancel",
                    JsonNodeFactory.instance.objectNode()));
        }
    }

    private static int print(Leaf command, JsonNode batch) {
        if (command.json()) {
            Output.json(command.out(), batch);
            return 0;
        }
        ObjectNode members = batch.deepCopy();
        members.remove("problems");
        Output.members(command.out(), members);
        if (!batch.get("problems").isEmpty()) {
            List<JsonNode> problems = new ArrayList<>();
            batch.get("problems").forEach(problems::add);
            command.out().println();
            Output.table(command.out(), problems, List.of("line", "code", "message"));
        }
        return 0;
    }

    /** A UUID as it is; the digits behind {@code batch_} as a UUID. */
    private static String id(String text) {
        String digits = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
        return digits.matches("[0-9a-f]{32}")
                ? digits.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5")
                : digits;
    }
}
