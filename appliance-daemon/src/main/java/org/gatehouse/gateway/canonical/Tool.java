package org.gatehouse.gateway.canonical;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Something the model may call. Immutable. */
public sealed interface Tool {

    /** Its name. */
    String name();

    /**
     * A function of the client's.
     *
     * @param schema JSON Schema of its arguments, an object; {@code null} when it takes none
     * @param strict whether the arguments must match the schema exactly; {@code null} when the client did not say
     */
    record Function(String name, @Nullable String description, @Nullable JsonNode schema, @Nullable Boolean strict,
            Block.@Nullable CacheMark cache) implements Tool {}

    /**
     * A tool that the provider runs itself, such as a web search; no other provider knows it.
     *
     * @param type its type in the client's protocol
     * @param json the whole definition as the client wrote it
     */
    record Native(String name, String type, JsonNode json) implements Tool {}
}
