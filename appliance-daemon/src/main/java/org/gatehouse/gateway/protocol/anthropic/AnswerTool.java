package org.gatehouse.gateway.protocol.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.OutputFormat;

/**
 * The tool by which a model without JSON output is made to answer in JSON: it must call it, and what it passes is the
 * answer. The tool's name is reserved, and tells the reader of the answer, who knows no request, to turn the call back into
 * text.
 */
final class AnswerTool {
    /** Its arguments are the answer. */
    static final String PLAIN = "gatehouse_answer";
    /** Its only argument is the answer: the arguments of a tool are an object, and the answer need not be one. */
    static final String WRAPPED = "gatehouse_answer_value";

    private static final String VALUE = "value";

    private AnswerTool() {}

    static boolean is(String toolName) {
        return toolName.equals(PLAIN) || toolName.equals(WRAPPED);
    }

    /** The tool for a format; {@code null} when the format is plain text. */
    static @Nullable ObjectNode of(OutputFormat format) {
        return switch (format) {
            case OutputFormat.Text _ -> null;
            case OutputFormat.Json _ -> {
                ObjectNode open = Trees.object().put("type", "object");
                open.putObject("properties");
                open.put("additionalProperties", true);
                yield tool(PLAIN, "Gives the answer to the user: a JSON object as the conversation asks for it.", open);
            }
            case OutputFormat.Schema schema -> {
                String about = "Gives the answer to the user."
                        + (schema.description() == null ? "" : " " + schema.description());
                yield Trees.text(schema.schema(), "type").equals("object")
                        ? tool(PLAIN, about, schema.schema())
                        : tool(WRAPPED, about, wrapped(schema.schema()));
            }
        };
    }

    private static ObjectNode tool(String name, String description, JsonNode schema) {
        ObjectNode tool = Trees.object().put("name", name).put("description", description);
        tool.set("input_schema", schema);
        return tool;
    }

    /** References start at the root, so what they point at moves there. */
    private static ObjectNode wrapped(JsonNode schema) {
        JsonNode inner = schema.deepCopy();
        ObjectNode outer = Trees.object().put("type", "object");
        if (inner instanceof ObjectNode object) {
            for (String definitions : new String[]{"$defs", "definitions"}) {
                JsonNode moved = object.remove(definitions);
                if (moved != null) {
                    outer.set(definitions, moved);
                }
            }
        }
        outer.putObject("properties").set(VALUE, inner);
        outer.putArray("required").add(VALUE);
        outer.put("additionalProperties", false);
        return outer;
    }

    /** The answer in a call's arguments. */
    static String answer(String toolName, String arguments) {
        if (toolName.equals(PLAIN)) {
            return arguments;
        }
        ObjectNode wrapper = Trees.objectIn(arguments);
        JsonNode value = wrapper == null ? null : wrapper.get(VALUE);
        return value == null ? arguments : Trees.text(value);
    }
}
