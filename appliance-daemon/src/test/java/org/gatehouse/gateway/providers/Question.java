package org.gatehouse.gateway.providers;

import java.util.List;
import java.util.Map;

/**
 * What a client is to ask.
 *
 * @param model a public name
 * @param kind what is asked for
 * @param text what the user says
 * @param streamed whether the answer is to come in pieces
 */
record Question(String model, Kind kind, String text, boolean streamed) {

    /** The most tokens that a question allows, unless it is about that. */
    static final int PLENTY = 4000;
    /** What is allowed when the answer is to be cut: the least that OpenAI takes in responses. */
    static final int FEW = 16;
    /** A picture of one point. */
    static final String PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    /** The properties of the arguments of either tool. */
    static final Map<String, Object> ARGUMENTS = Map.of("city", Map.of("type", "string"));
    /** The tools that are offered. */
    static final List<String> TOOLS = List.of("weather", "local_time");
    /** What the answer must look like where that is asked. */
    static final Map<String, Object> SCHEMA = Map.of("type", "object", "properties",
            Map.of("city", Map.of("type", "string"), "degrees", Map.of("type", "integer")), "required",
            List.of("city", "degrees"), "additionalProperties", false);

    /** What is asked for. */
    enum Kind {
        /** Words. */
        SAY,
        /** A call of a tool, then words about its result. */
        TOOL,
        /** Two calls of tools at once, then words about both results. */
        TOOLS,
        /** Words after thoughts. */
        REASON,
        /** Words about a picture. */
        SEE,
        /** JSON of a schema. */
        SCHEMA,
        /** More words than are allowed. */
        CUT,
        /** Something that the provider refuses. */
        WRONG
    }

    boolean offersTools() {
        return kind == Kind.TOOL || kind == Kind.TOOLS;
    }

    int mostTokens() {
        return kind == Kind.CUT ? FEW : PLENTY;
    }

    /** What a tool says that was called so and so many calls before it. */
    static String result(int number) {
        return "Rain number " + number;
    }
}
