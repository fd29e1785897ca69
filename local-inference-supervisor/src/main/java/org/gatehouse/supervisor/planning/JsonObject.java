package org.gatehouse.supervisor.planning;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;

/**
 * A JSON object with typed look-ups that try several names. Immutable. Depth, text length and number length are bounded, because
 * model directories come from strangers.
 *
 * @param fields values are {@code String, Long, Double, Boolean}, a list of those, or {@code JsonObject}; nulls are left out
 */
record JsonObject(Map<String, Object> fields) {
    static final JsonObject EMPTY = new JsonObject(Map.of());

    /** Python's writer emits NaN and Infinity, and configurations have them. */
    private static final JsonFactory CONFIGURATIONS = factory().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    /** Does not look for doubled names: who reads a header looks for them itself, with a better message. */
    private static final JsonFactory HEADERS = factory().build();

    private static JsonFactoryBuilder factory() {
        return new JsonFactoryBuilder().streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64)
                .maxStringLength(1 << 20).maxNameLength(4096).maxNumberLength(100).build());
    }

    /** A bounded parser for a weight file's header; the caller closes it. */
    static JsonParser headerParser(InputStream in) throws IOException {
        return HEADERS.createParser(in);
    }

    /** Reads one object to its end. An {@link IOException} says that it is none, or that the stream broke. */
    static JsonObject read(InputStream in) throws IOException {
        try (JsonParser parser = CONFIGURATIONS.createParser(in)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            JsonObject object = object(parser);
            if (parser.nextToken() != null) {
                throw new IOException("something follows the JSON object");
            }
            return object;
        }
    }

    private static JsonObject object(JsonParser parser) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            value(parser, parser.nextToken()).ifPresent(value -> fields.put(name, value));
        }
        return new JsonObject(fields);
    }

    private static Optional<Object> value(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> Optional.of(object(parser));
            case START_ARRAY -> Optional.of(list(parser));
            case VALUE_STRING -> Optional.of(parser.getText());
            case VALUE_TRUE, VALUE_FALSE -> Optional.of(parser.getBooleanValue());
            case VALUE_NUMBER_FLOAT -> Optional.of(parser.getDoubleValue());
            case VALUE_NUMBER_INT -> Optional.of(integer(parser));
            default -> Optional.empty();
        };
    }

    private static Object integer(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT, LONG -> parser.getLongValue();
            default -> parser.getDoubleValue();
        };
    }

    private static List<Object> list(JsonParser parser) throws IOException {
        List<Object> values = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == null) {
                throw new IOException("the array does not end");
            }
            value(parser, token).ifPresent(values::add);
        }
        return List.copyOf(values);
    }

    /** The first of these fields that is a whole number; 4096.0 counts as one. */
    OptionalLong whole(String... names) {
        for (String name : names) {
            Object value = fields.get(name);
            if (value instanceof Long number) {
                return OptionalLong.of(number);
            }
            if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15) {
                return OptionalLong.of(number.longValue());
            }
        }
        return OptionalLong.empty();
    }

    /** The first of these fields that is a number. */
    OptionalDouble number(String... names) {
        for (String name : names) {
            if (fields.get(name) instanceof Number number) {
                return OptionalDouble.of(number.doubleValue());
            }
        }
        return OptionalDouble.empty();
    }

    /** The first of these fields that is text. */
    Optional<String> text(String... names) {
        for (String name : names) {
            if (fields.get(name) instanceof String text) {
                return Optional.of(text);
            }
        }
        return Optional.empty();
    }

    /** The first of these fields that is an object. */
    Optional<JsonObject> object(String... names) {
        for (String name : names) {
            if (fields.get(name) instanceof JsonObject object) {
                return Optional.of(object);
            }
        }
        return Optional.empty();
    }

    /** This field's elements; none if it is missing or no array. */
    List<Object> list(String name) {
        return fields.get(name) instanceof List<?> values ? List.copyOf(values) : List.of();
    }

    /** This field's elements that are whole numbers. */
    List<Long> wholes(String name) {
        return list(name).stream().filter(Long.class::isInstance).map(Long.class::cast).toList();
    }

    /** This field's elements that are text. */
    List<String> texts(String name) {
        return list(name).stream().filter(String.class::isInstance).map(String.class::cast).toList();
    }

    /** Whether this field is {@code true}. */
    boolean isTrue(String name) {
        return Boolean.TRUE.equals(fields.get(name));
    }

    /** Whether this field is {@code false}, which is not the same as missing. */
    boolean isFalse(String name) {
        return Boolean.FALSE.equals(fields.get(name));
    }

    /** Whether there is such a field with a value. */
    boolean has(String name) {
        return fields.containsKey(name);
    }
}
