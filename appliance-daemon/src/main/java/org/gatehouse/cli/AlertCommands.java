package org.gatehouse.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

import org.gatehouse.cli.Member.Kind;

/** Commands on what is wrong, and on who is told of it. */
final class AlertCommands {
    private AlertCommands() {}

    static CommandLine alerts(Map<String, String> environment) {
        CommandLine line = NounCommands.group("alerts", "What is wrong, and who looks after it.", "alerts list");
        line.addSubcommand("list", new Leaf("list", "Lists alerts, the newest first: those that are not over.",
                "alerts list", environment, AlertCommands::list)
                .option("--state", "STATE", "Those that are open, acknowledged or resolved.", false)
                .option("--kind", "KIND", "Only those of that kind, such as budget or disk_space.", false)
                .commandLine());
        line.addSubcommand("acknowledge", new Leaf("acknowledge",
                "Says that you look after it. It ends by itself when it is well again.",
                "alerts acknowledge 019a6b1c-0000-7000-8000-000000000001 --note \"Disk ordered\"", environment,
                command -> {
                    ObjectNode body = JsonNodeFactory.instance.objectNode();
                    String note = command.option("--note");
                    if (note != null) {
                        body.put("note", note);
                    }
                    try (AdminClient client = command.connection().open()) {
                        JsonNode after = client.post("alerts/" + command.argument() + "/acknowledge", body);
                        if (command.json()) {
                            Output.json(command.out(), after);
                        } else {
                            Output.members(command.out(), after);
                        }
                        return 0;
                    }
                }).argument("ID", "Which one, as the list has it.", true)
                .option("--note", "TEXT", "What is being done.", false).commandLine());
        return line;
    }

    private static int list(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            Map<String, String> query = new LinkedHashMap<>();
            for (String name : List.of("state", "kind")) {
                String given = command.option("--" + name);
                if (given != null) {
                    query.put(name, given);
                }
            }
            List<JsonNode> items = client.all("alerts", query);
            if (command.json()) {
                Output.json(command.out(), items);
            } else {
                Output.table(command.out(), items,
                        List.of("severity", "state", "about", "since", "times", "message", "id"));
            }
            return 0;
        }
    }

    static CommandLine rules(Map<String, String> environment) {
        return new NounCommands(new CliNoun("alert-rules", "alert rule",
                List.of("name", "kind", "severity", "threshold", "enabled", "destinations", "id"),
                List.of(Member.of("--name", "name", Kind.TEXT, "Only the one of that name.")),
                List.of(Member.needed("--name", "name", Kind.TEXT, "Its name."),
                        Member.needed("--kind", "kind", Kind.TEXT, "budget, breaker_open, engine_down, gpu_unhealthy,"
                                + " disk_space, certificate, trail, break_glass, backup_age or clock."),
                        Member.of("--severity", "severity", Kind.TEXT, "info, warning or critical."),
                        Member.of("--threshold", "threshold", Kind.NUMBER, "A percentage for budget and disk_space,"
                                + " days for certificate and backup_age."),
                        Member.of("--hold", "holdSeconds", Kind.NUMBER, "How long it must be wrong, in seconds."),
                        Member.of("--calm", "calmSeconds", Kind.NUMBER, "How long it must be well, in seconds."),
                        Member.of("--destination", "destinations", Kind.WORDS, "Who is told; every enabled one if none"
                                + " is named. Repeatable."),
                        Member.of("--enabled", "enabled", Kind.ON, "It looks: the default."),
                        Member.of("--disabled", "enabled", Kind.OFF, "It does not.")),
                "--name budget-90 --kind budget --severity warning --threshold 90"), environment).commandLine();
    }

    static CommandLine destinations(Map<String, String> environment) {
        CommandLine line = new NounCommands(new CliNoun("alert-destinations", "alert destination",
                List.of("name", "kind", "enabled", "leastSeverity", "secretSet", "id"),
                List.of(Member.of("--name", "name", Kind.TEXT, "Only the one of that name.")),
                List.of(Member.needed("--name", "name", Kind.TEXT, "Its name."),
                        Member.of("--kind", "kind", Kind.TEXT, "webhook, the default, or mail."),
                        Member.of("--url", "url", Kind.TEXT, "Where alerts are posted to."),
                        Member.of("--mail-host", "mail.host", Kind.TEXT, "The mail server."),
                        Member.of("--mail-port", "mail.port", Kind.NUMBER, "Its port: 587 if not said."),
                        Member.of("--mail-security", "mail.security", Kind.TEXT, "starttls, the default, tls or none."),
                        Member.of("--mail-user", "mail.user", Kind.TEXT, "Who signs in there."),
                        Member.of("--mail-from", "mail.from", Kind.TEXT, "The address that mail comes from."),
                        Member.of("--mail-to", "mail.recipients", Kind.WORDS, "An address that it goes to."
                                + " Repeatable."),
                        Member.of("--trusted-certificates", "trustedCertificates", Kind.FILE, "A file with CA"
                                + " certificates in PEM to trust for it besides the usual ones."),
                        Member.of("--secret-env", "secret", Kind.SECRET_FROM_VARIABLE, "The environment variable that"
                                + " holds what the receiver checks signatures with, or the mail user's password."),
                        Member.of("--secret-file", "secret", Kind.SECRET_FROM_FILE, "The file that holds it."),
                        Member.of("--least-severity", "leastSeverity", Kind.TEXT, "info, warning or critical: what"
                                + " matters less does not go there."),
                        Member.of("--allow-private", "privateAddressesAllowed", Kind.ON, "It may live on a private"
                                + " address."),
                        Member.of("--enabled", "enabled", Kind.ON, "Alerts go there: the default."),
                        Member.of("--disabled", "enabled", Kind.OFF, "They do not.")),
                "--name pager --url https://hooks.example.com/gatehouse --secret-env PAGER_SECRET"), environment)
                .commandLine();
        line.addSubcommand("test", new Leaf("test", "Sends a message that says it is a test.",
                "alert-destinations test pager", environment, command -> {
                    try (AdminClient client = command.connection().open()) {
                        JsonNode trial = client.post("alert-destinations/"
                                + new References(client).id("alert-destinations", command.argument()) + "/test",
                                JsonNodeFactory.instance.objectNode());
                        if (command.json()) {
                            Output.json(command.out(), trial);
                        } else {
                            command.out().println(trial.get("message").asText());
                        }
                        return trial.get("ok").asBoolean() ? 0 : 1;
                    }
                }).argument("NAME", "Which one; its id will do too.", true).commandLine());
        return line;
    }
}
