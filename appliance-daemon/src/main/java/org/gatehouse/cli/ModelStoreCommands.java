package org.gatehouse.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** {@code model-store}: the models on the box, and how they stand. */
final class ModelStoreCommands {
    static final String MODELS = "model-store/models";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> UNITS = List.of("bytes", "KiB", "MiB", "GiB", "TiB");
    private static final long POLL_MILLIS = 500;

    private ModelStoreCommands() {}

    static CommandLine modelStore(Map<String, String> environment) {
        CommandLine line = list("model-store", "model-store", environment);
        line.addSubcommand("list", list("list", "model-store list", environment));
        line.addSubcommand("show", new Leaf("show", "Shows a model with its files.", "model-store show acme/tiny",
                environment, ModelStoreCommands::show)
                .argument("MODEL", "Its id or its name.", true).commandLine());
        line.addSubcommand("verify", new Leaf("verify",
                "Holds a model against its signed manifest; exits 1 when something is not as it was imported.",
                "model-store verify acme/tiny --full", environment, ModelStoreCommands::verify)
                .argument("MODEL", "Its id or its name.", true)
                .flag("--full", "Reads every byte, and waits for the end.").commandLine());
        line.addSubcommand("remove", new Leaf("remove", "Removes a model that nobody needs.",
                "model-store remove acme--tiny@0123456789abcdef", environment, ModelStoreCommands::remove)
                .argument("ID", "Its full id.", true).commandLine());
        ModelImportCommands.addTo(line, environment);
        return line;
    }

    private static CommandLine list(String name, String example, Map<String, String> environment) {
        return new Leaf(name, "Lists the models in the box's store.", example, environment, ModelStoreCommands::list)
                .commandLine();
    }

    private static int list(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            JsonNode answer = client.get(MODELS, Map.of());
            if (command.json()) {
                Output.json(command.out(), answer);
                return 0;
            }
            List<JsonNode> rows = new ArrayList<>();
            answer.get("models").forEach(model -> rows.add(row(model)));
            Output.table(command.out(), rows, List.of("id", "architecture", "parameters", "quantisation", "context",
                    "size", "checked", "usedBy"));
            answer.get("untrusted").forEach(model -> command.out()
                    .println("Not trusted: " + model.get("id").asText() + ". " + Output.text(model.get("findings"))));
            return 0;
        }
    }

    private static JsonNode row(JsonNode model) {
        ObjectNode row = NODES.objectNode();
        row.set("id", model.get("id"));
        row.set("architecture", model.at("/shape/architecture"));
        JsonNode parameters = model.at("/shape/parameters");
        row.put("parameters", parameters.isNumber() ? count(parameters.asLong()) : "");
        row.set("quantisation", model.at("/shape/quantisation"));
        row.set("context", model.at("/shape/context"));
        row.put("size", bytes(model.get("bytes").asLong()));
        JsonNode check = model.get("check");
        row.put("checked", check.isNull()
                ? ""
                : check.get("depth").asText() + ": " + check.get("state").asText());
        row.set("usedBy", model.get("usedBy"));
        return row;
    }

    private static int show(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            JsonNode model = client.get(MODELS + "/" + encoded(command.argument()), Map.of());
            if (command.json()) {
                Output.json(command.out(), model);
                return 0;
            }
            ObjectNode head = model.deepCopy();
            head.remove(List.of("shape", "files", "leftOut", "shapeProblem"));
            model.path("shape").properties().forEach(member -> head.set(member.getKey(), member.getValue()));
            if (model.get("shapeProblem").isTextual()) {
                head.set("shapeProblem", model.get("shapeProblem"));
            }
            head.set("leftOut", model.get("leftOut"));
            Output.members(command.out(), head);
            command.out().println();
            List<JsonNode> files = new ArrayList<>();
            model.get("files").forEach(files::add);
            Output.table(command.out(), files, List.of("path", "size", "sha256"));
            return 0;
        }
    }

    private static int verify(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            String path = MODELS + "/" + encoded(command.argument());
            String depth = command.has("--full") ? "full" : "quick";
            JsonNode check = client.post(path + "/verify", NODES.objectNode().put("depth", depth));
            while (check.get("state").asText().equals("running")) {
                pause();
                check = client.get(path, Map.of()).get("check");
            }
            if (command.json()) {
                Output.json(command.out(), check);
            } else {
                command.out().println(command.argument() + " is " + check.get("state").asText() + " (" + depth + ")");
                check.get("findings").forEach(finding -> command.out().println("  " + finding.asText()));
            }
            if (!check.get("state").asText().equals("sound")) {
                throw new CommandFailed(command.argument() + " is not as it was imported: "
                        + check.get("findingCount").asText() + " findings. Import it again.");
            }
            return 0;
        }
    }

    private static int remove(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            client.delete(MODELS + "/" + encoded(command.argument()));
            if (command.json()) {
                Output.json(command.out(), NODES.objectNode().put("removed", command.argument()));
            } else {
                command.out().println(command.argument() + " is removed");
            }
            return 0;
        }
    }

    /** A moment until the next look at what goes on in the box. */
    static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("Interrupted while waiting; what was begun goes on in the box.", e);
        }
    }

    /** As one segment of a path. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static String bytes(long count) {
        double value = count;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.size() - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? count + " bytes" : String.format(Locale.ROOT, "%.1f %s", value, UNITS.get(unit));
    }

    private static String count(long number) {
        if (number < 1_000_000) {
            return Long.toString(number);
        }
        return number < 1_000_000_000
                ? String.format(Locale.ROOT, "%.0f M", number / 1e6)
                : String.format(Locale.ROOT, "%.1f B", number / 1e9);
    }
}
