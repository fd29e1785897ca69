package org.gatehouse.gateway.protocol.openai;

import java.io.IOException;
import java.io.UncheckedIOException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/** JSON between bytes and trees. Numbers keep their digits: a schema's bounds must not change on the way. Stateless. */
final class JsonText {
    /** A picture of a few dozen megabytes is one string; what a body may hold at all was decided before it came here. */
    private static final int LONGEST_STRING = 256 << 20;
    /** Below the 1000 levels that may be written, so that whatever was read can be written within something else. */
    private static final int DEEPEST = 500;

    /** Calls run on virtual threads, so buffers are shared between threads rather than kept by each. */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxStringLength(LONGEST_STRING).maxNestingDepth(DEEPEST).build())
            .build();
    static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();
    static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Reads a text that is one value and nothing behind it; the mapper also reads a value within a larger text. */
    private static final ObjectReader WHOLE = MAPPER.reader(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private JsonText() {}

    static JsonNode tree(byte[] bytes, int from, int to) throws IOException {
        return WHOLE.readTree(bytes, from, to - from);
    }

    static JsonNode tree(byte[] bytes) throws IOException {
        return WHOLE.readTree(bytes);
    }

    static byte[] bytes(JsonNode tree) {
        try {
            return MAPPER.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    /** The text of a string, or the JSON of anything else; empty for nothing. */
    static String textOrJson(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return "";
        }
        return node.isTextual() ? node.textValue() : node.toString();
    }
}
