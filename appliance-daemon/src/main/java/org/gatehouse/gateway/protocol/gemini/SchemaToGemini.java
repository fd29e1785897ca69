package org.gatehouse.gateway.protocol.gemini;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * Brings a JSON Schema down to Google's {@code Schema}. What that lacks is said in its words where it has some (references
 * are put in place, {@code const} becomes {@code enum}, {@code oneOf} becomes {@code anyOf}, unions with null become
 * {@code nullable}); what cannot be said is left out with a warning, for the provider refuses a schema with an unknown
 * keyword whole. Made for one schema.
 */
final class SchemaToGemini {
    private static final Set<String> AS_IT_IS = Set.of("title", "description", "minimum", "maximum", "minItems",
            "maxItems", "minProperties", "maxProperties", "minLength", "maxLength", "pattern", "default");
    /** Say nothing about what is valid. */
    private static final Set<String> REMARKS = Set.of("$schema", "$id", "$anchor", "$comment", "$defs", "definitions",
            "$vocabulary", "examples", "example", "readOnly", "writeOnly", "deprecated", "propertyOrdering");
    private static final Set<String> FORMATS = Set.of("date-time", "enum", "float", "double", "int32", "int64");
    /** References that are put in place again and again can make a small schema huge. */
    private static final int MAX_NODES = 5_000;

    private final JsonNode root;
    private final String what;
    private final Losses losses;
    private final Deque<String> references = new ArrayDeque<>();
    private int nodes;

    private SchemaToGemini(JsonNode root, String what, Losses losses) {
        this.root = root;
        this.what = what;
        this.losses = losses;
    }

    /**
     * Rewrites a schema.
     *
     * @param what it is of, such as {@code the tool 'search'}
     * @throws UntranslatableException when it refers to itself, to something outside or to nothing
     */
    static ObjectNode rewrite(JsonNode schema, String what, Losses losses) throws UntranslatableException {
        return new SchemaToGemini(schema, what, losses).any(schema);
    }

    private ObjectNode any(JsonNode schema) throws UntranslatableException {
        if (++nodes > MAX_NODES) {
            throw new UntranslatableException(null, "The schema of " + what + " has more than " + MAX_NODES
                    + " parts once its references are put in place. Simplify it.");
        }
        if (!(schema instanceof ObjectNode object) || object.isEmpty()) {
            return anything();
        }
        if (object.get("$ref") instanceof JsonNode reference) {
            return referred(object, reference.asText());
        }
        if (object.get("allOf") instanceof ArrayNode parts) {
            return any(merged(object, parts));
        }
        ArrayNode union = object.get("anyOf") instanceof ArrayNode any
                ? any
                : object.get("oneOf") instanceof ArrayNode one ? one : types(object);
        return union == null ? one(object) : union(object, union);
    }

    private ObjectNode referred(ObjectNode object, String reference) throws UntranslatableException {
        if (!reference.equals("#") && !reference.startsWith("#/")) {
            throw new UntranslatableException(null, "The schema of " + what + " refers to '" + shown(reference)
                    + "', which is not in it. Put it under $defs.");
        }
        if (references.contains(reference)) {
            throw new UntranslatableException(null, "The schema of " + what + " refers to itself through '"
                    + shown(reference) + "', which Gemini can not say. Spell the levels out that you need.");
        }
        JsonNode found;
        try {
            found = root.at(JsonPointer.compile(
                    URLDecoder.decode(reference.substring(1).replace("+", "%2B"),
                            StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException _) {
            found = MissingNode.getInstance();
        }
        if (found.isMissingNode()) {
            throw new UntranslatableException(null, "The schema of " + what + " refers to '" + shown(reference)
                    + "', which is not there. Add it under $defs.");
        }
        references.push(reference);
        ObjectNode placed = object.deepCopy();
        placed.remove("$ref");
        if (found instanceof ObjectNode target) {
            // What stands beside the reference, such as a description of its own, goes first.
            target.properties().forEach(keyword -> placed.putIfAbsent(keyword.getKey(), keyword.getValue()));
        }
        ObjectNode written = any(placed);
        references.pop();
        return written;
    }

    /** All of several at once: their properties together, otherwise whoever said something first. */
    private ObjectNode merged(ObjectNode object, ArrayNode parts) throws UntranslatableException {
        ObjectNode all = object.deepCopy();
        all.remove("allOf");
        for (JsonNode part : parts) {
            ObjectNode each = part instanceof ObjectNode given ? resolved(given) : object.objectNode();
            for (Map.Entry<String, JsonNode> keyword : each.properties()) {
                JsonNode before = all.get(keyword.getKey());
                if (before == null) {
                    all.set(keyword.getKey(), keyword.getValue());
                } else if (before instanceof ObjectNode mine && keyword.getKey().equals("properties")) {
                    keyword.getValue().properties().forEach(p -> mine.putIfAbsent(p.getKey(), p.getValue()));
                } else if (before instanceof ArrayNode mine && keyword.getKey().equals("required")) {
                    mine.addAll((ArrayNode) keyword.getValue());
                } else if (!before.equals(keyword.getValue()) && !REMARKS.contains(keyword.getKey())) {
                    say(keyword.getKey() + " inside allOf");
                }
            }
        }
        return all;
    }

    private ObjectNode resolved(ObjectNode part) throws UntranslatableException {
        ObjectNode each = part;
        for (int hops = 0; each.get("$ref") instanceof JsonNode reference; hops++) {
            String name = reference.asText();
            if (hops > 8 || references.contains(name) || !name.startsWith("#/")
                    || !(root.at(name.substring(1)) instanceof ObjectNode target)) {
                throw new UntranslatableException(null, "The schema of " + what + " refers to '" + shown(name)
                        + "' inside allOf, which Gemini can not say. Spell it out.");
            }
            each = target;
        }
        return each.get("allOf") instanceof ArrayNode inner ? merged(each, inner) : each.deepCopy();
    }

    /** A list of types as a union of one schema each; null when there is one type or none. */
    private static @Nullable ArrayNode types(ObjectNode object) {
        if (!(object.get("type") instanceof ArrayNode types)) {
            return null;
        }
        ArrayNode union = object.arrayNode();
        for (JsonNode type : types) {
            ObjectNode each = object.deepCopy();
            if (type.asText().equals("null")) {
                each.removeAll();
            }
            union.add(each.set("type", type));
        }
        return union;
    }

    private ObjectNode union(ObjectNode object, ArrayNode union) throws UntranslatableException {
        ObjectNode rest = object.deepCopy();
        rest.remove(List.of("anyOf", "oneOf"));
        if (rest.get("type") instanceof ArrayNode) {
            rest = rest.objectNode();
            for (String remark : List.of("title", "description", "default")) {
                if (object.has(remark)) {
                    rest.set(remark, object.get(remark));
                }
            }
        }
        boolean nullable = false;
        ArrayNode written = object.arrayNode();
        for (JsonNode each : union) {
            if (each.path("type").asText().equals("null") || isNull(each.get("const"))) {
                nullable = true;
            } else {
                written.add(any(inherited(each, rest)));
            }
        }
        if (written.isEmpty()) {
            return one(object.objectNode().put("type", "null"));
        }
        ObjectNode result;
        if (written.size() == 1) {
            result = (ObjectNode) written.get(0);
            copy(rest, result, "description");
            copy(rest, result, "title");
        } else {
            result = object.objectNode();
            copy(rest, result, "description");
            copy(rest, result, "title");
            result.set("anyOf", written);
        }
        if (nullable) {
            result.put("nullable", true);
        }
        return result;
    }

    /** What is said beside a union holds for each of its members. */
    private static JsonNode inherited(JsonNode member, ObjectNode rest) {
        if (!(member instanceof ObjectNode object)) {
            return member;
        }
        ObjectNode whole = object.deepCopy();
        for (Map.Entry<String, JsonNode> keyword : rest.properties()) {
            if (keyword.getKey().equals("properties") && whole.get("properties") instanceof ObjectNode mine) {
                keyword.getValue().properties().forEach(p -> mine.putIfAbsent(p.getKey(), p.getValue()));
            } else if (keyword.getKey().equals("required") && whole.get("required") instanceof ArrayNode mine) {
                mine.addAll((ArrayNode) keyword.getValue());
            } else if (!Set.of("title", "description", "default").contains(keyword.getKey())
                    && !REMARKS.contains(keyword.getKey()) && !whole.has("$ref")) {
                whole.putIfAbsent(keyword.getKey(), keyword.getValue());
            }
        }
        return whole;
    }

    /** A schema of one type. */
    private ObjectNode one(ObjectNode schema) throws UntranslatableException {
        ObjectNode google = schema.objectNode();
        String type = type(schema);
        if (type.equals("null")) {
            return google.put("type", "STRING").put("nullable", true);
        }
        if (type.isEmpty()) {
            ObjectNode anything = anything();
            copy(schema, anything, "description");
            copy(schema, anything, "title");
            return anything;
        }
        google.put("type", type.toUpperCase(Locale.ROOT));
        for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
            keyword(keyword.getKey(), keyword.getValue(), type, google);
        }
        if (type.equals("array") && !google.has("items")) {
            google.set("items", schema.get("prefixItems") instanceof ArrayNode first && !first.isEmpty()
                    ? any(schema.objectNode().set("anyOf", first))
                    : anything());
        }
        required(schema, google);
        return google;
    }

    private void keyword(String name, JsonNode value, String type, ObjectNode google)
            throws UntranslatableException {
        switch (name) {
            case "type", "required" -> {
            }
            case "properties" -> {
                ObjectNode properties = google.objectNode();
                for (Map.Entry<String, JsonNode> property : value.properties()) {
                    if (!property.getValue().isBoolean() || property.getValue().booleanValue()) {
                        properties.set(property.getKey(), any(property.getValue()));
                    }
                }
                // An empty map is refused: "should be non-empty for OBJECT type".
                if (!properties.isEmpty()) {
                    google.set("properties", properties);
                }
            }
            case "items" -> {
                if (value.isObject() || value.isBoolean() && value.booleanValue()) {
                    google.set("items", any(value));
                }
            }
            case "prefixItems" -> say(name);
            case "nullable" -> google.set("nullable", value);
            case "const" -> values(google.arrayNode().add(value), type, google);
            case "enum" -> values(value, type, google);
            case "format" -> {
                if (FORMATS.contains(value.asText())) {
                    google.set("format", value);
                } else {
                    say("format " + value.asText());
                }
            }
            case "exclusiveMinimum", "exclusiveMaximum" -> {
                boolean least = name.equals("exclusiveMinimum");
                if (type.equals("integer") && value.isIntegralNumber() && value.canConvertToInt()) {
                    google.put(least ? "minimum" : "maximum", value.intValue() + (least ? 1 : -1));
                } else {
                    say(name);
                }
            }
            default -> {
                if (AS_IT_IS.contains(name)) {
                    google.set(name, value);
                } else if (!REMARKS.contains(name)) {
                    say(name);
                }
            }
        }
    }

    /** Google lists strings only; other values are told in the description. */
    private void values(JsonNode values, String type, ObjectNode google) {
        ArrayNode listed = google.arrayNode();
        for (JsonNode value : values) {
            if (value.isNull()) {
                google.put("nullable", true);
            } else {
                listed.add(value);
            }
        }
        if (type.equals("string")) {
            google.set("enum", listed);
            return;
        }
        String before = google.path("description").asText("");
        google.put("description", (before.isEmpty() ? "" : before + " ") + "One of: " + listed);
        say("enum of " + type + "s");
    }

    private static void required(ObjectNode schema, ObjectNode google) {
        if (!(schema.get("required") instanceof ArrayNode names)) {
            return;
        }
        Set<String> known = new HashSet<>();
        ArrayNode required = google.arrayNode();
        for (JsonNode name : names) {
            // One that is not described is refused: "property is not defined".
            if (google.path("properties").has(name.asText()) && known.add(name.asText())) {
                required.add(name);
            }
        }
        if (!required.isEmpty()) {
            google.set("required", required);
        }
    }

    /** The type as it is named, or as the other keywords show it; empty when they do not. */
    private static String type(ObjectNode schema) {
        if (schema.get("type") instanceof JsonNode type && type.isTextual()) {
            return type.textValue().toLowerCase(Locale.ROOT);
        }
        JsonNode value = schema.has("const") ? schema.get("const") : schema.path("enum").path(0);
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            case ARRAY, BINARY, MISSING, NULL, OBJECT, POJO -> schema.has("properties")
                    ? "object"
                    : schema.has("items") || schema.has("prefixItems")
                            ? "array"
                            : schema.has("pattern") || schema.has("minLength") || schema.has("maxLength")
                                    ? "string"
                                    : "";
        };
    }

    /** Every value. Google wants a type named. */
    private ObjectNode anything() {
        ObjectNode anything = JsonNodeFactory.instance.objectNode();
        ArrayNode types = anything.putArray("anyOf");
        for (String type : List.of("STRING", "NUMBER", "BOOLEAN", "OBJECT")) {
            types.addObject().put("type", type);
        }
        types.addObject().put("type", "ARRAY").putObject("items").put("type", "STRING");
        return anything;
    }

    private void say(String keyword) {
        losses.say("schema keyword " + shown(keyword) + " dropped");
    }

    private static boolean isNull(@Nullable JsonNode node) {
        return node != null && node.isNull();
    }

    private static void copy(ObjectNode from, ObjectNode to, String keyword) {
        if (from.has(keyword)) {
            to.set(keyword, from.get(keyword));
        }
    }

    private static String shown(String name) {
        String start = name.length() <= 60 ? name : name.substring(0, 60);
        return start.replaceAll("[^ -+\\--~]", "?");
    }
}
