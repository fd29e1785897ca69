package org.gatehouse.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** Those of {@code model-store} that bring models in. */
final class ModelImportCommands {
    private static final String IMPORTS = "model-store/imports";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ModelImportCommands() {}

    static void addTo(CommandLine line, Map<String, String> environment) {
        line.addSubcommand("import", new Leaf("import",
                "Brings a model in: from a directory or an archive on the box, or from a hub.",
                "model-store import /media/usb/tiny.tar --name acme/tiny --wait", environment,
                ModelImportCommands::begin)
                .argument("SOURCE", "A path that begins with / or ., else a repository such as acme/tiny.", true)
                .option("--name", "NAME",
                        "The model's name; default: the repository's, the directory's, the archive's.",
                        false)
                .option("--hub", "HUB", "The hub of the repository; default: the only one that is set up.", false)
                .option("--revision", "REVISION", "Branch, tag or commit; default: main.", false)
                .repeated("--include", "PATTERN", "Only such files, for example *Q4_K_M*.gguf; may be repeated.", false)
                .repeated("--exclude", "PATTERN", "No such files; may be repeated.", false)
                .flag("--in-place", "Leaves the files of a directory where they are.")
                .option("--pickles", "refuse|leave_out|take",
                        "What becomes of pickled weights, which run code when they are loaded; default: refuse.", false)
                .option("--code", "refuse|leave_out|take", "What becomes of programs; default: refuse.", false)
                .flag("--new-version", "Allows that a model of this name is there already.")
                .flag("--wait", "Shows the progress and waits for the end; exits 1 when it fails.").commandLine());
        line.addSubcommand("imports", new Leaf("imports", "Lists imports, the oldest first.", "model-store imports",
                environment, ModelImportCommands::list).commandLine());
        line.addSubcommand("pause", verb("pause", "Stops an import; what has come stays.", environment).commandLine());
        line.addSubcommand("resume", verb("resume", "Goes on with an import that stands still.", environment)
                .flag("--wait", "Shows the progress and waits for the end.").commandLine());
        line.addSubcommand("cancel",
                verb("cancel", "Gives an import up; nothing of it stays.", environment).commandLine());
    }

    private static Leaf verb(String verb, String about, Map<String, String> environment) {
        return new Leaf(verb, about, "model-store " + verb + " 20261121-093000-1", environment, command -> {
            try (AdminClient client = command.connection().open()) {
                JsonNode answer = client.post(
                        IMPORTS + "/" + ModelStoreCommands.encoded(command.argument()) + "/" + verb,
                        NODES.objectNode());
                return verb.equals("resume") ? followed(command, client, answer) : print(command, answer);
            }
        }).argument("ID", "The import's id.", true);
    }

    private static int begin(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            return followed(command, client, client.post(IMPORTS, wish(command)));
        }
    }

    private static ObjectNode wish(Leaf command) {
        ObjectNode wish = NODES.objectNode();
        String source = command.argument();
        boolean local = source.startsWith("/") || source.startsWith(".");
        wish.put(local ? "path" : "repository",
                local ? Path.of(source).toAbsolutePath().normalize().toString() : source);
        for (String name : List.of("name", "hub", "revision", "pickles", "code")) {
            String value = command.option("--" + name);
            if (value != null) {
                wish.put(name, value);
            }
        }
        command.values("--include").forEach(wish.putArray("include")::add);
        command.values("--exclude").forEach(wish.putArray("exclude")::add);
        return wish.put("inPlace", command.has("--in-place")).put("newVersion", command.has("--new-version"));
    }

    /** Shows how far it is until it stands still, if that is wanted; fails when the import did. */
    private static int followed(Leaf command, AdminClient client, JsonNode begun) {
        JsonNode now = begun;
        if (command.has("--wait")) {
            String said = "";
            while (now.get("state").asText().equals("active")) {
                String line = progress(now);
                if (!line.equals(said)) {
                    command.err().println(line);
                    command.err().flush();
                    said = line;
                }
                ModelStoreCommands.pause();
                now = client.get(IMPORTS + "/" + now.get("id").asText(), Map.of());
            }
        }
        print(command, now);
        if (now.get("state").asText().equals("failed")) {
            String hint = now.get("resumable").asBoolean()
                    ? " (gatehouse model-store resume " + now.get("id").asText() + ")"
                    : "";
            throw new CommandFailed(now.at("/problem/message").asText() + hint);
        }
        return 0;
    }

    private static String progress(JsonNode now) {
        if (now.get("bytes").asLong() == 0) {
            return now.get("phase").asText();
        }
        String left = now.get("secondsLeft").isNull() ? "" : ", " + time(now.get("secondsLeft").asLong()) + " left";
        return now.get("phase").asText() + " " + now.get("percent").asText() + " %, "
                + ModelStoreCommands.bytes(now.get("bytesDone").asLong()) + " of "
                + ModelStoreCommands.bytes(now.get("bytes").asLong()) + ", "
                + ModelStoreCommands.bytes(now.get("bytesPerSecond").asLong()) + "/s" + left;
    }

    private static String time(long seconds) {
        return seconds < 120 ? seconds + " s" : seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }

    private static int list(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            JsonNode answer = client.get(IMPORTS, Map.of());
            if (command.json()) {
                Output.json(command.out(), answer);
                return 0;
            }
            List<JsonNode> rows = new ArrayList<>();
            answer.get("imports").forEach(one -> rows.add(row(one)));
            Output.table(command.out(), rows, List.of("id", "name", "state", "phase", "done", "source", "problem"));
            return 0;
        }
    }

    private static JsonNode row(JsonNode one) {
        ObjectNode row = one.deepCopy();
        row.put("done", one.get("bytes").asLong() == 0
                ? ""
                : one.get("percent").asText() + " % of " + ModelStoreCommands.bytes(one.get("bytes").asLong()));
        row.put("problem", one.at("/problem/kind").asText(""));
        return row;
    }

    private static int print(Leaf command, JsonNode one) {
        if (command.json()) {
            Output.json(command.out(), one);
            return 0;
        }
        String model = one.get("model").isNull() ? "" : ": " + one.get("model").asText();
        command.out().println("Import " + one.get("id").asText() + " of " + one.get("name").asText() + " is "
                + one.get("state").asText() + model);
        return 0;
    }
}
