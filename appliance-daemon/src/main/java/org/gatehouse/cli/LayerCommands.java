package org.gatehouse.cli;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine;

/** Vendors' parts of an appliance, such as a GPU's driver or an engine. */
final class LayerCommands {
    private static final String PATH = "system/layers";
    private static final BoxFile LAYER = new BoxFile(PATH, "file", "layers");
    private static final String FILE = "The layer, sent to the box first; left out, the one that was received.";
    private static final String MEDIUM = "A layer on something that is plugged into the box.";
    private static final String LATER = "Leave the restart to somebody else.";

    private LayerCommands() {}

    static CommandLine all(Map<String, String> environment) {
        CommandLine layers = NounCommands.group("layers",
                "Installs vendors' parts of the box, such as a GPU's driver or an engine, and goes back.",
                "layers status");
        UpdateCommands.add(layers, new Leaf("status", "Shows the layers, which are in use, and why one is not.",
                "layers status", environment, command -> LAYER.status(command, "layers",
                        List.of("name", "version", "mounted", "before", "kernel", "message"))));
        UpdateCommands.add(layers, new Leaf("media", "Lists layers on sticks and disks that are plugged in.",
                "layers media", environment, command -> LAYER.media(command, "files")));
        UpdateCommands.add(layers, new Leaf("check", "Checks a layer as a whole and whether this box may install it.",
                "layers check gatehouse-layer_vllm_0.28.0.raw", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.post(PATH + "/check", LAYER.chosen(command, client)));
                    }
                }).argument("FILE", FILE, false).option("--medium", "DEVICE/FILE", MEDIUM, false));
        UpdateCommands.add(layers,
                new Leaf("install", "Installs a layer, and restarts the box, which has it from then on.",
                        "layers install gatehouse-layer_vllm_0.28.0.raw", environment, LayerCommands::install)
                        .argument("FILE", FILE, false).option("--medium", "DEVICE/FILE", MEDIUM, false)
                        .option("--url", "URL", "An https address that the box fetches the layer from first.", false)
                        .flag("--private", "The address of --url may lie in the company's own network.")
                        .flag("--later", LATER));
        UpdateCommands.add(layers, change("return", "Goes back to the version of a layer that was in use before.",
                environment));
        UpdateCommands.add(layers, change("remove", "Deletes a layer with all of its versions.", environment));
        return layers;
    }

    private static Leaf change(String verb, String what, Map<String, String> environment) {
        return new Leaf(verb, what, "layers " + verb + " vllm", environment, command -> {
            try (AdminClient client = command.connection().open()) {
                JsonNode done = client.post(PATH + "/" + verb, JsonNodeFactory.instance.objectNode()
                        .put("name", command.argument()).put("restart", !command.has("--later")));
                return verb.equals("remove") ? 0 : command.print(done);
            }
        }).argument("NAME", "The layer.", true).flag("--later", LATER);
    }

    private static int install(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            LAYER.install(command, client);
            command.out().println(command.has("--later")
                    ? "Installed. The box has it from its next restart on."
                    : "Installed. The box restarts now; 'gatehouse layers status' says whether it is in use.");
            return 0;
        }
    }
}
