package org.gatehouse.gateway.protocol.anthropic;

import java.io.IOException;
import java.io.UncheckedIOException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** JSON trees: how they are read, written and looked into. */
final class Trees {
    private static final int MAX_DEPTH = 200;
    /** Pictures and documents come as one string: Anthropic takes bodies of 32 MB. */
    private static final int MAX_STRING = 64 << 20;

    /** No interning: the names are strangers', and there is no end to them. */
    static final JsonFactory FACTORY = JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING).build())
            .build();

    /** Numbers stay as they were written, as far as their digits go: tools may take more digits than a double has. */
    static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

    private static final ObjectReader PART = MAPPER.readerFor(JsonNode.class)
            .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Trees() {}

    /** The value at whose start a parser stands; {@code null} for a {@code null}. */
    static @Nullable JsonNode part(JsonParser parser) throws IOException {
        JsonNode tree = PART.readValue(parser);
        return tree == null || tree.isNull() ? null : tree;
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static byte[] bytes(JsonNode tree) {
        try {
            return MAPPER.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a tree could not be written", e);
        }
    }

    static String text(JsonNode tree) {
        try {
            return MAPPER.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a tree could not be written", e);
        }
    }

    /** The object that a text holds; {@code null} when it holds none, or something else. */
    static @Nullable ObjectNode objectIn(String json) {
        try {
            return MAPPER.readTree(json) instanceof ObjectNode object ? object : null;
        } catch (JsonProcessingException _) {
            return null;
        }
    }

    /** The tree that bytes hold; {@code null} when they hold no JSON. */
    static @Nullable JsonNode treeIn(byte[] json) {
        try {
            JsonNode tree = MAPPER.readTree(json);
            return tree.isMissingNode() ? null : tree;
        } catch (IOException _) {
            return null;
        }
    }

    /** A field that is there and not {@code null}. */
    static @Nullable JsonNode field(JsonNode object, String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** A text field; empty when it is not there or no text. */
    static String text(JsonNode object, String name) {
        JsonNode value = object.get(name);
        return value == null || !value.isTextual() ? "" : value.textValue();
    }

    /** A count; 0 when it is not there, no number, or below 0. */
    static long count(JsonNode object, String name) {
        JsonNode value = object.get(name);
        return value == null || !value.canConvertToLong() ? 0 : Math.max(0, value.longValue());
    }
}
