package org.gatehouse.gateway.protocol.anthropic;

import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A JSON Schema as Anthropic's structured outputs take it: a subset in which every object is closed and ranges are not
 * known. What a schema says beyond that goes to its description, where the model still reads it, as Anthropic's own client
 * libraries do it.
 */
final class SchemaFit {
    private static final Set<String> FORMATS = Set.of("date-time", "time", "date", "duration", "email", "hostname",
            "uri", "ipv4", "ipv6", "uuid");

    private SchemaFit() {}

    /** The schema that fits; {@code null} when it means something that the subset cannot say, such as an open object. */
    static @Nullable ObjectNode of(JsonNode schema) {
        return schema instanceof ObjectNode object ? fit(object) : null;
    }

    private static @Nullable ObjectNode fit(ObjectNode schema) {
        ObjectNode out = Trees.object();
        ObjectNode beyond = Trees.object();
        boolean objects = schema.path("type").asText().equals("object") || schema.has("properties");
        for (Map.Entry<String, JsonNode> field : schema.properties()) {
            JsonNode value = field.getValue();
            JsonNode fitting = switch (field.getKey()) {
                case "type", "description", "title", "required", "enum", "const", "$ref", "default" -> value;
                case "properties", "$defs", "definitions" -> all(value);
                case "anyOf", "allOf" -> each(value);
                case "oneOf" -> each(value);
                case "items" -> of(value);
                case "additionalProperties" -> value;
                case "format" -> FORMATS.contains(value.asText()) ? value : beyond.set("format", value);
                case "minItems" -> value.asInt() <= 1 ? value : beyond.set("minItems", value);
                case "patternProperties", "prefixItems", "not", "if", "then", "else", "propertyNames",
                        "dependentSchemas", "unevaluatedProperties", "contains" ->
                    null;
                case "$schema", "$id", "$comment", "examples", "readOnly", "writeOnly", "deprecated" -> out;
                default -> beyond.set(field.getKey(), value);
            };
            if (fitting == null) {
                return null;
            }
            if (fitting != out && fitting != beyond) {
                out.set(field.getKey().equals("oneOf") ? "anyOf" : field.getKey(), fitting);
            }
        }
        if (objects) {
            JsonNode more = schema.get("additionalProperties");
            if (more != null && !(more.isBoolean() && !more.booleanValue()) || !schema.has("properties")) {
                return null;
            }
            out.put("additionalProperties", false);
        }
        if (!beyond.isEmpty()) {
            String said = Trees.text(out, "description");
            out.put("description", (said.isEmpty() ? "" : said + "\n\n") + Trees.text(beyond));
        }
        return out;
    }

    private static @Nullable JsonNode all(JsonNode schemas) {
        ObjectNode out = Trees.object();
        for (Map.Entry<String, JsonNode> one : schemas.properties()) {
            ObjectNode fitting = of(one.getValue());
            if (fitting == null) {
                return null;
            }
            out.set(one.getKey(), fitting);
        }
        return out;
    }

    private static @Nullable JsonNode each(JsonNode schemas) {
        ArrayNode out = Trees.object().arrayNode();
        for (JsonNode one : schemas) {
            ObjectNode fitting = of(one);
            if (fitting == null) {
                return null;
            }
            out.add(fitting);
        }
        return out;
    }
}
