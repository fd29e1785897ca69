package org.gatehouse.simulated.providers;

import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

/** Google's subset of JSON schema, and what it refuses beyond its shape. Stateless. */
final class GeminiSchema {
    private static final Set<String> FIELDS = Set.of("type", "format", "title", "description", "nullable", "enum",
            "items", "maxItems", "minItems", "properties", "required", "minProperties", "maxProperties", "minLength",
            "maxLength", "pattern", "example", "anyOf", "propertyOrdering", "default", "minimum", "maximum");
    private static final Set<String> TYPES = Set.of("STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT",
            "NULL");
    private static final List<String> STRING_FORMATS = List.of("enum", "date-time");

    private GeminiSchema() {}

    static void check(Fields schema) {
        schema.only(FIELDS);
        String type = schema.text("type", "").toUpperCase(java.util.Locale.ROOT);
        if (schema.has("type") && !TYPES.contains(type)) {
            throw new Refused(Problem.invalid("Invalid value at '" + schema.path() + ".type' (type.googleapis.com/"
                    + "google.ai.generativelanguage.v1beta.Type), \"" + schema.text("type") + "\""));
        }
        schema.text("description", "");
        schema.flag("nullable", false);
        for (Fields option : schema.objects("anyOf")) {
            check(option);
        }
        String format = schema.text("format", "");
        if (type.equals("STRING") && !format.isEmpty() && !STRING_FORMATS.contains(format)) {
            throw schema.refused("format", "only 'enum' and 'date-time' are supported for STRING type");
        }
        if (schema.has("enum")) {
            schema.texts("enum");
            if (!type.equals("STRING")) {
                throw schema.refused("enum", "only allowed for STRING type");
            }
        }
        switch (type) {
            case "OBJECT" -> object(schema);
            case "ARRAY" -> {
                if (!schema.has("items")) {
                    throw schema.refused("items", "missing field.");
                }
                check(schema.needObject("items"));
            }
            case "" -> {
                if (!schema.has("anyOf") && schema.has("properties")) {
                    throw schema.refused("properties", "only allowed for OBJECT type");
                }
            }
            default -> {
                if (schema.has("properties")) {
                    throw schema.refused("properties", "only allowed for OBJECT type");
                }
            }
        }
    }

    private static void object(Fields schema) {
        Fields properties = schema.object("properties");
        if (properties == null || properties.json().isEmpty()) {
            if (!schema.has("anyOf")) {
                throw schema.refused("properties", "should be non-empty for OBJECT type");
            }
            return;
        }
        properties.json().fieldNames().forEachRemaining(name -> check(properties.needObject(name)));
        int index = 0;
        for (String required : schema.texts("required")) {
            JsonNode property = properties.json().get(required);
            if (property == null) {
                throw schema.refused("required[" + index + "]", "property is not defined");
            }
            index++;
        }
    }
}
