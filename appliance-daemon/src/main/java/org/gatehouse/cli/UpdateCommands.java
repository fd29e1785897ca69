package org.gatehouse.cli;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** Releases of an appliance's operating system. */
final class UpdateCommands {
    private static final String PATH = "system/update";
    private static final BoxFile BUNDLE = new BoxFile(PATH, "bundle", "update");

    private UpdateCommands() {}

    static CommandLine all(Map<String, String> environment) {
        CommandLine update = NounCommands.group("update",
                "Installs releases of the box's operating system, and goes back.", "update status");
        add(update, new Leaf("status", "Shows the releases on the disk, and what became of the last update.",
                "update status", environment, command -> BUNDLE.status(command, "releases",
                        List.of("version", "running", "good", "failed"), "version")));
        add(update, new Leaf("media", "Lists bundles on sticks and disks that are plugged in.", "update media",
                environment, command -> BUNDLE.media(command, "bundles")));
        add(update, new Leaf("check", "Checks a bundle's signature and whether this box may install it.",
                "update check gatehouse_1.4.0-metal.bundle", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.post(PATH + "/check", BUNDLE.chosen(command, client)));
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

    static void add(CommandLine group, Leaf leaf) {
        CommandLine command = leaf.commandLine();
        group.addSubcommand(command.getCommandName(), command);
    }

    private static int install(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            BUNDLE.install(command, client);
            command.out().println(command.has("--later")
                    ? "Installed. The next restart tries it."
                    : "Installed. The box restarts into it now; 'gatehouse update status' says what became of it.");
            return 0;
        }
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
