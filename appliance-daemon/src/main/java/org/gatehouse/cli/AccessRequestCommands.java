package org.gatehouse.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** Commands on who asks for which models, and on the catalogue that they choose from. */
final class AccessRequestCommands {
    private static final String NOUN = "access-requests";
    private static final String EXAMPLE_ID = "019a6b1c-0000-7000-8000-000000000001";

    private AccessRequestCommands() {}

    static CommandLine requests(Map<String, String> environment) {
        CommandLine line = NounCommands.group(NOUN, "Who asks for which models, and what becomes of it.",
                NOUN + " list --state pending");
        line.addSubcommand("list", new Leaf("list", "Lists requests, oldest first.", NOUN + " list --state pending",
                environment, AccessRequestCommands::list)
                .option("--state", "STATE", "Only those that are pending, approved, declined or withdrawn.", false)
                .option("--project", "DEPARTMENT/PROJECT", "Only those for that project.", false)
                .option("--department", "NAME", "Only those of that department.", false)
                .option("--requester", "NAME", "Only those of that user.", false).commandLine());
        line.addSubcommand("show", new Leaf("show", "Shows one request.", NOUN + " show " + EXAMPLE_ID, environment,
                command -> {
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.get(NOUN + "/" + command.argument(), Map.of()));
                    }
                }).argument("ID", "Which one.", true).commandLine());
        line.addSubcommand("create", new Leaf("create", "Asks for a model on behalf of a user.",
                NOUN + " create --requester dora --project Research/Search --model qwen-72b"
                        + " --reason \"Longer documents\"",
                environment, AccessRequestCommands::create)
                .option("--requester", "NAME", "Who asks.", true)
                .option("--project", "DEPARTMENT/PROJECT", "The project that is to use the model.", true)
                .option("--model", "NAME", "The public model.", true)
                .option("--reason", "TEXT", "What for.", true)
                .option("--key", "ID", "A key of the project that names its models and is to use this one too.",
                        false)
                .commandLine());
        decide(line, environment, "approve", "Grants what was asked for, at once.");
        decide(line, environment, "decline", "Grants nothing of what was asked for.");
        line.addSubcommand("withdraw", new Leaf("withdraw", "Takes a request back that nobody has decided about.",
                NOUN + " withdraw " + EXAMPLE_ID, environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.post(NOUN + "/" + command.argument() + "/withdraw",
                                JsonNodeFactory.instance.objectNode()));
                    }
                }).argument("ID", "Which one.", true).commandLine());
        return line;
    }

    private static void decide(CommandLine line, Map<String, String> environment, String verb, String about) {
        line.addSubcommand(verb, new Leaf(verb, about, NOUN + " " + verb + " " + EXAMPLE_ID + " --note \"Until May\"",
                environment, command -> {
                    ObjectNode body = JsonNodeFactory.instance.objectNode();
                    String note = command.option("--note");
                    if (note != null) {
                        body.put("note", note);
                    }
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.post(NOUN + "/" + command.argument() + "/" + verb, body));
                    }
                }).argument("ID", "Which one.", true).option("--note", "TEXT", "What to say to whoever asked.", false)
                .commandLine());
    }

    private static int list(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            References references = new References(client);
            Map<String, String> query = new LinkedHashMap<>();
            narrow(command, query, "state", null, references);
            narrow(command, query, "project", "projects", references);
            narrow(command, query, "department", "departments", references);
            narrow(command, query, "requester", "users", references);
            List<JsonNode> items = client.all(NOUN, query);
            if (command.json()) {
                Output.json(command.out(), items);
            } else {
                Output.table(command.out(), items, List.of("department", "project", "model", "requester", "state",
                        "createdAt", "decidedBy", "id"));
            }
            return 0;
        }
    }

    private static void narrow(Leaf command, Map<String, String> query, String name,
            @org.jspecify.annotations.Nullable String noun, References references) {
        String given = command.option("--" + name);
        if (given != null) {
            query.put(name, noun == null ? given : references.id(noun, given));
        }
    }

    private static int create(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            References references = new References(client);
            ObjectNode body = JsonNodeFactory.instance.objectNode()
                    .put("requesterId", references.id("users", String.valueOf(command.option("--requester"))))
                    .put("projectId", references.id("projects", String.valueOf(command.option("--project"))))
                    .put("model", command.option("--model")).put("reason", command.option("--reason"));
            String key = command.option("--key");
            if (key != null) {
                body.put("keyId", key);
            }
            return command.print(client.post(NOUN, body));
        }
    }

    static CommandLine catalogue(Map<String, String> environment) {
        return new Leaf("catalogue", "Every model with what it can do, what it costs and where its calls go.",
                "catalogue --project Research/Search", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        String project = command.option("--project");
                        JsonNode found = client.get("catalogue", project == null
                                ? Map.of()
                                : Map.of("project", new References(client).id("projects", project)));
                        if (command.json()) {
                            Output.json(command.out(), found);
                            return 0;
                        }
                        List<JsonNode> models = new ArrayList<>();
                        found.get("models").forEach(model -> models.add(line(model)));
                        Output.table(command.out(), models, List.of("name", "contextTokens", "abilities", "places",
                                "price", "allowed"));
                        return 0;
                    }
                }).option("--project", "DEPARTMENT/PROJECT", "The project to look from.", false).commandLine();
    }

    private static JsonNode line(JsonNode model) {
        ObjectNode line = JsonNodeFactory.instance.objectNode().put("name", model.get("name").asText())
                .put("contextTokens", model.get("contextTokens").asInt());
        List<String> abilities = new ArrayList<>();
        model.get("abilities").properties().forEach(ability -> {
            if (ability.getValue().asBoolean()) {
                abilities.add(ability.getKey());
            }
        });
        List<String> places = new ArrayList<>();
        List<String> prices = new ArrayList<>();
        model.get("places").forEach(place -> {
            String region = place.get("region").asText("");
            places.add(place.get("local").asBoolean()
                    ? "this box"
                    : place.get("provider").asText() + (place.get("region").isNull() ? "" : " " + region));
            JsonNode price = place.get("price");
            if (price.has("inputPerMillion") && !price.get("inputPerMillion").isNull()) {
                prices.add(price.get("inputPerMillion").asText() + "/" + price.get("outputPerMillion").asText("-") + " "
                        + price.get("currency").asText());
            }
        });
        List<String> allowed = new ArrayList<>();
        model.get("access").forEach(access -> allowed.add(access.get("allowed").asBoolean() ? "yes" : "no"));
        return line.put("abilities", String.join(" ", abilities)).put("places", String.join(", ", places))
                .put("price", String.join(", ", prices)).put("allowed", String.join(", ", allowed));
    }
}
