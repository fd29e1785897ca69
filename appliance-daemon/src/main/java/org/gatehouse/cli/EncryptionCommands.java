package org.gatehouse.cli;

import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** Commands on the encryption of the box's data. */
final class EncryptionCommands {
    private static final String PATH = "system/encryption";

    private EncryptionCommands() {}

    static CommandLine all(Map<String, String> environment) {
        CommandLine encryption = NounCommands.group("encryption",
                "The encryption of an appliance's data, and the recovery key.", "encryption show");
        encryption.addSubcommand("show", new Leaf("show", "Says whether the data are encrypted and sealed to the TPM.",
                "encryption show", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.get(PATH, Map.of()));
                    }
                }).commandLine());
        encryption.addSubcommand("recovery-key", new Leaf("recovery-key", "Shows the recovery key, as long as nobody"
                + " keeps it. Write it down, and keep it apart from the box.", "encryption recovery-key", environment,
                command -> key(command, "/recovery-key/show", JsonNodeFactory.instance.objectNode())).commandLine());
        encryption.addSubcommand("keep", new Leaf("keep", "Says that the recovery key is kept: the box forgets it.",
                "encryption keep --key-env RECOVERY_KEY", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.post(PATH + "/recovery-key/keep", JsonNodeFactory.instance
                                .objectNode().put("key", Member.variable(String.valueOf(command.option("--key-env")),
                                        command.connection()))));
                    }
                })
                .option("--key-env", "VARIABLE", "The environment variable that holds the key as it was written down.",
                        true)
                .commandLine());
        encryption.addSubcommand("new-key", new Leaf("new-key", "Makes a new recovery key; the one before opens nothing"
                + " any more.", "encryption new-key", environment, command -> {
                    ObjectNode wish = JsonNodeFactory.instance.objectNode();
                    String variable = command.option("--key-env");
                    if (variable != null) {
                        wish.put("current", Member.variable(variable, command.connection()));
                    }
                    return key(command, "/recovery-key", wish);
                }).option("--key-env", "VARIABLE", "The environment variable that holds the key that is good now; only"
                        + " where no TPM opens the data.", false)
                .commandLine());
        return encryption;
    }

    private static int key(Leaf command, String path, ObjectNode body) {
        try (AdminClient client = command.connection().open()) {
            JsonNode shown = client.post(PATH + path, body);
            if (command.json()) {
                Output.json(command.out(), shown);
            } else {
                command.out().println(shown.get("key").asText());
                command.complain("Whoever has it opens the disk of this box without its TPM. Write it down, then run"
                        + " 'gatehouse encryption keep'.");
            }
            return 0;
        }
    }
}
