package org.gatehouse.gateway.protocol.openai;

import java.io.IOException;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.gateway.protocol.UntranslatableException;

/** A tool call's arguments: JSON inside a string. Stateless. */
final class Arguments {
    static final String NONE = "{}";

    private Arguments() {}

    /**
     * Of a call that a client sends back. A text that is no object of JSON came from a model that was cut off or botched it;
     * it is kept as it is, for the provider's model wrote it, and the writer of a protocol that wants an object decides.
     */
    static String ofHistory(Field arguments) throws UntranslatableException {
        if (!arguments.absent() && !arguments.isText() && !arguments.isObject()) {
            throw arguments.wrong("the arguments as JSON in a string");
        }
        return of(arguments.node());
    }

    /** Some servers send an object instead of the string; nothing at all means no arguments. */
    static String of(JsonNode arguments) {
        String text = JsonText.textOrJson(arguments);
        return text.isBlank() ? NONE : text;
    }

    /** Whether it is an object of JSON, as all servers' chat templates want it. */
    static boolean isObject(String arguments) {
        try {
            return JsonText.MAPPER.readTree(arguments).isObject();
        } catch (IOException _) {
            return false;
        }
    }
}
