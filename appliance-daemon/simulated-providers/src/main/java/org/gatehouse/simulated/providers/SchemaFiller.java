package org.gatehouse.simulated.providers;

import java.util.Locale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import org.jspecify.annotations.Nullable;

/** Makes values that satisfy simple JSON schemas (or Google's subset of them). Stateless. */
final class SchemaFiller {
    private static final int DEEPEST = 12;

    private SchemaFiller() {}

    /** The arguments of a call: an object that the schema allows. */
    static ObjectNode arguments(@Nullable JsonNode schema) {
        return schema != null && value(schema) instanceof ObjectNode object ? object : Json.object();
    }

    /** A value that the schema allows, or a labelled object without one. */
    static JsonNode value(@Nullable JsonNode schema) {
        return schema == null ? Json.object().put("note", "[simulated]") : fill(schema, schema, 0);
    }

    private static JsonNode fill(JsonNode schema, JsonNode root, int depth) {
        if (depth > DEEPEST) {
            return Json.object();
        }
        if (schema.has("$ref")) {
            String pointer = schema.get("$ref").asText();
            return pointer.startsWith("#") ? fill(root.at(pointer.substring(1)), root, depth + 1) : Json.object();
        }
        if (schema.has("const")) {
            return schema.get("const");
        }
        if (schema.path("enum").isArray() && !schema.get("enum").isEmpty()) {
            return schema.get("enum").get(0);
        }
        for (String union : new String[]{"anyOf", "oneOf", "allOf"}) {
            if (schema.path(union).isArray() && !schema.get(union).isEmpty()) {
                return fill(schema.get(union).get(0), root, depth + 1);
            }
        }
        return switch (type(schema)) {
            case "object" -> object(schema, root, depth);
            case "array" -> array(schema, root, depth);
            case "integer" -> Json.array().add(schema.path("minimum").asLong(7)).get(0);
            case "number" -> Json.array().add(schema.path("minimum").asDouble(7.5)).get(0);
            case "boolean" -> Json.array().add(true).get(0);
            case "null" -> Json.array().addNull().get(0);
            default -> string(schema);
        };
    }

    private static String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        if (type.isArray() && !type.isEmpty()) {
            type = type.get(0);
        }
        return type.isTextual()
                ? type.textValue().toLowerCase(Locale.ROOT)
                : schema.has("properties") ? "object" : "string";
    }

    private static JsonNode object(JsonNode schema, JsonNode root, int depth) {
        ObjectNode object = Json.object();
        schema.path("properties").properties()
                .forEach(property -> object.set(property.getKey(), fill(property.getValue(), root, depth + 1)));
        return object;
    }

    private static JsonNode array(JsonNode schema, JsonNode root, int depth) {
        ArrayNode array = Json.array();
        for (int i = 0; i < Math.max(1, Math.min(16, schema.path("minItems").asInt(1))); i++) {
            array.add(schema.has("items") ? fill(schema.get("items"), root, depth + 1) : TextNode.valueOf("item"));
        }
        return array;
    }

    private static JsonNode string(JsonNode schema) {
        return TextNode.valueOf(switch (schema.path("format").asText("")) {
            case "date" -> "2025-01-01";
            case "date-time" -> "2025-01-01T00:00:00Z";
            case "uri" -> "https://simulated.invalid/";
            case "email" -> "nobody@simulated.invalid";
            default -> "[simulated] é \"quoted\"";
        });
    }
}
