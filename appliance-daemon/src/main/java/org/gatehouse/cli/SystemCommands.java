package org.gatehouse.cli;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

import org.gatehouse.store.BackupKey;
import org.gatehouse.store.StoreFailure;

/** Commands about the box itself. */
final class SystemCommands {
    private static final int SHORTEST_PASSPHRASE = 12;

    private SystemCommands() {}

    static CommandLine testUpstream(Map<String, String> environment) {
        return new Leaf("test", "Asks an upstream for its models, live; with --model also for one token.",
                "upstreams test openai --model gpt-4o-mini", environment, command -> {
                    ObjectNode body = JsonNodeFactory.instance.objectNode();
                    String model = command.option("--model");
                    if (model != null) {
                        body.put("model", model);
                    }
                    try (AdminClient client = command.connection().open()) {
                        JsonNode report = client.post("upstreams/"
                                + new References(client).id("upstreams", command.argument()) + "/test", body);
                        if (command.json()) {
                            Output.json(command.out(), report);
                        } else {
                            Output.members(command.out(), report);
                        }
                        return report.get("works").asBoolean() ? 0 : 1;
                    }
                }).argument("NAME", "Which one; its id will do too.", true)
                .option("--model", "MODEL", "What the upstream calls the model.", false).commandLine();
    }

    /** For whoever may read the data directory: its admin token lies there. */
    static CommandLine setupCode(Map<String, String> environment) {
        return new Leaf("code", "Prints a fresh claim code for the set-up of this box. Whoever claims with it takes the"
                + " set-up over.", "setup code", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        JsonNode code = client.post("setup/code", JsonNodeFactory.instance.objectNode());
                        if (command.json()) {
                            Output.json(command.out(), code);
                        } else {
                            command.out().println(code.get("code").asText());
                            command.err().println("Good until " + code.get("expiresAt").asText() + ", once.");
                        }
                        return 0;
                    }
                }).commandLine();
    }

    static CommandLine settings(Map<String, String> environment) {
        CommandLine settings = NounCommands.group("settings",
                "Shows and changes what holds for the whole organisation.",
                "settings show");
        settings.addSubcommand("show", new Leaf("show", "Shows the settings.", "settings show", environment,
                command -> {
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.get("settings", Map.of()));
                    }
                }).commandLine());
        Leaf update = new Leaf("update", "Changes settings: only what is given.", "settings update --currency EUR",
                environment, command -> {
                    ObjectNode body = JsonNodeFactory.instance.objectNode();
                    command.text(body, "--organisation", "organisation");
                    command.text(body, "--currency", "currency");
                    command.number(body, "--audit-days", "auditRetentionDays");
                    command.number(body, "--rotation-overlap-hours", "rotationOverlapHours");
                    proxy(command, body);
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.patch("settings", body));
                    }
                });
        settings.addSubcommand("update",
                update.option("--organisation", "NAME", "The organisation's name.", false)
                        .option("--currency", "CODE", "The accounting currency, ISO 4217.", false)
                        .option("--audit-days", "N", "How many days the trail is kept.", false)
                        .option("--rotation-overlap-hours", "N", "How long a rotated key's old secret stays valid.",
                                false)
                        .option("--proxy", "URL", "The HTTP proxy by which the box calls what is outside, such as"
                                + " http://proxy.example.com:3128; none for none.", false)
                        .option("--proxy-user", "NAME", "Who signs in at the proxy; none for nobody.", false)
                        .option("--proxy-password-env", "VARIABLE", "The environment variable that holds that user's"
                                + " password.", false)
                        .option("--proxy-exceptions", "HOSTS", "What is reached without the proxy, with commas:"
                                + " .example.com,10.1.2.3.", false)
                        .commandLine());
        return settings;
    }

    private static void proxy(Leaf command, ObjectNode body) {
        String url = command.option("--proxy");
        if ("none".equals(url)) {
            body.putNull("proxy");
            return;
        }
        ObjectNode proxy = JsonNodeFactory.instance.objectNode();
        if (url != null) {
            proxy.put("url", url);
        }
        String user = command.option("--proxy-user");
        if (user != null) {
            proxy.put("user", "none".equals(user) ? null : user);
        }
        String exceptions = command.option("--proxy-exceptions");
        if (exceptions != null) {
            ArrayNode list = proxy.putArray("exceptions");
            Arrays.stream(exceptions.split(",")).map(String::strip).filter(one -> !one.isEmpty()).forEach(list::add);
        }
        if (!proxy.isEmpty()) {
            body.set("proxy", proxy);
        }
        String variable = command.option("--proxy-password-env");
        if (variable != null) {
            body.put("proxyPassword", Member.variable(variable, command.connection()));
        }
    }

    static CommandLine status(Map<String, String> environment) {
        return new Leaf("status", "Says what runs, what is wrong and where to look; status 1 when something is wrong.",
                "status", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        JsonNode status = client.get("system/status", Map.of());
                        if (command.json()) {
                            Output.json(command.out(), status);
                        } else {
                            command.out().println("gatehouse " + status.get("version").asText() + ", started "
                                    + status.get("startedAt").asText() + ", policy revision "
                                    + status.get("revision").asText());
                            List<JsonNode> parts = new ArrayList<>();
                            status.get("parts").forEach(parts::add);
                            Output.table(command.out(), parts, List.of("name", "healthy", "message"));
                        }
                        return status.get("healthy").asBoolean() ? 0 : 1;
                    }
                }).commandLine();
    }

    static CommandLine backup(Map<String, String> environment) {
        return new Leaf("backup", "Saves a consistent backup of the box while it serves.",
                "backup /mnt/usb/gatehouse.backup", environment, command -> {
                    Path file = Path.of(command.argument());
                    String passphraseFile = command.option("--passphrase-file");
                    char[] passphrase = passphraseFile == null ? null : passphrase(Path.of(passphraseFile));
                    Path data = command.connection().dataDirectory();
                    try (AdminClient client = command.connection().open()) {
                        Downloads.save(client, "system/backup", Map.of(), file, part -> {
                            if (passphrase != null) {
                                addKey(part, data, passphrase);
                            }
                        });
                        command.out().println(passphrase == null
                                ? "Written to " + file
                                        + ", without the key that opens the secrets in it: keep a copy of "
                                        + data.resolve("secret") + " apart from it."
                                : "Written to " + file
                                        + ", with the key that opens the secrets in it, under the passphrase.");
                        return 0;
                    }
                }).argument("FILE", "Where to.", true)
                .option("--passphrase-file", "FILE", "Holds a passphrase, 12 characters or more, under which the key"
                        + " that opens the secrets goes into the backup. Only on the box itself, as the daemon's user.",
                        false)
                .commandLine();
    }

    static CommandLine supportBundle(Map<String, String> environment) {
        return new Leaf("support-bundle", "Saves what somebody who helps must know: no secrets, no prompts, no trail.",
                "support-bundle support.zip", environment, command -> {
                    Path file = Path.of(command.argument());
                    try (AdminClient client = command.connection().open()) {
                        Downloads.save(client, "system/support-bundle", Map.of(), file);
                    }
                    command.out().println("Written to " + file + ". Its README.txt says what is in it; look before you"
                            + " send it.");
                    return 0;
                }).argument("FILE", "Where to.", true).commandLine();
    }

    static CommandLine restart(Map<String, String> environment) {
        return new Leaf("restart",
                "Ends the daemon and starts it again; engines go on or not, as engines.on-stop says.", "restart",
                environment,
                command -> {
                    try (AdminClient client = command.connection().open()) {
                        client.post("system/restart", JsonNodeFactory.instance.objectNode());
                    }
                    command.out().println("It restarts. 'gatehouse status' says when it is back.");
                    return 0;
                }).commandLine();
    }

    private static void addKey(Path backup, Path data, char[] passphrase) {
        try {
            BackupKey.add(backup, data.resolve("secret"), passphrase, new SecureRandom());
        } catch (StoreFailure e) {
            throw new CommandFailed(String.valueOf(e.getMessage()), e);
        }
    }

    private static char[] passphrase(Path file) {
        String text = Member.file(file);
        if (text.length() < SHORTEST_PASSPHRASE) {
            throw new CommandFailed("The passphrase in " + file + " is shorter than " + SHORTEST_PASSPHRASE
                    + " characters. Take a longer one: whoever has the backup can try as many as they like.");
        }
        return text.toCharArray();
    }
}
