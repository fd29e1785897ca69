package org.gatehouse.simulated.providers;

import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What a request wants of its answer, whichever provider it was sent to.
 *
 * @param said the last message's text, with its directive; empty when the last turn is a tool's result
 * @param most output tokens that may be made
 * @param thinking whether thoughts were asked for
 * @param stops strings at which the text ends
 * @param json whether the text must be JSON
 * @param schema which the JSON satisfies; null for any object
 * @param tools that may be called
 * @param choice which of them must be
 * @param parallel whether more than one call is welcome
 */
record Ask(String said, int most, boolean thinking, List<String> stops, boolean json, @Nullable JsonNode schema,
        List<Tool> tools, Choice choice, boolean parallel) {

    /**
     * A function that may be called.
     *
     * @param schema of its arguments; null for none
     */
    record Tool(String name, @Nullable JsonNode schema) {}

    /** Whether and which tools must be called. */
    sealed interface Choice {
        /** As the model likes, which is: only when a directive asks. */
        record Free() implements Choice {}

        /** None, whatever a directive asks. */
        record None() implements Choice {}

        /** At least one. */
        record Any() implements Choice {}

        /** This one. */
        record Named(String name) implements Choice {}
    }

    Directive directive() {
        return Directive.in(said);
    }
}
