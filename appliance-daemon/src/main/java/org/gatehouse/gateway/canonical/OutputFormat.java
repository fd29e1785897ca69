package org.gatehouse.gateway.canonical;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** What shape an answer must have. Immutable. */
public sealed interface OutputFormat {

    /** None. */
    OutputFormat TEXT = new Text();
    /** Any JSON object. */
    OutputFormat JSON = new Json();

    /** None. */
    record Text() implements OutputFormat {}

    /** Any JSON object. */
    record Json() implements OutputFormat {}

    /**
     * JSON that matches a schema.
     *
     * @param name of the schema; {@code null} where the protocol knows no names
     * @param strict whether exactly; {@code null} when the client did not say
     */
    record Schema(@Nullable String name, @Nullable String description, JsonNode schema,
            @Nullable Boolean strict) implements OutputFormat {}
}
