package org.gatehouse.cli;

import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** What keys can do beyond the usual: rotate, disable, enable, revoke. */
final class KeyCommands {
    private static final String WHICH = "DEPARTMENT/PROJECT/KEY, its eight public characters, or its id.";

    private KeyCommands() {}

    static void addTo(CommandLine keys, Map<String, String> environment) {
        keys.addSubcommand("rotate", new Leaf("rotate",
                "Gives a key a new secret; the one before stays valid for the overlap.",
                "keys rotate Research/Search/ci --overlap 2h", environment, KeyCommands::rotate)
                .argument("KEY", WHICH, true)
                .option("--overlap", "TIME", "How long the secret before stays valid: 90s, 30m, 24h, 7d or 0.", false)
                .commandLine());
        transition(keys, environment, "disable", "Refuses a key's calls until it is enabled again.");
        transition(keys, environment, "enable", "Takes a disabled key's calls again.");
        transition(keys, environment, "revoke", "Refuses a key's calls for ever.");
    }

    private static void transition(CommandLine keys, Map<String, String> environment, String verb, String about) {
        keys.addSubcommand(verb, new Leaf(verb, about, "keys " + verb + " Research/Search/ci", environment, command -> {
            try (AdminClient client = command.connection().open()) {
                JsonNode key = client.post(path(client, command) + "/" + verb, JsonNodeFactory.instance.objectNode());
                if (command.json()) {
                    Output.json(command.out(), key);
                } else {
                    command.out().println(key.get("department").asText() + "/" + key.get("project").asText() + "/"
                            + key.get("name").asText() + " is " + key.get("state").asText() + ".");
                }
                return 0;
            }
        }).argument("KEY", WHICH, true).commandLine());
    }

    private static int rotate(Leaf command) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        String overlap = command.option("--overlap");
        if (overlap != null) {
            body.put("overlapSeconds", seconds(overlap));
        }
        try (AdminClient client = command.connection().open()) {
            JsonNode issued = client.post(path(client, command) + "/rotate", body);
            if (command.json()) {
                Output.json(command.out(), issued);
            } else {
                JsonNode until = issued.get("key").get("previousValidUntil");
                command.out().println(issued.get("secret").asText());
                command.out().println("This is the only time that the key's secret is shown. The one before "
                        + (until.isNull() ? "is refused from now on." : "is valid until " + until.asText() + "."));
            }
            return 0;
        }
    }

    private static String path(AdminClient client, Leaf command) {
        return "keys/" + new References(client).id("keys", command.argument());
    }

    static long seconds(String text) {
        if (!text.matches("0|[0-9]{1,7}[smhd]")) {
            throw new CommandFailed("'" + text + "' is no length of time; write 90s, 30m, 24h, 7d or 0.");
        }
        if ("0".equals(text)) {
            return 0;
        }
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        return number * switch (text.charAt(text.length() - 1)) {
            case 's' -> 1;
            case 'm' -> 60;
            case 'h' -> 3_600;
            default -> 86_400;
        };
    }
}
