package org.gatehouse.gateway.protocol.openai;

import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.protocol.UntranslatableException;

/** Reads a request to {@code /v1/responses}. What lives in OpenAI's own store is refused. Stateless. */
final class ResponsesRequestReader {
    private static final Set<String> KNOWN = Set.of("model", "input", "instructions", "tools", "tool_choice",
            "parallel_tool_calls", "max_output_tokens", "temperature", "top_p", "text", "reasoning", "stream",
            "stream_options", "user", "safety_identifier", "previous_response_id", "conversation", "background",
            "store", "prompt", "include", "truncation");

    private ResponsesRequestReader() {}

    static ChatRequest read(byte[] body, boolean streamed) throws UntranslatableException {
        Field root = ChatRequestReader.root(body);
        refuseStored(root);
        ResponsesItems items = ResponsesItems.read(root.get("instructions"), root.get("input"));
        ToolFields tools = ToolFields.read(root);
        Map<String, JsonNode> foreign = ChatRequestReader.foreign(root, KNOWN);
        included(root, foreign);
        JsonNode verbosity = root.node().path("text").path("verbosity");
        if (verbosity.isTextual() && !verbosity.textValue().equals("medium")) {
            foreign.put("text.verbosity", verbosity);
        }
        JsonNode truncation = root.node().path("truncation");
        if (truncation.isTextual() && !truncation.textValue().equals("disabled")) {
            foreign.put("truncation", truncation);
        }
        Field format = root.get("text").get("format");
        String user = root.get("user").optionalText();
        return new ChatRequest(items.system(), items.turns(), tools.tools(), tools.choice(),
                root.get("parallel_tool_calls").optionalBoolean(),
                root.get("max_output_tokens").optionalWhole(1, ChatRequestReader.MOST_TOKENS),
                ChatRequestReader.sampling(root), List.of(), reasoning(root.get("reasoning")),
                ChatRequestReader.format(format, format), 1, streamed || root.get("stream").isTrue(),
                user == null ? root.get("safety_identifier").optionalText() : user, foreign);
    }

    private static void refuseStored(Field root) throws UntranslatableException {
        for (String name : List.of("previous_response_id", "conversation", "prompt")) {
            Field field = root.get(name);
            if (!field.absent()) {
                throw field.untranslatable("points at something that OpenAI keeps, which the model's provider does not"
                        + " have; send the whole conversation as input.");
            }
        }
        if (root.get("background").isTrue()) {
            throw root.get("background").untranslatable("cannot be kept: the model's provider answers at once or not at"
                    + " all; leave it out.");
        }
        if (root.get("store").isTrue()) {
            throw root.get("store").untranslatable("cannot be kept: the model's provider stores no responses; send"
                    + " false, and the whole conversation each time.");
        }
    }

    /** Sealed thoughts are always given; whatever else was to be included is left out with a note. */
    private static void included(Field root, Map<String, JsonNode> foreign) throws UntranslatableException {
        if (root.get("include").absent()) {
            return;
        }
        for (Field entry : root.get("include").entries()) {
            if (!entry.text().equals("reasoning.encrypted_content")) {
                foreign.put("include:" + entry.text(), entry.node());
            }
        }
    }

    private static @Nullable Reasoning reasoning(Field reasoning) throws UntranslatableException {
        if (!reasoning.isObject()) {
            return null;
        }
        Reasoning.Effort effort = Effort.read(reasoning.get("effort"));
        String summary = reasoning.get("summary").optionalText();
        if (summary == null) {
            summary = reasoning.get("generate_summary").optionalText();
        }
        Boolean shown = summary == null ? null : !summary.equals("none");
        if (effort == null && shown == null) {
            return null;
        }
        return new Reasoning(effort == null ? Reasoning.Effort.MEDIUM : effort, null, shown);
    }
}
