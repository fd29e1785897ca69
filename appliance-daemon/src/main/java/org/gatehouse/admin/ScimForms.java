package org.gatehouse.admin;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.ScimService.Wrong;
import org.gatehouse.identity.Provisioning.Group;
import org.gatehouse.identity.Provisioning.GroupWish;
import org.gatehouse.identity.Provisioning.Member;
import org.gatehouse.identity.Provisioning.UserWish;

/** Users and groups as SCIM writes them (RFC 7643), and patches as it is sent them (RFC 7644 3.5.2). Stateless. */
final class ScimForms {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String CORE = "urn:ietf:params:scim:schemas:core:2.0:";
    private static final String MESSAGES = "urn:ietf:params:scim:api:messages:2.0:";
    private static final int LONGEST = 255;
    private static final int MOST_MEMBERS = 10_000;
    private static final int MOST_OPERATIONS = 1_000;
    private static final Pattern FILTER = Pattern
            .compile("\\s*([A-Za-z]{1,40})\\s+eq\\s+\"((?:[^\"\\\\]|\\\\.){0,255})\"\\s*", Pattern.CASE_INSENSITIVE);
    private static final Pattern ONE_MEMBER = Pattern
            .compile("members\\[\\s*value\\s+eq\\s+\"([0-9a-fA-F-]{36})\"\\s*]", Pattern.CASE_INSENSITIVE);

    private ScimForms() {}

    /** What a list is narrowed to: at most one name with one value. */
    record Filter(String name, String value) {

        @Nullable
        String of(String wanted) {
            return name.equalsIgnoreCase(wanted) ? value : null;
        }
    }

    /** Reads {@code userName eq "x"}: other filters are refused, never ignored (RFC 7644 3.4.2.2). */
    static Filter filter(String text, String named) {
        if (text.isBlank()) {
            return new Filter("", "");
        }
        Matcher matcher = FILTER.matcher(text);
        if (!matcher.matches()
                || !matcher.group(1).equalsIgnoreCase(named) && !matcher.group(1).equalsIgnoreCase("externalId")) {
            throw new Wrong(400, "invalidFilter", "Filters are " + named + " eq \"…\" or externalId eq \"…\".");
        }
        return new Filter(matcher.group(1), matcher.group(2).replaceAll("\\\\(.)", "$1"));
    }

    static ObjectNode error(int status, String type, String message) {
        ObjectNode node = NODES.objectNode();
        node.putArray("schemas").add(MESSAGES + "Error");
        node.put("status", String.valueOf(status)).put("detail", message);
        return type.isEmpty() ? node : node.put("scimType", type);
    }

    static ObjectNode list(List<ObjectNode> items, int total, int start) {
        ObjectNode node = NODES.objectNode();
        node.putArray("schemas").add(MESSAGES + "ListResponse");
        node.put("totalResults", total).put("startIndex", start).put("itemsPerPage", items.size());
        node.putArray("Resources").addAll(items);
        return node;
    }

    static ObjectNode abilities() {
        ObjectNode node = NODES.objectNode();
        node.putArray("schemas").add(CORE + "ServiceProviderConfig");
        node.putObject("patch").put("supported", true);
        node.putObject("bulk").put("supported", false).put("maxOperations", 0).put("maxPayloadSize", 0);
        node.putObject("filter").put("supported", true).put("maxResults", 200);
        for (String not : List.of("changePassword", "sort", "etag")) {
            node.putObject(not).put("supported", false);
        }
        node.putArray("authenticationSchemes").addObject().put("type", "oauthbearertoken").put("name", "Token")
                .put("description", "The token that the box made for the provider.");
        return node;
    }

    static ObjectNode resourceTypes() {
        return list(List.of(type("User", "/Users"), type("Group", "/Groups")), 2, 1);
    }

    private static ObjectNode type(String name, String endpoint) {
        ObjectNode node = NODES.objectNode();
        node.putArray("schemas").add(CORE + "ResourceType");
        return node.put("id", name).put("name", name).put("endpoint", endpoint).put("schema", CORE + name);
    }

    static ObjectNode user(Member member, String base) {
        ObjectNode node = NODES.objectNode();
        node.putArray("schemas").add(CORE + "User");
        String id = member.user().id().toString();
        node.put("id", id).put("userName", member.userName()).put("displayName", member.user().name()).put("active",
                member.user().active());
        if (member.externalId() != null) {
            node.put("externalId", member.externalId());
        }
        if (member.user().email() != null) {
            node.putArray("emails").addObject().put("value", member.user().email()).put("primary", true);
        }
        node.putObject("meta").put("resourceType", "User").put("created", member.user().createdAt().toString())
                .put("lastModified", member.user().updatedAt().toString()).put("location", base + "Users/" + id);
        return node;
    }

    static ObjectNode group(Group group, String base) {
        ObjectNode node = NODES.objectNode();
        node.putArray("schemas").add(CORE + "Group");
        node.put("id", group.id().toString()).put("displayName", group.displayName());
        if (group.externalId() != null) {
            node.put("externalId", group.externalId());
        }
        ArrayNode members = node.putArray("members");
        group.members().forEach(member -> members.addObject().put("value", member.toString()).put("type", "User"));
        node.putObject("meta").put("resourceType", "Group").put("location", base + "Groups/" + group.id());
        return node;
    }

    static UserWish userWish(JsonNode sent) {
        return new UserWish(needed(sent, "userName"), text(sent.path("externalId"), "externalId"), mail(sent),
                flag(sent.path("active"), true));
    }

    private static @Nullable String mail(JsonNode sent) {
        JsonNode first = null;
        for (JsonNode one : sent.path("emails")) {
            if (first == null || one.path("primary").asBoolean()) {
                first = one;
            }
        }
        return first == null ? null : text(first.path("value"), "emails");
    }

    static GroupWish groupWish(JsonNode sent) {
        return new GroupWish(needed(sent, "displayName"), text(sent.path("externalId"), "externalId"),
                members(sent.path("members")));
    }

    private static Set<UUID> members(JsonNode list) {
        Set<UUID> members = new HashSet<>();
        for (JsonNode one : list.isObject() ? NODES.arrayNode().add(list) : list) {
            members.add(member(one.path("value").asText()));
        }
        if (members.size() > MOST_MEMBERS) {
            throw new Wrong(413, "tooMany", "A group has at most " + MOST_MEMBERS + " members.");
        }
        return members;
    }

    private static UUID member(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException _) {
            throw new Wrong(400, "invalidValue", "A member's value must be the id of a user.");
        }
    }

    /** A user as a patch wants them. Paths that the box keeps nothing of are let pass. */
    static UserWish patched(Member member, JsonNode sent) {
        Map<String, JsonNode> wanted = new HashMap<>();
        wanted.put("username", NODES.textNode(member.userName()));
        wanted.put("externalid", member.externalId() == null ? NODES.nullNode() : NODES.textNode(member.externalId()));
        wanted.put("active", NODES.booleanNode(member.user().active()));
        for (JsonNode operation : operations(sent)) {
            boolean remove = verb(operation).equals("remove");
            String path = operation.path("path").asText("").toLowerCase(Locale.ROOT);
            JsonNode value = operation.path("value");
            if (!path.isEmpty()) {
                wanted.put(path.startsWith("emails") ? "emails" : path, remove ? NODES.nullNode() : value);
            } else {
                value.properties()
                        .forEach(one -> wanted.put(one.getKey().toLowerCase(Locale.ROOT), one.getValue()));
            }
        }
        String name = text(wanted.get("username"), "userName");
        if (name == null || name.isBlank()) {
            throw new Wrong(400, "invalidValue", "userName can't be removed.");
        }
        return new UserWish(name, text(wanted.get("externalid"), "externalId"), patchedMail(wanted.get("emails")),
                flag(wanted.get("active"), true));
    }

    private static @Nullable String patchedMail(@Nullable JsonNode emails) {
        if (emails == null || emails.isNull()) {
            return null;
        }
        return emails.isTextual() ? text(emails, "emails") : mail(NODES.objectNode().set("emails", emails));
    }

    /** A group as a patch wants it. */
    static GroupWish patched(Group group, JsonNode sent) {
        String name = group.displayName();
        String external = group.externalId();
        Set<UUID> members = new HashSet<>(group.members());
        for (JsonNode operation : operations(sent)) {
            String verb = verb(operation);
            String path = operation.path("path").asText("");
            JsonNode value = operation.path("value");
            Matcher one = ONE_MEMBER.matcher(path);
            if (one.matches()) {
                members.remove(member(one.group(1)));
            } else if (path.equalsIgnoreCase("members")) {
                change(members, verb, value);
            } else if (path.equalsIgnoreCase("displayName")) {
                name = required(text(value, "displayName"));
            } else if (path.equalsIgnoreCase("externalId")) {
                external = text(value, "externalId");
            } else if (path.isEmpty()) {
                name = value.has("displayName") ? required(text(value.path("displayName"), "displayName")) : name;
                if (value.has("members")) {
                    change(members, verb, value.path("members"));
                }
            } else {
                throw new Wrong(400, "invalidPath", "Paths of groups are members, displayName and externalId.");
            }
        }
        return new GroupWish(name, external, members);
    }

    private static void change(Set<UUID> members, String verb, JsonNode value) {
        switch (verb) {
            case "add" -> members.addAll(members(value));
            case "remove" -> {
                if (value.isMissingNode() || value.isNull() || value.isEmpty()) {
                    members.clear();
                } else {
                    members.removeAll(members(value));
                }
            }
            default -> {
                members.clear();
                members.addAll(members(value));
            }
        }
    }

    private static JsonNode operations(JsonNode sent) {
        JsonNode operations = sent.path("Operations");
        if (!operations.isArray() || operations.isEmpty() || operations.size() > MOST_OPERATIONS) {
            throw new Wrong(400, "invalidSyntax", "Operations must be a list of 1 to " + MOST_OPERATIONS + ".");
        }
        return operations;
    }

    /** Entra ID writes {@code Add} and {@code Replace}. */
    private static String verb(JsonNode operation) {
        String verb = operation.path("op").asText("").toLowerCase(Locale.ROOT);
        if (!List.of("add", "replace", "remove").contains(verb)) {
            throw new Wrong(400, "invalidSyntax", "op must be add, replace or remove.");
        }
        return verb;
    }

    private static String needed(JsonNode sent, String name) {
        return required(text(sent.path(name), name));
    }

    private static String required(@Nullable String text) {
        if (text == null || text.isBlank()) {
            throw new Wrong(400, "invalidValue", "userName and displayName must be there, and not be empty.");
        }
        return text;
    }

    private static @Nullable String text(@Nullable JsonNode node, String name) {
        if (node == null || node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isTextual() || node.textValue().length() > LONGEST
                || !org.gatehouse.governance.form.Text.clean(node.textValue(), false)) {
            throw new Wrong(400, "invalidValue",
                    name + " must be text of at most " + LONGEST + " characters without control characters.");
        }
        return node.textValue();
    }

    /** Entra ID writes {@code "False"}. */
    private static boolean flag(@Nullable JsonNode node, boolean usual) {
        if (node == null || node.isMissingNode() || node.isNull()) {
            return usual;
        }
        if (node.isTextual()) {
            return !node.textValue().equalsIgnoreCase("false");
        }
        return node.asBoolean(usual);
    }
}
