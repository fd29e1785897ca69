package org.gatehouse.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Finds the ids of things that users name. Confined to one command. */
final class References {
    private static final String UUID_TEXT = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

    private final AdminClient client;

    References(AdminClient client) {
        this.client = client;
    }

    /** The id of a thing by its id, its name, or its path such as {@code Research/Search/ci}. */
    String id(String noun, String text) {
        if (text.matches(UUID_TEXT)) {
            return text;
        }
        return switch (noun) {
            case "projects" -> project(text);
            case "keys" -> key(text);
            case "departments", "users", "sign-on", "machine-clients", "upstreams", "models", "deployments" ->
                one(noun, text, Map.of("name", text));
            default -> throw new CommandFailed("'" + text + "' is no id; " + noun + " have no names, list them with"
                    + " 'gatehouse " + noun + " list'.");
        };
    }

    /** A scope such as {@code organisation} or {@code department:Research}. */
    ObjectNode scope(String text) {
        int colon = text.indexOf(':');
        String type = colon < 0 ? text : text.substring(0, colon);
        ObjectNode scope = JsonNodeFactory.instance.objectNode().put("type", type);
        if (!"organisation".equals(type)) {
            if (colon < 0 || !List.of("department", "project", "user", "key").contains(type)) {
                throw new CommandFailed("'" + text + "' is no scope; write organisation, department:NAME,"
                        + " project:DEPARTMENT/PROJECT, user:NAME or key:DEPARTMENT/PROJECT/KEY.");
            }
            scope.put("id", id(type + "s", text.substring(colon + 1)));
        }
        return scope;
    }

    /** What settings need of a SAML provider's metadata; the box reads it. */
    JsonNode samlMetadata(String xml) {
        return client.post("sign-on/saml-metadata", JsonNodeFactory.instance.objectNode().put("metadata", xml));
    }

    private String project(String path) {
        String[] parts = path.split("/", -1);
        if (parts.length != 2) {
            throw new CommandFailed("'" + path + "' is no project; write DEPARTMENT/PROJECT or its id.");
        }
        Map<String, String> query = new LinkedHashMap<>();
        query.put("department", id("departments", parts[0]));
        query.put("name", parts[1]);
        return one("projects", path, query);
    }

    private String key(String text) {
        if (text.matches("[A-Za-z0-9]{8}")) {
            return one("keys", text, Map.of("publicId", text));
        }
        String[] parts = text.split("/", -1);
        if (parts.length != 3) {
            throw new CommandFailed(
                    "'" + text + "' is no key; write DEPARTMENT/PROJECT/KEY, its eight public characters,"
                            + " or its id.");
        }
        Map<String, String> query = new LinkedHashMap<>();
        query.put("project", project(parts[0] + "/" + parts[1]));
        query.put("name", parts[2]);
        List<JsonNode> live = client.all("keys", query).stream()
                .filter(key -> !"revoked".equals(key.path("state").asText())).toList();
        return live.isEmpty() ? one("keys", text, query) : live.getFirst().get("id").asText();
    }

    private String one(String noun, String text, Map<String, String> query) {
        List<JsonNode> found = client.all(noun, query);
        if (found.size() != 1) {
            throw new CommandFailed((found.isEmpty() ? "There is no " : "There is more than one ")
                    + ("sign-on".equals(noun) ? "sign-on provider" : noun.substring(0, noun.length() - 1)) + " '" + text
                    + "'. List them with 'gatehouse " + noun
                    + " list'" + (found.isEmpty() ? "." : " and name it by its id."));
        }
        return found.getFirst().get("id").asText();
    }
}
