package org.gatehouse.cli;

import java.util.Arrays;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Commands on the machine under the box: its name, time, network and power. */
final class MachineCommands {
    private static final String PATH = "system/machine";

    private MachineCommands() {}

    static CommandLine all(Map<String, String> environment) {
        CommandLine machine = NounCommands.group("machine",
                "The machine under the box: its name, time, network and power.", "machine show");
        machine.addSubcommand("show", new Leaf("show", "Shows it, and what waits to be kept.", "machine show",
                environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        return command.print(client.get(PATH, Map.of()));
                    }
                }).commandLine());
        machine.addSubcommand("set", set(environment));
        machine.addSubcommand("keep", decide("keep", "Keeps a change of the network. Run it over the new network, in"
                + " time.", environment));
        machine.addSubcommand("undo", decide("undo", "Undoes a change of the network that waits to be kept.",
                environment));
        machine.addSubcommand("restart", power("restart", "Starts the machine again.", environment));
        machine.addSubcommand("off", power("off", "Shuts the machine down. Somebody has to switch it on again.",
                environment));
        machine.addSubcommand("reset", power("reset", "Makes the box as it was shipped. Everything on it is"
                + " overwritten, keys and models included; nothing brings it back.", environment));
        return machine;
    }

    private static CommandLine set(Map<String, String> environment) {
        return new Leaf("set", "Changes name, time and network of an appliance: only what is given. A change of the"
                + " network is undone by itself unless 'machine keep' follows in time.",
                "machine set --device eno1 --address 192.0.2.7/24 --gateway 192.0.2.1", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        JsonNode after = client.put(PATH, draft(command, client.get(PATH, Map.of())));
                        if (!command.json() && after.hasNonNull("trial")) {
                            command.complain("The network changes now. Run 'gatehouse machine keep' over it before "
                                    + after.at("/trial/until").asText() + ", or the change is undone.");
                        }
                        return command.print(after);
                    }
                }).option("--name", "NAME", "Its host name.", false)
                .option("--time-zone", "ZONE", "Of the IANA database, such as Europe/Berlin.", false)
                .option("--ntp", "SERVERS", "Whom it asks for the time, with commas; none: those that the network tells"
                        + " of.", false)
                .option("--device", "CARD", "The network card that is changed.", false)
                .flag("--dhcp", "Its address comes from the network.")
                .option("--address", "ADDRESS", "Its address with the prefix, such as 192.0.2.7/24.", false)
                .option("--gateway", "ADDRESS", "The router.", false)
                .option("--vlan", "N", "The VLAN's number, 1 to 4094.", false)
                .option("--dns", "ADDRESSES", "Name servers, with commas.", false)
                .option("--search", "DOMAINS", "Domains that short names are looked up in, with commas.", false)
                .option("--within", "SECONDS", "How long the change waits to be kept: 60 if not said.", false)
                .commandLine();
    }

    private static ObjectNode draft(Leaf command, JsonNode now) {
        JsonNode settings = now.path("settings");
        ObjectNode draft = JsonNodeFactory.instance.objectNode();
        text(command, draft, "--name", "name", now.path("name").asText());
        text(command, draft, "--time-zone", "timeZone", now.path("timeZone").asText());
        words(command, draft, "--ntp", "ntpServers");
        if (!draft.has("ntpServers")) {
            draft.set("ntpServers", settings.path("ntpServers").isArray()
                    ? settings.get("ntpServers")
                    : JsonNodeFactory.instance.arrayNode());
        }
        command.number(draft, "--within", "withinSeconds");
        String card = command.option("--device");
        if (card != null) {
            ObjectNode network = draft.putObject("network").put("device", card)
                    .put("mode", command.has("--dhcp") ? "dhcp" : "static");
            text(command, network, "--address", "address", null);
            text(command, network, "--gateway", "gateway", null);
            command.number(network, "--vlan", "vlan");
            words(command, network, "--dns", "dns");
            words(command, network, "--search", "searchDomains");
        } else if (command.has("--dhcp") || command.has("--address")) {
            throw new CommandFailed("Say with --device which network card is changed; 'gatehouse machine show' names"
                    + " them.");
        }
        return draft;
    }

    private static CommandLine decide(String verb, String about, Map<String, String> environment) {
        return new Leaf(verb, about, "machine " + verb, environment, command -> {
            try (AdminClient client = command.connection().open()) {
                return command.print(client.post(PATH + "/" + verb,
                        JsonNodeFactory.instance.objectNode()));
            }
        }).commandLine();
    }

    private static CommandLine power(String verb, String about, Map<String, String> environment) {
        return new Leaf(verb, about, "machine " + verb + " gatehouse-1", environment, command -> {
            try (AdminClient client = command.connection().open()) {
                client.post(PATH + "/" + verb, JsonNodeFactory.instance.objectNode().put("name", command.argument()));
            }
            command.out().println("The machine goes down in a moment.");
            return 0;
        }).argument("NAME", "The box's name, as a sign that this very box is meant.", true).commandLine();
    }

    private static void text(Leaf command, ObjectNode body, String option, String field,
            @Nullable String otherwise) {
        String given = command.option(option);
        if (given != null || otherwise != null) {
            body.put(field, given != null ? given : otherwise);
        }
    }

    private static void words(Leaf command, ObjectNode body, String option, String field) {
        String given = command.option(option);
        if (given != null) {
            ArrayNode list = body.putArray(field);
            if (!given.equals("none")) {
                Arrays.stream(given.split(",")).map(String::strip).filter(one -> !one.isEmpty()).forEach(list::add);
            }
        }
    }
}
