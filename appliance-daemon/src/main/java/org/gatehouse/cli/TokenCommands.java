package org.gatehouse.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** Tokens for programs. */
final class TokenCommands {
    private static final String NOUN = "tokens";

    private TokenCommands() {}

    static CommandLine all(Map<String, String> environment) {
        CommandLine line = NounCommands.group(NOUN, "Tokens with which programs come to the admin API or read metrics.",
                "tokens list");
        line.addSubcommand("list", new Leaf("list", "Lists tokens, expired ones included, without their secrets.",
                "tokens list --output json", environment, TokenCommands::list).commandLine());
        line.addSubcommand("create", new Leaf("create", "Makes a token and prints it, this once.",
                "tokens create --name prometheus --access metrics", environment, TokenCommands::create)
                .option("--name", "NAME", "What the trail calls it.", true)
                .option("--access", "ACCESS", "What it opens: appliance_admin, governance_admin, finance or auditor for"
                        + " all that the role may; metrics for GET /metrics alone.", true)
                .option("--expires", "TIME", "From when on it opens nothing, such as 2027-01-01T00:00:00Z; never when"
                        + " left out.", false)
                .commandLine());
        line.addSubcommand("delete", new Leaf("delete", "Takes a token away: it opens nothing from now on.",
                "tokens delete prometheus", environment, TokenCommands::delete)
                .argument("NAME", "Which one; its id will do too.", true).commandLine());
        return line;
    }

    private static int list(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            List<JsonNode> items = tokens(client);
            if (command.json()) {
                Output.json(command.out(), items);
            } else {
                Output.table(command.out(), items,
                        List.of("name", "access", "createdBy", "createdAt", "expiresAt", "id"));
            }
            return 0;
        }
    }

    private static List<JsonNode> tokens(AdminClient client) {
        List<JsonNode> items = new ArrayList<>();
        client.get(NOUN, Map.of()).get("items").forEach(items::add);
        return items;
    }

    private static int create(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            command.text(body, "--name", "name");
            command.text(body, "--access", "access");
            command.text(body, "--expires", "expiresAt");
            JsonNode made = client.post(NOUN, body);
            if (command.json()) {
                Output.json(command.out(), made);
            } else {
                command.out().println(made.get("secret").asText());
                command.out().println("This is the only time that the token is shown. Id: "
                        + made.at("/token/id").asText());
            }
            return 0;
        }
    }

    private static int delete(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            String wanted = command.argument();
            String id = tokens(client).stream()
                    .filter(token -> wanted.equals(token.path("name").asText())
                            || wanted.equals(token.path("id").asText()))
                    .map(token -> token.path("id").asText()).findFirst()
                    .orElseThrow(() -> new CommandFailed("There is no token '" + wanted
                            + "'. List them with 'gatehouse tokens list'."));
            client.delete(NOUN + "/" + id);
            command.out().println("Deleted.");
            return 0;
        }
    }
}
