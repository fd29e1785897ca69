package org.gatehouse.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

import org.gatehouse.audit.TrailExport;
import org.gatehouse.audit.VerificationResult;

/** {@code audit}: the trail. */
final class AuditCommands {
    private static final List<String> REFERENCES = List.of("department", "project", "key", "user");
    private static final Map<String, String> WORDS = Map.of("--model", "model", "--upstream", "upstream", "--scenario",
            "scenario", "--outcome", "outcome", "--kind", "kind", "--trace", "traceId", "--request", "requestId",
            "--actor", "actor", "--object-type", "objectType", "--object", "objectId");

    private AuditCommands() {}

    static CommandLine audit(Map<String, String> environment) {
        CommandLine audit = search("audit", "Searches, verifies and exports the trail; by itself it searches.",
                "audit --kind admin --limit 20", environment);
        audit.addSubcommand("search", search("search", "Finds rows of the trail, newest first.",
                "audit search --key Research/Search/ci --outcome refused", environment));
        audit.addSubcommand("show", new Leaf("show", "Shows the row of one call or admin action.",
                "audit show 019a6b1c-0000-7000-8000-000000000001 --bodies", environment, AuditCommands::show)
                .argument("ID", "The call or action.", true)
                .flag("--bodies", "Also what policy kept of the bodies. That you read them is recorded.")
                .commandLine());
        audit.addSubcommand("verify", new Leaf("verify",
                "Walks the trail and names the first record that is not as it was written. With --file it checks an"
                        + " export, on any machine, without a box.",
                "audit verify --file audit.jsonl", environment, AuditCommands::verify)
                .option("--from", "TIME", "Rows from then on.", false)
                .option("--to", "TIME", "Rows before then.", false)
                .option("--file", "FILE", "An export instead of a running box.", false).commandLine());
        audit.addSubcommand("export", new Leaf("export", "Writes the trail as JSON lines, to be kept elsewhere.",
                "audit export audit.jsonl", environment, AuditCommands::export)
                .argument("FILE", "Where to. Default: the standard output.", false)
                .option("--from", "TIME", "Rows from then on.", false)
                .option("--to", "TIME", "Rows before then.", false).commandLine());
        return audit;
    }

    private static CommandLine search(String name, String about, String example, Map<String, String> environment) {
        Leaf search = new Leaf(name, about, example, environment, AuditCommands::search);
        search.option("--from", "TIME", "Rows from then on.", false).option("--to", "TIME", "Rows before then.", false)
                .option("--limit", "N", "How many at most; default 50.", false);
        REFERENCES.forEach(
                noun -> search.option("--" + noun, "NAME", "Calls of that " + noun + ".", false));
        WORDS.keySet().stream().sorted().forEach(
                option -> search.option(option, "WORD", "Rows with that " + WORDS.get(option) + ".", false));
        return search.commandLine();
    }

    private static int search(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            Map<String, String> query = range(command);
            query.put("limit", command.values("--limit").isEmpty() ? "50" : command.values("--limit").getFirst());
            References references = new References(client);
            for (String name : REFERENCES) {
                String given = command.option("--" + name);
                if (given != null) {
                    query.put(name, references.id(name + "s", given));
                }
            }
            WORDS.forEach((option, name) -> command.values(option).forEach(value -> query.put(name, value)));
            JsonNode page = client.get("audit", query);
            if (command.json()) {
                Output.json(command.out(), page);
                return 0;
            }
            List<JsonNode> lines = new ArrayList<>();
            page.get("items").forEach(item -> lines.add(line(item)));
            Output.table(command.out(), lines,
                    List.of("at", "kind", "who", "what", "result", "tokens in", "tokens out", "usage", "cost",
                            "watt-hours", "id"));
            return 0;
        }
    }

    /** A row in the few words that a table has room for. */
    private static ObjectNode line(JsonNode item) {
        JsonNode row = item.get("record");
        boolean call = "call".equals(item.get("kind").asText());
        JsonNode caller = row.path("caller");
        String key = caller.isObject()
                ? caller.path("departmentName").asText() + "/" + caller.path("projectName").asText() + "/"
                        + caller.path("keyName").asText()
                : "-";
        String result = call
                ? row.path("outcome").asText() + " " + row.path("status").asText()
                : row.path("objectId").asText("");
        JsonNode usage = row.path("usage");
        JsonNode cost = row.path("cost");
        return JsonNodeFactory.instance.objectNode().put("at", row.path("at").asText())
                .put("kind", item.get("kind").asText()).put("who", call ? key : row.path("actor").asText("-"))
                .put("what", call
                        ? row.path("surface").asText() + " " + row.path("modelAsked").asText("-")
                        : row.path("objectType").asText("") + " " + row.path("action").asText(""))
                .put("result", result).put("tokens in", usage.path("inputTokens").asText(""))
                .put("tokens out", usage.path("outputTokens").asText(""))
                // Whether somebody counted: an estimate must not look like a measurement.
                .put("usage", usage.path("source").asText(""))
                .put("cost", (cost.path("amount").asText("") + " " + cost.path("currency").asText("")).strip())
                .put("watt-hours", item.path("energy").path("wattHours").asText(""))
                .put("id", row.path("id").asText());
    }

    private static int show(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            String path = "audit/" + command.argument();
            ObjectNode entry = (ObjectNode) client.get(path, Map.of());
            if (command.has("--bodies")) {
                entry.set("bodies", client.get(path + "/bodies", Map.of()));
            }
            Output.json(command.out(), entry);
            return 0;
        }
    }

    private static int verify(Leaf command) {
        String file = command.option("--file");
        if (file != null) {
            return verifyFile(command, Path.of(file));
        }
        try (AdminClient client = command.connection().open()) {
            JsonNode result = client.get("audit/verify", range(command));
            return report(command, result.get("intact").asBoolean(), result.get("message").asText(), result);
        }
    }

    private static int verifyFile(Leaf command, Path file) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return switch (TrailExport.verify(in, Map.of())) {
                case VerificationResult.Intact(int nodes, long records, long checkpoints) -> report(command, true,
                        records + " records and " + checkpoints + " signatures of " + nodes + " node(s) are as they"
                                + " were written. Whether the signing keys in the file are the box's own, the box"
                                + " itself can say.",
                        JsonNodeFactory.instance.objectNode().put("intact", true).put("nodes", nodes)
                                .put("records", records).put("checkpoints", checkpoints));
                case VerificationResult.Broken broken -> report(command, false, broken.message(),
                        JsonNodeFactory.instance.objectNode().put("intact", false).put("message", broken.message()));
            };
        } catch (IOException e) {
            throw new CommandFailed("The export " + file + " can't be read: " + e.getMessage() + ".", e);
        }
    }

    private static int report(Leaf command, boolean intact, String message, JsonNode json) {
        if (command.json()) {
            Output.json(command.out(), json);
        } else if (intact) {
            command.out().println(message);
        }
        if (!intact) {
            throw new CommandFailed("The trail is broken: " + message);
        }
        return 0;
    }

    private static int export(Leaf command) {
        String named = command.argument();
        Path file = Path.of(named);
        try (AdminClient client = command.connection().open()) {
            if (named.isEmpty() || "-".equals(named)) {
                Downloads.print(client, "audit/export", range(command), command.out());
                return 0;
            }
            Downloads.save(client, "audit/export", range(command), file);
            command.out().println("Written to " + file + ". Check it with 'gatehouse audit verify --file " + file
                    + "'.");
            return 0;
        }
    }

    private static Map<String, String> range(Leaf command) {
        Map<String, String> query = new LinkedHashMap<>();
        for (String end : List.of("from", "to")) {
            String given = command.option("--" + end);
            if (given != null) {
                query.put(end, given);
            }
        }
        return query;
    }
}
