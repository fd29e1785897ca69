package org.gatehouse.bench.load;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A JSON object that was read, asked by dotted path such as {@code usage.total_tokens}. Immutable as long as nobody
 * changes the map under it.
 */
record JsonObject(Map<?, ?> members) {

    /**
     * Takes a value that must be an object.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static JsonObject of(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return new JsonObject(map);
        }
        throw new IllegalArgumentException("a JSON object was expected, not " + Json.write(value));
    }

    /** The value at the path, or {@code null} if there is none. */
    @Nullable
    Object at(String path) {
        Object value = members;
        for (String name : path.split("\\.", -1)) {
            if (!(value instanceof Map<?, ?> map)) {
                return null;
            }
            value = map.get(name);
        }
        return value;
    }

    /** The number at the path, or {@code fallback} if there is none. */
    double number(String path, double fallback) {
        return at(path) instanceof Number number ? number.doubleValue() : fallback;
    }

    /** The whole number at the path, or {@code fallback} if there is none. */
    long whole(String path, long fallback) {
        return at(path) instanceof Number number ? number.longValue() : fallback;
    }

    /** The text at the path, or {@code null} if there is none. */
    @Nullable
    String text(String path) {
        return at(path) instanceof String text ? text : null;
    }

    /** The objects in the list at the path; empty if there is none. */
    List<JsonObject> objects(String path) {
        if (!(at(path) instanceof List<?> list)) {
            return List.of();
        }
        return list.stream().filter(Map.class::isInstance).map(JsonObject::of).toList();
    }
}
