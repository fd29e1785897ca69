package org.gatehouse.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine;

/** Commands on the disks inside the box. */
final class DiskCommands {
    private static final String PATH = "system/disks";

    private DiskCommands() {}

    static CommandLine all(Map<String, String> environment) {
        CommandLine disks = NounCommands.group("disks", "How the disks inside an appliance are, by their own word.",
                "disks show");
        disks.addSubcommand("show", new Leaf("show", "Shows them as they were when the box asked them last.",
                "disks show", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return told(command, client.get(PATH, Map.of()));
                    }
                }).commandLine());
        disks.addSubcommand("look", new Leaf("look", "Asks them now.", "disks look", environment, command -> {
            try (AdminClient client = command.connection().open()) {
                return told(command, client.post(PATH + "/look", JsonNodeFactory.instance.objectNode()));
            }
        }).commandLine());
        return disks;
    }

    private static int told(Leaf command, JsonNode state) {
        if (command.json()) {
            Output.json(command.out(), state);
            return 0;
        }
        if (!state.path("supported").asBoolean()) {
            command.complain("The operating system of this machine is somebody else's; its disks are watched there.");
            return 0;
        }
        List<JsonNode> disks = new ArrayList<>();
        state.get("disks").forEach(disks::add);
        Output.table(command.out(), disks, List.of("device", "model", "serial", "health", "percentageUsed",
                "temperature", "message"));
        if (!state.path("trouble").isNull()) {
            command.complain(state.path("trouble").asText());
        }
        return 0;
    }
}
