package org.gatehouse.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The commands that every noun has: list, show, create, update, delete. */
final class NounCommands {
    private final CliNoun noun;
    private final Map<String, String> environment;

    NounCommands(CliNoun noun, Map<String, String> environment) {
        this.noun = noun;
        this.environment = environment;
    }

    /** The noun's command with its subcommands. */
    CommandLine commandLine() {
        CommandLine line = list(noun.name(), "Lists and changes " + noun.name() + "; by itself it lists them.",
                noun.name() + " --output json");
        line.addSubcommand("list", list("list", "Lists " + noun.name() + ".", noun.name() + " list --output json"));
        addEditing(line);
        return line;
    }

    /** Everything but lists. */
    void addEditing(CommandLine line) {
        line.addSubcommand("show", show());
        line.addSubcommand("create", create());
        line.addSubcommand("update", update());
        line.addSubcommand("delete", delete());
    }

    /** A command that only has subcommands. */
    static CommandLine group(String name, String about, String example) {
        CommandSpec spec = CommandSpec.create().name(name).mixinStandardHelpOptions(true);
        spec.usageMessage().description(about).footer("", "Example:", "  gatehouse " + example).width(100);
        return new CommandLine(spec);
    }

    private CommandLine list(String name, String about, String example) {
        Leaf leaf = new Leaf(name, about, example, environment, this::list);
        noun.filters().forEach(filter -> leaf.option(filter.option(), filter.kind().label(), filter.about(), false));
        return leaf.commandLine();
    }

    private int list(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            Map<String, String> query = new LinkedHashMap<>();
            References references = new References(client);
            for (Member filter : noun.filters()) {
                List<String> given = command.values(filter.option());
                if (!given.isEmpty()) {
                    query.put(filter.field(), filter.value(given, references, command.connection()).asText());
                }
            }
            List<JsonNode> items = client.all(noun.name(), query);
            if (command.json()) {
                Output.json(command.out(), items);
            } else {
                Output.table(command.out(), items, noun.columns());
            }
            return 0;
        }
    }

    private CommandLine show() {
        return new Leaf("show", "Shows one " + noun.one() + ".", noun.name() + " show " + noun.exampleName(),
                environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return print(command, client.get(path(client, command), Map.of()));
                    }
                }).argument(noun.label(), "Which one; its id will do too.", true).commandLine();
    }

    private CommandLine create() {
        Leaf leaf = new Leaf("create", "Makes a " + noun.one() + ".", noun.name() + " create " + noun.example(),
                environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return print(command, client.post(noun.name(), body(command, client)));
                    }
                });
        addOptions(leaf, true);
        return leaf.commandLine();
    }

    private CommandLine update() {
        Leaf leaf = new Leaf("update", "Changes a " + noun.one() + ": only what is given.",
                noun.name() + " update " + noun.exampleName() + " " + lastWords(noun.example()), environment,
                command -> {
                    try (AdminClient client = command.connection().open()) {
                        return print(command, client.patch(path(client, command), body(command, client)));
                    }
                }).argument(noun.label(), "Which one; its id will do too.", true);
        addOptions(leaf, false);
        return leaf.commandLine();
    }

    private CommandLine delete() {
        Leaf leaf = new Leaf("delete", "Deletes a " + noun.one() + ".", noun.name() + " delete " + noun.exampleName(),
                environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        client.delete(path(client, command) + (command.has("--cascade") ? "?cascade=true" : ""));
                        command.out().println("Deleted.");
                        return 0;
                    }
                }).argument(noun.label(), "Which one; its id will do too.", true);
        switch (noun.name()) {
            case "departments", "projects" ->
                leaf.flag("--cascade", "Delete everything below it too, keys included.");
            case "deployments" -> leaf.flag("--cascade", "Delete the prices at its upstream too.");
            default -> {
                // Nothing goes with it.
            }
        }
        return leaf.commandLine();
    }

    /** The options that say what is to be. */
    void addOptions(Leaf leaf, boolean someRequired) {
        noun.members().forEach(member -> add(leaf, member, someRequired && member.required()));
    }

    private static void add(Leaf leaf, Member member, boolean required) {
        if (member.kind().isFlag()) {
            leaf.flag(member.option(), member.about());
        } else if (member.kind().isRepeatable()) {
            leaf.repeated(member.option(), member.kind().label(), member.about(), required);
        } else {
            leaf.option(member.option(), member.kind().label(), member.about(), required);
        }
    }

    /** The JSON of the members that were given. */
    ObjectNode body(Leaf command, AdminClient client) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        References references = new References(client);
        for (Member member : noun.members()) {
            if (!command.has(member.option())) {
                continue;
            }
            String[] path = member.field().split("\\.");
            ObjectNode place = body;
            for (int i = 0; i < path.length - 1; i++) {
                place = place.get(path[i]) instanceof ObjectNode known ? known : place.putObject(path[i]);
            }
            place.set(path[path.length - 1],
                    member.value(command.values(member.option()), references, command.connection()));
        }
        return body;
    }

    private String path(AdminClient client, Leaf command) {
        return noun.name() + "/" + new References(client).id(noun.name(), command.argument());
    }

    private static int print(Leaf command, JsonNode thing) {
        if (command.json()) {
            Output.json(command.out(), thing);
        } else if (thing.has("secret") && thing.has("key")) {
            command.out().println(thing.get("secret").asText());
            command.out().println("This is the only time that the key's secret is shown. Id: "
                    + thing.get("key").get("id").asText());
        } else {
            Output.members(command.out(), thing);
        }
        return 0;
    }

    private static String lastWords(String example) {
        int last = example.lastIndexOf("--");
        return example.substring(Math.max(last, 0));
    }
}
