package org.gatehouse.simulated;

import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Makes a value that satisfies a simple JSON schema: the first thing that fits, the same each time. */
final class SchemaFiller {
    private static final int DEEPEST = 32;
    /** A schema that contains itself twice would else grow without end. */
    private static final int MOST_VALUES = 1000;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonNode root;
    private int values;

    private SchemaFiller(JsonNode root) {
        this.root = root;
    }

    static JsonNode fill(JsonNode schema) {
        return new SchemaFiller(schema).value(schema, 0);
    }

    private JsonNode value(JsonNode schema, int depth) {
        if (depth > DEEPEST || ++values > MOST_VALUES) {
            return NODES.nullNode();
        }
        if (schema.has("$ref")) {
            String pointer = schema.get("$ref").asText();
            return value(pointer.startsWith("#/") ? root.at(pointer.substring(1)) : NODES.objectNode(), depth + 1);
        }
        if (schema.has("const")) {
            return schema.get("const");
        }
        if (schema.path("enum").size() > 0) {
            return schema.get("enum").get(0);
        }
        for (String choice : new String[]{"anyOf", "oneOf", "allOf"}) {
            if (schema.path(choice).size() > 0) {
                return value(schema.get(choice).get(0), depth + 1);
            }
        }
        return switch (type(schema)) {
            case "object" -> object(schema, depth);
            case "array" -> array(schema, depth);
            case "string" -> NODES.textNode(text(schema));
            case "integer" -> NODES.numberNode((long) Math.ceil(number(schema)));
            case "number" -> NODES.numberNode(number(schema));
            case "boolean" -> NODES.booleanNode(true);
            default -> NODES.nullNode();
        };
    }

    private static String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        if (type.isTextual()) {
            return type.asText();
        }
        for (JsonNode one : type) {
            if (!one.asText().equals("null")) {
                return one.asText();
            }
        }
        return schema.has("items") ? "array" : "object";
    }

    private ObjectNode object(JsonNode schema, int depth) {
        ObjectNode object = NODES.objectNode();
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            object.set(property.getKey(), value(property.getValue(), depth + 1));
        }
        for (JsonNode required : schema.path("required")) {
            if (!object.has(required.asText())) {
                object.put(required.asText(), "simulated");
            }
        }
        return object;
    }

    private ArrayNode array(JsonNode schema, int depth) {
        ArrayNode array = NODES.arrayNode();
        int wanted = Math.min(100, Math.max(schema.path("minItems").asInt(1), 0));
        for (int i = 0; i < wanted; i++) {
            array.add(value(schema.path("items"), depth + 1));
        }
        return array;
    }

    private static String text(JsonNode schema) {
        String text = switch (schema.path("format").asText("")) {
            case "date" -> "2026-01-31";
            case "date-time" -> "2026-01-31T12:00:00Z";
            case "email" -> "simulated@example.com";
            case "uuid" -> "00000000-0000-4000-8000-000000000000";
            case "uri" -> "https://example.com/simulated";
            default -> "simulated";
        };
        int shortest = Math.min(10_000, schema.path("minLength").asInt(0));
        int longest = Math.max(0, schema.path("maxLength").asInt(Integer.MAX_VALUE));
        String padded = text.length() >= shortest ? text : text + ".".repeat(shortest - text.length());
        return padded.length() <= longest ? padded : padded.substring(0, longest);
    }

    private static double number(JsonNode schema) {
        if (schema.has("minimum")) {
            return schema.get("minimum").asDouble();
        }
        if (schema.has("exclusiveMinimum")) {
            return schema.get("exclusiveMinimum").asDouble() + 1;
        }
        return schema.has("maximum") ? Math.min(1, schema.get("maximum").asDouble()) : 1;
    }
}
