package org.gatehouse.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import picocli.CommandLine;

/** {@code apply} and {@code export}: a whole box as one file. */
final class DeclarationCommands {
    private static final ObjectMapper YAML = new ObjectMapper(
            YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build());

    private DeclarationCommands() {}

    static CommandLine apply(Map<String, String> environment) {
        return new Leaf("apply", "Brings the box into the state that a file declares, all or nothing, and shows what"
                + " changed. API keys stand in the file as {env: NAME} or {file: PATH}; one that is left out is kept.",
                "apply -f box.yaml --dry-run", environment, DeclarationCommands::apply)
                .option("-f", "FILE", "The declaration, YAML or JSON; - for standard input.", true)
                .flag("--dry-run", "Only show what would change.")
                .flag("--prune", "Also delete what a section of the file does not name.").commandLine();
    }

    static CommandLine export(Map<String, String> environment) {
        return new Leaf("export", "Prints the whole box as a declaration for apply. Secrets are left out; API keys of"
                + " upstreams stand as {env: NAME}.", "export > box.yaml", environment, DeclarationCommands::export)
                .commandLine();
    }

    private static int apply(Leaf command) {
        String file = java.util.Objects.requireNonNull(command.option("-f"));
        JsonNode declaration = read(file);
        Path near = "-".equals(file) ? Path.of("") : Path.of(file).toAbsolutePath().getParent();
        resolve(declaration, near == null ? Path.of("") : near, command.connection());
        String query = "?dryRun=" + command.has("--dry-run") + "&prune=" + command.has("--prune");
        try (AdminClient client = command.connection().open()) {
            JsonNode report = client.post("apply" + query, declaration);
            if (command.json()) {
                Output.json(command.out(), report);
            } else {
                print(command, report);
            }
            return 0;
        }
    }

    private static JsonNode read(String file) {
        try {
            byte[] text = "-".equals(file) ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
            JsonNode tree = YAML.readTree(text);
            if (tree == null || !tree.isObject()) {
                throw new CommandFailed(file + " holds no declaration; it must start with apiVersion: gatehouse/v1.");
            }
            return tree;
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
            throw new CommandFailed(file + " is not valid YAML" + where + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CommandFailed(file + " can't be read: " + e.getMessage() + ". Name another file with -f.", e);
        }
    }

    /** Puts secrets in the place of references to them, here, so that the box needs to see neither file nor variable. */
    private static void resolve(JsonNode declaration, Path near, Connection connection) {
        for (JsonNode upstream : declaration.path("upstreams")) {
            String name = upstream.path("name").asText();
            resolve(upstream, "apiKey", "The apiKey of upstream " + name, near, connection);
            for (JsonNode key : upstream.path("keys")) {
                resolve(key, "secret", "The secret of the key " + key.path("name").asText() + " of upstream " + name,
                        near, connection);
            }
        }
        resolveProviders(declaration, near, connection);
    }

    private static void resolveProviders(JsonNode declaration, Path near, Connection connection) {
        for (JsonNode provider : declaration.path("signOn")) {
            resolve(provider, "secret", "The secret of the sign-on provider " + provider.path("name").asText(), near,
                    connection);
        }
        for (JsonNode destination : declaration.path("alertDestinations")) {
            resolve(destination, "secret", "The secret of the alert destination "
                    + destination.path("name").asText(), near, connection);
        }
    }

    private static void resolve(JsonNode holder, String member, String what, Path near, Connection connection) {
        JsonNode reference = holder.path(member);
        if (holder instanceof ObjectNode object && reference.isObject()) {
            if (reference.size() == 1 && reference.path("env").isTextual()) {
                object.put(member, Member.variable(reference.get("env").asText(), connection));
            } else if (reference.size() == 1 && reference.path("file").isTextual()) {
                object.put(member, Member.file(near.resolve(reference.get("file").asText())));
            } else {
                throw new CommandFailed(what + " must be {env: NAME} or {file: PATH}.");
            }
        }
    }

    static void print(Leaf command, JsonNode report) {
        for (JsonNode item : report.get("items")) {
            String action = item.get("action").asText();
            String sign = switch (action) {
                case "create" -> "+ ";
                case "update" -> "~ ";
                case "delete" -> "- ";
                default -> "";
            };
            if (!sign.isEmpty()) {
                command.out().println(sign + item.get("noun").asText() + " " + item.get("name").asText());
                item.get("fields").forEach(field -> command.out().println("    " + field.get("field").asText() + ": "
                        + (field.get("before").isNull() && field.get("after").isNull()
                                ? "(changed)"
                                : Output.text(field.get("before")) + " -> " + Output.text(field.get("after")))));
            }
        }
        report.get("secrets").forEach(secret -> command.out().println("key " + secret.get("key").asText() + ": "
                + secret.get("secret").asText() + "   (shown this once)"));
        command.out().println((report.get("applied").asBoolean() ? "Applied: " : "Would apply: ")
                + report.get("created").asInt() + " to create, " + report.get("updated").asInt() + " to update, "
                + report.get("deleted").asInt() + " to delete, " + report.get("unchanged").asInt() + " unchanged.");
    }

    private static int export(Leaf command) {
        try (AdminClient client = command.connection().open()) {
            JsonNode declaration = client.get("export", Map.of());
            List<String> withApiKey = new ArrayList<>();
            client.all("upstreams", Map.of()).stream().filter(upstream -> upstream.get("apiKeySet").asBoolean())
                    .forEach(upstream -> withApiKey.add(upstream.get("name").asText()));
            for (JsonNode upstream : declaration.path("upstreams")) {
                String name = upstream.get("name").asText();
                for (JsonNode key : upstream.path("keys")) {
                    ((ObjectNode) key).putObject("secret").put("env",
                            variable(name + "_" + key.get("name").asText()));
                }
                // Several keys stand by their names; one that is alone stands as apiKey.
                if (withApiKey.contains(name) && upstream.path("keys").isEmpty()) {
                    ((ObjectNode) upstream).putObject("apiKey").put("env", variable(name));
                }
            }
            secrets(client, "sign-on", declaration.path("signOn"));
            secrets(client, "alert-destinations", declaration.path("alertDestinations"));
            withoutNulls(declaration);
            if (command.json()) {
                Output.json(command.out(), declaration);
            } else {
                command.out().print(YAML.writeValueAsString(declaration));
            }
            return 0;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can't be written as YAML", e);
        }
    }

    /** Names a variable where there is a secret. */
    private static void secrets(AdminClient client, String noun, JsonNode section) {
        client.all(noun, Map.of()).stream().filter(thing -> thing.get("secretSet").asBoolean())
                .map(thing -> thing.get("name").asText()).forEach(name -> section.forEach(item -> {
                    if (item.get("name").asText().equals(name)) {
                        ((ObjectNode) item).putObject("secret").put("env", secretVariable(name));
                    }
                }));
    }

    static String variable(String upstream) {
        return upstream.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_") + "_API_KEY";
    }

    private static String secretVariable(String provider) {
        return provider.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_") + "_SECRET";
    }

    private static void withoutNulls(JsonNode tree) {
        if (tree instanceof ObjectNode object) {
            object.properties().removeIf(member -> member.getValue().isNull());
        }
        tree.forEach(DeclarationCommands::withoutNulls);
    }
}
