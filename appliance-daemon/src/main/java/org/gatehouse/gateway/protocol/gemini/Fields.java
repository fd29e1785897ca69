package org.gatehouse.gateway.protocol.gemini;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * The fields of one object of a client's request, each taken once: what is left was not understood. Protocol buffers'
 * JSON knows each field by two names, {@code topK} and {@code top_k}, and takes {@code null} for a field left out.
 */
final class Fields {
    private final String path;
    private final Map<String, JsonNode> values;

    private Fields(String path, Map<String, JsonNode> values) {
        this.path = path;
        this.values = values;
    }

    /**
     * Takes an object.
     *
     * @param path where it stands in the request, such as {@code contents[2]}; empty for the request itself
     */
    static Fields of(String path, JsonNode node) throws UntranslatableException {
        if (!(node instanceof ObjectNode object)) {
            throw new UntranslatableException(path, "The field '" + path + "' must be an object.");
        }
        Map<String, JsonNode> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            String name = camel(field.getKey());
            if (!field.getValue().isNull() && values.put(name, field.getValue()) != null) {
                String at = path.isEmpty() ? name : path + "." + name;
                throw new UntranslatableException(at, "The field '" + at + "' is given in both spellings. Send one.");
            }
        }
        return new Fields(path, values);
    }

    /** The one spelling that is used from here on. */
    static String camel(String name) {
        if (name.indexOf('_') < 1) {
            return name;
        }
        StringBuilder camel = new StringBuilder(name.length());
        boolean upper = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_') {
                upper = true;
            } else {
                camel.append(upper ? Character.toUpperCase(c) : c);
                upper = false;
            }
        }
        return camel.toString();
    }

    /** Where a field of this object stands. */
    String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Whether a field is there and not taken yet. */
    boolean has(String name) {
        return values.containsKey(name);
    }

    /** What was not taken, by the one spelling. */
    Map<String, JsonNode> rest() {
        return values;
    }

    /** The field as it is; {@code null} when it is not there. */
    @Nullable
    JsonNode take(String name) {
        return values.remove(name);
    }

    /** The object in a field; {@code null} when it is not there. */
    @Nullable
    Fields object(String name) throws UntranslatableException {
        JsonNode value = take(name);
        return value == null ? null : of(at(name), value);
    }

    /** The items of a list; none when it is not there. */
    List<JsonNode> list(String name) throws UntranslatableException {
        JsonNode value = take(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof ArrayNode array)) {
            throw wrong(name, "a list");
        }
        return array.valueStream().toList();
    }

    /** A string; {@code null} when it is not there. */
    @Nullable
    String text(String name) throws UntranslatableException {
        JsonNode value = take(name);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrong(name, "a string");
        }
        return value.textValue();
    }

    /** A string that must be there. */
    String needed(String name) throws UntranslatableException {
        String text = text(name);
        if (text == null || text.isEmpty()) {
            throw new UntranslatableException(at(name), "The field '" + at(name) + "' is missing. Add it.");
        }
        return text;
    }

    /** A whole number from low to high; {@code null} when it is not there. */
    @Nullable
    Long whole(String name, long low, long high) throws UntranslatableException {
        JsonNode value = take(name);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < low
                || value.longValue() > high) {
            throw wrong(name, high == Long.MAX_VALUE
                    ? "a whole number of at least " + low
                    : "a whole number from " + low + " to " + high);
        }
        return value.longValue();
    }

    /** A number from low to high; {@code null} when it is not there. */
    @Nullable
    Double number(String name, double low, double high) throws UntranslatableException {
        JsonNode value = take(name);
        if (value == null) {
            return null;
        }
        if (!value.isNumber() || !(value.doubleValue() >= low) || !(value.doubleValue() <= high)) {
            throw wrong(name, "a number from " + low + " to " + high);
        }
        return value.doubleValue();
    }

    /** A truth value; {@code null} when it is not there. */
    @Nullable
    Boolean bool(String name) throws UntranslatableException {
        JsonNode value = take(name);
        if (value == null) {
            return null;
        }
        if (!value.isBoolean()) {
            throw wrong(name, "true or false");
        }
        return value.booleanValue();
    }

    private UntranslatableException wrong(String name, String wanted) {
        return new UntranslatableException(at(name), "The field '" + at(name) + "' must be " + wanted + ".");
    }
}
