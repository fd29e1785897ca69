package org.gatehouse.gateway.protocol.json;

import java.io.IOException;
import java.io.UncheckedIOException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Reads and writes trees of JSON. Stateless, thread-safe. */
public final class JsonTrees {
    private static final int MAX_DEPTH = 200;

    // Pictures are strings of many megabytes; what bounds them is the size of a body. No interning: the names in schemas
    // and arguments are the clients', and there is no end to them.
    private static final JsonMapper MAPPER = JsonMapper
            .builder(JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(Integer.MAX_VALUE).build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

    private JsonTrees() {}

    /** An object without a field. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Reads one value and nothing behind it; {@code null} when that is not there. */
    public static @Nullable JsonNode read(byte[] bytes, int from, int to) {
        try {
            JsonNode tree = MAPPER.readTree(bytes, from, to - from);
            return tree == null || tree.isMissingNode() ? null : tree;
        } catch (IOException _) {
            return null;
        }
    }

    /** Reads an object; {@code null} when the bytes hold none. */
    public static @Nullable ObjectNode readObject(byte[] bytes) {
        return read(bytes, 0, bytes.length) instanceof ObjectNode object ? object : null;
    }

    /** Reads an object; {@code null} when the text holds none. */
    public static @Nullable ObjectNode readObject(String text) {
        try {
            return MAPPER.readTree(text) instanceof ObjectNode object ? object : null;
        } catch (JsonProcessingException _) {
            return null;
        }
    }

    /** A tool call's arguments as the object they should be; empty when the model wrote something else. */
    public static ObjectNode arguments(String text) {
        ObjectNode object = readObject(text);
        return object == null ? object() : object;
    }

    /** UTF-8. */
    public static byte[] bytes(JsonNode tree) {
        try {
            return MAPPER.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a tree could not be written to memory", e);
        }
    }

    /** On one line. */
    public static String text(JsonNode tree) {
        try {
            return MAPPER.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a tree could not be written to memory", e);
        }
    }
}
