package org.gatehouse.governance.form;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Collects JSON schemas (draft 2020-12, as OpenAPI 3.1 wants) of the records that are asked for and of those inside
 * them. Confined to one thread.
 */
public final class FormSchema {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Map<String, ObjectNode> schemas = new TreeMap<>();

    /** Which way a form travels; what it must hold depends on it. */
    public enum Direction {
        /** What a client sends to make something: members without a fallback are required. */
        REQUEST("Input"),
        /** What a client sends to change something: nothing is required. */
        PATCH("Patch"),
        /** What the box answers: every member is there, secrets are not. */
        REPLY("");

        private final String suffix;

        Direction(String suffix) {
            this.suffix = suffix;
        }
    }

    /** A reference to the schema of that record, which is collected on the way. */
    public ObjectNode reference(Class<?> type, Direction direction) {
        // A draft is only ever sent, so its name says the direction already.
        boolean told = direction == Direction.REQUEST && type.getSimpleName().endsWith("Draft");
        String name = type.getSimpleName() + (told ? "" : direction.suffix);
        if (!schemas.containsKey(name)) {
            ObjectNode schema = NODES.objectNode();
            schemas.put(name, schema);
            fill(schema, Shape.of(type), direction);
        }
        return NODES.objectNode().put("$ref", "#/components/schemas/" + name);
    }

    /** Everything collected so far, by name, in the order of the names. */
    public ObjectNode collected() {
        ObjectNode all = NODES.objectNode();
        schemas.forEach(all::set);
        return all;
    }

    private void fill(ObjectNode schema, Shape shape, Direction direction) {
        schema.put("type", "object").put("additionalProperties", false);
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = NODES.arrayNode();
        for (Shape.Member member : shape.members()) {
            if (direction == Direction.REPLY && member.secret()) {
                continue;
            }
            properties.set(member.name(), describe(member, direction));
            if (direction == Direction.REPLY || (direction == Direction.REQUEST && member.required())) {
                required.add(member.name());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
    }

    private ObjectNode describe(Shape.Member member, Direction direction) {
        ObjectNode schema = of(member.type(), direction);
        About about = member.about();
        if (about != null && direction != Direction.REPLY) {
            bound(schema, about);
        }
        boolean nullable = member.nullable() || (direction == Direction.PATCH && member.hasFallback());
        if (nullable && !schema.isEmpty()) {
            if (schema.has("$ref")) {
                ObjectNode either = NODES.objectNode();
                either.putArray("anyOf").add(schema).add(NODES.objectNode().put("type", "null"));
                schema = either;
            } else {
                String type = schema.get("type").textValue();
                schema.putArray("type").add(type).add("null");
                if (schema.get("enum") instanceof ArrayNode constants) {
                    constants.addNull();
                }
            }
        }
        if (about != null) {
            schema.put("description", about.value());
            if (member.hasFallback() && direction == Direction.REQUEST) {
                schema.set("default", Json.trusted(about.fallback()));
            }
            if (about.secret()) {
                schema.put("writeOnly", true);
            }
        }
        return schema;
    }

    private static void bound(ObjectNode schema, About about) {
        String type = schema.path("type").asText("");
        String least = switch (type) {
            case "string" -> "minLength";
            case "integer" -> "minimum";
            case "array" -> "minItems";
            default -> "";
        };
        boolean spoken = "string".equals(type) && (schema.has("format") || schema.has("enum") || schema.has("pattern"));
        if (least.isEmpty() || spoken) {
            return;
        }
        if (about.min() != 0 || "integer".equals(type)) {
            schema.put(least, about.min());
        }
        if (about.max() != Long.MAX_VALUE) {
            schema.put(least.replace("min", "max"), about.max());
        }
        if (!about.pattern().isEmpty()) {
            schema.put("pattern", "^(?:" + about.pattern() + ")$");
        }
    }

    private ObjectNode of(Type type, Direction direction) {
        if (type instanceof ParameterizedType generic) {
            boolean list = generic.getRawType() == java.util.List.class;
            ObjectNode schema = NODES.objectNode().put("type", list ? "array" : "object");
            schema.set(list ? "items" : "additionalProperties",
                    of(generic.getActualTypeArguments()[list ? 0 : 1], nested(direction)));
            return schema;
        }
        return plain((Class<?>) type, direction);
    }

    /** Items of a list are replaced whole, so inside them nothing may be left out. */
    private static Direction nested(Direction direction) {
        return direction == Direction.PATCH ? Direction.REQUEST : direction;
    }

    private ObjectNode plain(Class<?> type, Direction direction) {
        ObjectNode schema = NODES.objectNode();
        if (type == String.class) {
            return schema.put("type", "string");
        } else if (type == int.class || type == Integer.class) {
            return schema.put("type", "integer").put("format", "int32");
        } else if (type == long.class || type == Long.class) {
            return schema.put("type", "integer").put("format", "int64");
        } else if (type == double.class || type == Double.class) {
            return schema.put("type", "number");
        } else if (type == boolean.class || type == Boolean.class) {
            return schema.put("type", "boolean");
        } else if (type == BigDecimal.class) {
            return schema.put("type", "string").put("pattern", "^-?[0-9]+(\\.[0-9]+)?$");
        } else if (type == Instant.class) {
            return schema.put("type", "string").put("format", "date-time");
        } else if (type == UUID.class) {
            return schema.put("type", "string").put("format", "uuid");
        } else if (type.isEnum()) {
            ArrayNode constants = schema.put("type", "string").putArray("enum");
            for (Object constant : type.getEnumConstants()) {
                constants.add(Shape.idOf((Enum<?>) constant));
            }
            return schema;
        } else if (JsonNode.class.isAssignableFrom(type)) {
            return schema;
        }
        return reference(type, direction);
    }
}
