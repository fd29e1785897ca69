package org.gatehouse.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** What can be done with people and their ways in, beyond the usual of a noun. */
final class PeopleCommands {
    private PeopleCommands() {}

    static void addToUsers(CommandLine users, Map<String, String> environment) {
        users.addSubcommand("break-glass", new Leaf("break-glass",
                "Gives a user a password of the box's own, for when no sign-on provider answers, and prints what an"
                        + " authenticator app needs; or takes it away.",
                "users break-glass ada --password-file password.txt", environment, PeopleCommands::breakGlass)
                .argument("NAME", "The user, by name or id.", true)
                .option("--password-file", "FILE", "The file that holds the password.", false)
                .option("--password-env", "VARIABLE", "The environment variable that holds it.", false)
                .flag("--remove", "Takes the password away.").commandLine());
    }

    private static int breakGlass(Leaf command) {
        String file = command.option("--password-file");
        String variable = command.option("--password-env");
        boolean remove = command.has("--remove");
        if ((file == null ? 0 : 1) + (variable == null ? 0 : 1) + (remove ? 1 : 0) != 1) {
            throw new CommandFailed("Name one of --password-file, --password-env and --remove.");
        }
        try (AdminClient client = command.connection().open()) {
            String path = "users/" + new References(client).id("users", command.argument()) + "/break-glass";
            if (remove) {
                client.delete(path);
                command.out().println("The user " + command.argument() + " has no password any more.");
                return 0;
            }
            String password = file != null
                    ? Member.file(Path.of(file))
                    : Member.variable(String.valueOf(variable), command.connection());
            ObjectNode body = JsonNodeFactory.instance.objectNode().put("password", password);
            JsonNode codes = client.post(path, body);
            if (command.json()) {
                Output.json(command.out(), codes);
            } else {
                command.out().println("Secret for an authenticator app: " + codes.get("secret").asText());
                command.out().println(codes.get("uri").asText());
                command.out().println("This is the only time that it is shown. Signing in takes the name, the password"
                        + " and a code.");
            }
            return 0;
        }
    }

    static void addToSignOn(CommandLine signOn, Map<String, String> environment) {
        signOn.addSubcommand("test", new Leaf("test", "Asks a provider, live, whatever can be asked without a person.",
                "sign-on test corp", environment, PeopleCommands::test)
                .argument("NAME", "The provider, by name or id.", true).commandLine());
        signOn.addSubcommand("scim-token", new Leaf("scim-token",
                "Makes the token with which a provider tells of joiners and leavers (SCIM); the one before opens nothing"
                        + " any more.",
                "sign-on scim-token corp", environment, PeopleCommands::scimToken)
                .argument("NAME", "The provider, by name or id.", true)
                .flag("--remove", "Takes the token away instead.").commandLine());
    }

    private static int test(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            JsonNode report = client.post(
                    "sign-on/" + new References(client).id("sign-on", command.argument()) + "/test",
                    JsonNodeFactory.instance.objectNode());
            if (command.json()) {
                Output.json(command.out(), report);
            } else {
                command.out().println(report.get("message").asText());
                command.out().println("Its answers come to " + report.get("callbackUrl").asText());
            }
            return report.get("ok").asBoolean() ? 0 : 1;
        }
    }

    private static int scimToken(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            String path = "sign-on/" + new References(client).id("sign-on", command.argument()) + "/scim-token";
            if (command.has("--remove")) {
                client.delete(path);
                command.out().println("The provider " + command.argument() + " has no token any more.");
                return 0;
            }
            JsonNode made = client.post(path, JsonNodeFactory.instance.objectNode());
            if (command.json()) {
                Output.json(command.out(), made);
            } else {
                command.out().println(made.get("token").asText());
                command.out().println("This is the only time that it is shown. The provider sends it to "
                        + made.get("url").asText());
            }
            return 0;
        }
    }

    static CommandLine sessions(Map<String, String> environment) {
        CommandLine line = NounCommands.group("sessions", "Who is signed in.", "sessions list");
        line.addSubcommand("list", new Leaf("list", "Lists who is signed in, the newest first.",
                "sessions list --user ada", environment, PeopleCommands::list)
                .option("--user", "NAME", "Only those of that user.", false).commandLine());
        line.addSubcommand("revoke", new Leaf("revoke", "Ends a session at once.",
                "sessions revoke 019a6b1c-0000-7000-8000-000000000001", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        client.delete("sessions/" + command.argument());
                        command.out().println("The session has ended.");
                        return 0;
                    }
                }).argument("ID", "The session, as the list has it.", true).commandLine());
        return line;
    }

    private static int list(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            String user = command.option("--user");
            JsonNode found = client.get("sessions",
                    user == null ? Map.of() : Map.of("user", new References(client).id("users", user)));
            if (command.json()) {
                Output.json(command.out(), found);
                return 0;
            }
            List<JsonNode> items = new java.util.ArrayList<>();
            found.get("items").forEach(items::add);
            Output.table(command.out(), items,
                    List.of("name", "way", "address", "createdAt", "seenAt", "expiresAt", "id"));
            return 0;
        }
    }
}
