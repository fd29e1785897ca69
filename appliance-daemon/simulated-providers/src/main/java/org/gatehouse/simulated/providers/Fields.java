package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object read with suspicion: each getter refuses, in the provider's words, what has the wrong type or range. A
 * field that is null counts as absent. Belongs to one thread.
 */
final class Fields {
    private static final Pattern HUMP = Pattern.compile("([A-Z])");

    private final ObjectNode node;
    private final String path;
    private final Wording wording;

    private Fields(ObjectNode node, String path, Wording wording) {
        this.node = node;
        this.path = path;
        this.wording = wording;
    }

    /** Reads a body, which must be a JSON object. */
    static Fields of(byte[] body, Wording wording) {
        if (Json.read(body) instanceof ObjectNode object) {
            return new Fields(object, "", wording);
        }
        throw new Refused(wording.notJson());
    }

    /** Refuses fields beside these. */
    Fields only(Set<String> known) {
        if (wording.refusesUnknown()) {
            node.fieldNames().forEachRemaining(name -> {
                if (!known.contains(name) && !(wording.takesSnakeCase() && known.contains(camel(name)))) {
                    throw new Refused(wording.unknown(path, name));
                }
            });
        }
        return this;
    }

    Fields only(String... known) {
        return only(Set.of(known));
    }

    String path() {
        return path;
    }

    ObjectNode json() {
        return node;
    }

    boolean has(String name) {
        return find(name) != null;
    }

    @Nullable
    JsonNode find(String name) {
        JsonNode value = node.get(name);
        if (value == null && wording.takesSnakeCase()) {
            value = node.get(snake(name));
        }
        return value == null || value.isNull() ? null : value;
    }

    JsonNode need(String name) {
        JsonNode value = find(name);
        if (value == null) {
            throw new Refused(wording.missing(path, name));
        }
        return value;
    }

    String text(String name) {
        need(name);
        return text(name, "");
    }

    String text(String name, String otherwise) {
        JsonNode value = find(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.isTextual()) {
            throw wrongType(name, "string", value);
        }
        return value.textValue();
    }

    @Nullable
    String textOrNull(String name) {
        return has(name) ? text(name) : null;
    }

    /** One of these words. */
    String word(String name, String otherwise, String... allowed) {
        String value = text(name, otherwise);
        if (has(name) && !List.of(allowed).contains(value)) {
            throw refused(name, "must be one of " + String.join(", ", allowed) + ", not '" + value + "'");
        }
        return value;
    }

    int integer(String name, int otherwise, int least, int most) {
        JsonNode value = find(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.isIntegralNumber() && !(value.isNumber() && value.doubleValue() == Math.rint(value.doubleValue()))) {
            throw wrongType(name, "integer", value);
        }
        if (value.doubleValue() < least) {
            throw refused(name, "must be greater than or equal to " + least + ", not " + value);
        }
        if (value.doubleValue() > most) {
            throw refused(name, "must be less than or equal to " + most + ", not " + value);
        }
        return value.intValue();
    }

    double number(String name, double otherwise, double least, double most) {
        JsonNode value = find(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.isNumber()) {
            throw wrongType(name, "number", value);
        }
        if (value.doubleValue() < least || value.doubleValue() > most) {
            throw refused(name, "must be between " + plain(least) + " and " + plain(most) + ", not " + value);
        }
        return value.doubleValue();
    }

    boolean flag(String name, boolean otherwise) {
        JsonNode value = find(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw wrongType(name, "boolean", value);
        }
        return value.booleanValue();
    }

    @Nullable
    Fields object(String name) {
        return has(name) ? needObject(name) : null;
    }

    Fields needObject(String name) {
        JsonNode value = need(name);
        if (value instanceof ObjectNode object) {
            return new Fields(object, wording.member(path, name), wording);
        }
        throw wrongType(name, "object", value);
    }

    /** The objects of a list; an absent one is empty. */
    List<Fields> objects(String name) {
        List<Fields> objects = new ArrayList<>();
        String at = wording.member(path, name);
        elements(name, element -> {
            String here = wording.element(at, objects.size());
            if (!(element instanceof ObjectNode object)) {
                throw new Refused(wording.wrongType(here, "object", kind(element)));
            }
            objects.add(new Fields(object, here, wording));
        });
        return objects;
    }

    /** The texts of a list; an absent one is empty. */
    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        String at = wording.member(path, name);
        elements(name, element -> {
            if (!element.isTextual()) {
                throw new Refused(
                        wording.wrongType(wording.element(at, texts.size()), "string", kind(element)));
            }
            texts.add(element.textValue());
        });
        return texts;
    }

    private void elements(String name, Consumer<JsonNode> sink) {
        JsonNode list = find(name);
        if (list == null) {
            return;
        }
        if (!list.isArray()) {
            throw wrongType(name, "array", list);
        }
        list.forEach(sink);
    }

    /** The refusal of one of this object's fields. */
    Refused refused(String name, String reason) {
        return new Refused(wording.refused(wording.member(path, name), reason));
    }

    /** The refusal of this object itself. */
    Refused refused(String reason) {
        return new Refused(wording.refused(path, reason));
    }

    private Refused wrongType(String name, String expected, JsonNode found) {
        return new Refused(wording.wrongType(wording.member(path, name), expected, kind(found)));
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT, POJO -> "object";
            case ARRAY -> "array";
            case STRING, BINARY -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> node.isIntegralNumber() ? "integer" : "number";
            case NULL, MISSING -> "null";
        };
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static String camel(String snake) {
        StringBuilder camel = new StringBuilder();
        for (int i = 0; i < snake.length(); i++) {
            if (snake.charAt(i) == '_' && i + 1 < snake.length()) {
                camel.append(Character.toUpperCase(snake.charAt(++i)));
            } else {
                camel.append(snake.charAt(i));
            }
        }
        return camel.toString();
    }

    private static String snake(String camel) {
        return HUMP.matcher(camel).replaceAll("_$1").toLowerCase(java.util.Locale.ROOT);
    }
}
