package org.gatehouse.gateway.protocol.gemini;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Makes a JSON Schema of Google's {@code Schema} (OpenAPI 3.0's with changes): types in capitals, {@code nullable}, counts
 * as strings, two spellings of each keyword.
 */
final class SchemaFromGemini {
    private static final Set<String> COUNTS = Set.of("minItems", "maxItems", "minProperties", "maxProperties",
            "minLength", "maxLength");

    private SchemaFromGemini() {}

    static JsonNode rewrite(JsonNode schema) {
        if (!(schema instanceof ObjectNode google)) {
            return schema;
        }
        ObjectNode json = google.objectNode();
        boolean nullable = false;
        for (Map.Entry<String, JsonNode> keyword : google.properties()) {
            String name = Fields.camel(keyword.getKey());
            JsonNode value = keyword.getValue();
            switch (name) {
                case "type" -> {
                    if (value.isTextual() && !value.textValue().equals("TYPE_UNSPECIFIED")) {
                        json.put("type", value.textValue().toLowerCase(Locale.ROOT));
                    } else if (value.isArray()) {
                        json.set("type", value);
                    }
                }
                case "nullable" -> nullable = value.asBoolean();
                case "properties" -> {
                    ObjectNode properties = json.putObject("properties");
                    value.properties().forEach(each -> properties.set(each.getKey(), rewrite(each.getValue())));
                }
                case "items" -> json.set("items", rewrite(value));
                case "anyOf" -> {
                    ArrayNode any = json.putArray("anyOf");
                    value.forEach(each -> any.add(rewrite(each)));
                }
                // How Google orders its own writing; no constraint.
                case "propertyOrdering" -> {
                }
                case "example" -> json.putArray("examples").add(value);
                case "format" -> {
                    if (!value.asText().equals("enum")) {
                        json.set("format", value);
                    }
                }
                default -> {
                    if (COUNTS.contains(name) && value.isTextual() && value.textValue().matches("[0-9]{1,9}")) {
                        json.put(name, Integer.parseInt(value.textValue()));
                    } else {
                        json.set(name, value);
                    }
                }
            }
        }
        return nullable ? nullable(json) : json;
    }

    private static ObjectNode nullable(ObjectNode json) {
        if (json.get("type") instanceof JsonNode type && type.isTextual()) {
            json.putArray("type").add(type.textValue()).add("null");
            if (json.get("enum") instanceof ArrayNode values) {
                json.set("enum", values.deepCopy().addNull());
            }
        } else if (json.get("anyOf") instanceof ArrayNode any) {
            any.addObject().put("type", "null");
        }
        return json;
    }
}
