package org.gatehouse.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** Commands on where backups are brought each day. */
final class BackupTargetCommands {
    private static final String PATH = "system/backup-target";

    private BackupTargetCommands() {}

    static CommandLine all(Map<String, String> environment) {
        CommandLine line = NounCommands.group("backup-target",
                "Where backups are brought each day: a disk, a stick, S3, SFTP.",
                "backup-target show");
        line.addSubcommand("show", new Leaf("show", "Shows it, and how the last one went.", "backup-target show",
                environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.get(PATH, Map.of()));
                    }
                }).commandLine());
        line.addSubcommand("set", options(new Leaf("set", "Sets it, after a test.",
                "backup-target set --kind sftp --host backup.example.com --user gatehouse --directory /backups"
                        + " --host-key SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU --secret-env SFTP_PASSWORD",
                environment, BackupTargetCommands::set)).commandLine());
        line.addSubcommand("delete", new Leaf("delete", "Brings backups nowhere any more; those that lie there stay.",
                "backup-target delete", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        client.delete(PATH);
                        return 0;
                    }
                }).commandLine());
        line.addSubcommand("run", new Leaf("run", "Brings a backup there now.", "backup-target run", environment,
                command -> {
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.post(PATH + "/run",
                                JsonNodeFactory.instance.objectNode()));
                    }
                }).commandLine());
        line.addSubcommand("list", new Leaf("list", "Lists what lies there, the newest first.", "backup-target list",
                environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        List<JsonNode> files = new ArrayList<>();
                        client.get(PATH + "/files", Map.of()).get("files").forEach(files::add);
                        if (command.json()) {
                            Output.json(command.out(), files);
                        } else {
                            Output.table(command.out(), files, List.of("name", "bytes"));
                        }
                        return 0;
                    }
                }).commandLine());
        line.addSubcommand("media", new Leaf("media", "Lists what is plugged in and can take backups.",
                "backup-target media", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        JsonNode plugged = client.get(PATH + "/media", Map.of());
                        if (command.json()) {
                            Output.json(command.out(), plugged);
                            return 0;
                        }
                        List<JsonNode> media = new ArrayList<>();
                        plugged.get("media").forEach(media::add);
                        Output.table(command.out(), media, List.of("volume", "device", "model", "bytes", "freeBytes"));
                        plugged.get("unreadable").forEach(one -> command.complain(one.path("reason").asText()));
                        return 0;
                    }
                }).commandLine());
        line.addSubcommand("fetch", new Leaf("fetch", "Saves one that lies there, for 'gatehouse restore'.",
                "backup-target fetch gatehouse-20261122-030000.backup --to box.backup", environment, command -> {
                    String to = command.option("--to");
                    Path file = Path.of(to == null ? command.argument() : to);
                    try (AdminClient client = command.connection().open()) {
                        Downloads.save(client, PATH + "/files/" + command.argument(), Map.of(), file);
                    }
                    command.out().println("Written to " + file + ".");
                    return 0;
                }).argument("NAME", "Its name there.", true).option("--to", "FILE", "Where to.", false).commandLine());
        return line;
    }

    private static Leaf options(Leaf leaf) {
        return leaf.option("--kind", "KIND", "directory, medium, s3 or sftp.", true)
                .option("--directory", "PATH",
                        "The directory, on the box or at the SFTP server; for medium its volume, as 'backup-target media' shows it.",
                        false)
                .option("--endpoint", "URL", "Of the S3 store.", false)
                .option("--region", "REGION", "Of the S3 store: us-east-1 if not said.", false)
                .option("--bucket", "NAME", "The bucket.", false)
                .option("--prefix", "PREFIX", "What names in the bucket begin with, such as gatehouse/.", false)
                .option("--access-key-id", "ID", "Whose key of the S3 store it is.", false)
                .option("--host", "HOST", "The SFTP server.", false)
                .option("--port", "N", "Its port: 22 if not said.", false)
                .option("--user", "NAME", "Who signs in there.", false)
                .option("--host-key", "FINGERPRINT", "Of its host key, as ssh-keygen -l shows it.", false)
                .option("--secret-env", "VARIABLE", "The environment variable that holds the secret access key or the"
                        + " password; left out, the stored one stays.", false)
                .option("--secret-file", "FILE", "The file that holds it, or a private key.", false)
                .option("--passphrase-file", "FILE", "The file that holds the passphrase under which the key goes into"
                        + " each backup, 12 characters or more; left out, the stored one stays. Without one the files open"
                        + " on this very box only.", false)
                .option("--hour", "N", "After which hour of the box's day: 3 if not said.", false)
                .option("--keep", "N", "How many of the newest are kept there: 14 if not said.", false)
                .flag("--test-only", "Tries it and stores nothing.");
    }

    private static int set(Leaf command) {
        ObjectNode draft = JsonNodeFactory.instance.objectNode().put("kind", command.option("--kind"));
        command.text(draft, "--directory", "directory");
        if ("s3".equals(command.option("--kind"))) {
            ObjectNode store = draft.putObject("s3");
            command.text(store, "--endpoint", "endpoint");
            command.text(store, "--region", "region");
            command.text(store, "--bucket", "bucket");
            command.text(store, "--prefix", "prefix");
            command.text(store, "--access-key-id", "accessKeyId");
        } else if ("sftp".equals(command.option("--kind"))) {
            ObjectNode server = draft.putObject("sftp");
            command.text(server, "--host", "host");
            command.number(server, "--port", "port");
            command.text(server, "--user", "user");
            command.text(server, "--host-key", "hostKey");
        }
        String variable = command.option("--secret-env");
        String file = command.option("--secret-file");
        if (variable != null) {
            draft.put("secret", Member.variable(variable, command.connection()));
        } else if (file != null) {
            draft.put("secret", Member.file(Path.of(file)));
        }
        String passphrase = command.option("--passphrase-file");
        if (passphrase != null) {
            draft.put("passphrase", Member.file(Path.of(passphrase)));
        }
        command.number(draft, "--hour", "hour");
        command.number(draft, "--keep", "keep");
        try (AdminClient client = command.connection().open()) {
            JsonNode test = client.post(PATH + "/test", draft);
            if (!test.get("ok").asBoolean()) {
                throw new CommandFailed("Nothing was stored: " + test.get("message").asText());
            }
            return command.print(command.has("--test-only") ? test : client.put(PATH, draft));
        }
    }
}
