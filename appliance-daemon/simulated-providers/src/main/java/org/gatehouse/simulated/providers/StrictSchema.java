package org.gatehouse.simulated.providers;

import com.fasterxml.jackson.databind.JsonNode;

/** OpenAI's rules for schemas under {@code strict}: closed objects, every property required. Stateless. */
final class StrictSchema {
    private StrictSchema() {}

    static void check(JsonNode schema, String name, String where) {
        if (schema.path("type").asText("").equals("object") || schema.has("properties")) {
            if (!schema.has("additionalProperties") || schema.get("additionalProperties").asBoolean(true)) {
                throw refused(name, where,
                        "'additionalProperties' is required to be supplied and to be false.");
            }
            schema.path("properties").fieldNames().forEachRemaining(property -> {
                boolean required = false;
                for (JsonNode entry : schema.path("required")) {
                    required |= entry.asText().equals(property);
                }
                if (!required) {
                    throw refused(name, where, "'required' is required to be supplied and to be an array including"
                            + " every key in properties. Missing '" + property + "'.");
                }
            });
        }
        schema.path("properties").forEach(property -> check(property, name, where));
        if (schema.has("items")) {
            check(schema.get("items"), name, where);
        }
        schema.path("anyOf").forEach(option -> check(option, name, where));
    }

    private static Refused refused(String name, String where, String what) {
        return new Refused(OpenAiWording.invalid("Invalid schema for " + where + " '" + name + "': In context=(), "
                + what, where.equals("function") ? "tools[0].function.parameters" : where,
                where.equals("function") ? "invalid_function_parameters" : "invalid_json_schema"));
    }
}
