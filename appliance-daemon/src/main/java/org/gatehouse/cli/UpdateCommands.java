package org.gatehouse.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** Releases of an appliance's operating system. */
final class UpdateCommands {
    private static final int PART = 8 << 20;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);
    private static final String PATH = "system/update";

    private UpdateCommands() {}

    static CommandLine all(Map<String, String> environment) {
        CommandLine update = NounCommands.group("update",
                "Installs releases of the box's operating system, and goes back.", "update status");
        add(update, new Leaf("status", "Shows the releases on the disk, and what became of the last update.",
                "update status", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return status(command, client.get(PATH, Map.of()));
                    }
                }));
        add(update, new Leaf("media", "Lists bundles on sticks and disks that are plugged in.", "update media",
                environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        JsonNode media = client.get(PATH + "/media", Map.of());
                        media.path("unreadable").forEach(one -> command.err().println(one.path("reason").asText()));
                        return list(command, media, "bundles", List.of("device", "file", "bytes"));
                    }
                }));
        add(update, new Leaf("check", "Checks a bundle's signature and whether this box may install it.",
                "update check gatehouse_1.4.0-metal.bundle", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.post(PATH + "/check", chosen(command, client)));
                    }
                }).argument("FILE", "The bundle, sent to the box first; left out, the one that was received.", false)
                .option("--medium", "DEVICE/FILE", "A bundle on something that is plugged into the box.", false));
        add(update, new Leaf("install", "Installs a bundle into the slot that does not run, and restarts into it. The"
                + " box comes back by itself when it is not good.", "update install gatehouse_1.4.0-metal.bundle",
                environment, UpdateCommands::install)
                .argument("FILE", "The bundle, sent to the box first; left out, the one that was received.", false)
                .option("--medium", "DEVICE/FILE", "A bundle on something that is plugged into the box.", false)
                .option("--url", "URL", "An https address that the box fetches the bundle from first.", false)
                .flag("--private", "The address of --url may lie in the company's own network.")
                .flag("--later", "Leave the restart to somebody else."));
        add(update, new Leaf("return", "Starts the release before this one, if it was good.", "update return",
                environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.post(PATH + "/return",
                                object().put("restart", !command.has("--later"))));
                    }
                }).flag("--later", "Leave the restart to somebody else."));
        return update;
    }

    private static void add(CommandLine group, Leaf leaf) {
        CommandLine command = leaf.commandLine();
        group.addSubcommand(command.getCommandName(), command);
    }

    private static int install(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            String url = command.option("--url");
            if (url != null) {
                client.post(PATH + "/download",
                        object().put("url", url).put("privateAllowed", command.has("--private")));
                follow(command, client);
            }
            JsonNode wish = ((ObjectNode) chosen(command, client)).put("restart", !command.has("--later"));
            client.post(PATH + "/install", wish);
            follow(command, client);
            command.out().println(command.has("--later")
                    ? "Installed. The next restart tries it."
                    : "Installed. The box restarts into it now; 'gatehouse update status' says what became of it.");
            return 0;
        }
    }

    /** Waits until what is under way has ended, and says each step once. */
    private static void follow(Leaf command, AdminClient client) {
        String told = "";
        while (true) {
            JsonNode state = client.get(PATH, Map.of());
            JsonNode work = state.path("work");
            if (!work.isObject()) {
                JsonNode trouble = state.path("trouble");
                if (trouble.isObject()) {
                    throw new CommandFailed(trouble.path("message").asText());
                }
                return;
            }
            String step = work.path("step").asText();
            if (!step.equals(told)) {
                command.err().println(work.path("percent").asInt() + " % " + step);
                told = step;
            }
            try {
                Thread.sleep(LOOK_AGAIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CommandFailed("Interrupted; what was begun goes on. See 'gatehouse update status'.", e);
            }
        }
    }

    /** The bundle that is meant; a file is sent first. */
    private static JsonNode chosen(Leaf command, AdminClient client) {
        String medium = command.option("--medium");
        ObjectNode chosen = object();
        if (medium != null) {
            int slash = medium.indexOf('/');
            if (slash <= 0) {
                throw new CommandFailed("--medium must be DEVICE/FILE, as 'gatehouse update media' lists it.");
            }
            chosen.putObject("medium").put("device", medium.substring(0, slash)).put("file",
                    medium.substring(slash + 1));
        } else if (!command.argument().isEmpty()) {
            send(command, client, Path.of(command.argument()));
        }
        return chosen;
    }

    private static void send(Leaf command, AdminClient client, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            long size = Files.size(file);
            long sent = 0;
            byte[] part = new byte[PART];
            for (int got = in.readNBytes(part, 0, PART); got > 0; got = in.readNBytes(part, 0, PART)) {
                client.putBytes(PATH + "/bundle", Map.of("offset", Long.toString(sent)), part, got);
                sent += got;
            }
            command.err().println("Sent " + (size >> 20) + " MB.");
        } catch (IOException e) {
            throw new CommandFailed("The file " + file + " can't be read: " + e.getMessage() + ".", e);
        }
    }

    private static int status(Leaf command, JsonNode state) {
        if (command.json()) {
            Output.json(command.out(), state);
        } else if (!state.path("supported").asBoolean()) {
            command.out().println("This machine's operating system is not the appliance's.");
        } else {
            ObjectNode rest = ((ObjectNode) state).deepCopy();
            list(command, state, "releases", List.of("version", "running", "good", "failed"));
            rest.remove(List.of("releases", "supported", "version"));
            Output.members(command.out(), rest);
        }
        return 0;
    }

    private static int list(Leaf command, JsonNode answer, String name, List<String> columns) {
        if (command.json()) {
            Output.json(command.out(), answer);
        } else {
            List<JsonNode> items = new ArrayList<>();
            answer.get(name).forEach(items::add);
            Output.table(command.out(), items, columns);
        }
        return 0;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
