package org.gatehouse.gateway.protocol.openai;

import java.util.List;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Sampling;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * Writes a request to {@code /v1/responses}. Nothing is stored at the provider ({@code store: false}), so its sealed thoughts are
 * asked for, to be sent back on the next turn. Confined to one thread.
 */
final class ResponsesRequestWriter {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,128}");

    private final ChatRequest request;
    private final Terms terms;
    private final Losses losses;
    private final ObjectNode body = JsonText.NODES.objectNode();

    private ResponsesRequestWriter(ChatRequest request, Terms terms, Losses losses) {
        this.request = request;
        this.terms = terms;
        this.losses = losses;
    }

    static byte[] write(ChatRequest request, Terms terms, Losses losses) throws UntranslatableException {
        ResponsesRequestWriter writer = new ResponsesRequestWriter(request, terms, losses);
        writer.body.put("model", terms.model());
        if (!request.system().isEmpty()) {
            writer.body.put("instructions", ChatPartWriter.joined(request.system(), "\n\n"));
        }
        writer.body.set("input", ResponsesInput.write(request.turns(), terms, losses));
        writer.body.put("store", false);
        writer.limits();
        writer.sampling();
        writer.reasoning();
        writer.format();
        if (!writer.body.has("tools")) {
            writer.tools();
        }
        if (request.streamed()) {
            writer.body.put("stream", true);
        }
        if (request.endUser() != null) {
            writer.body.put("user", request.endUser());
        }
        ChatRequestWriter.cacheMarks(request, losses);
        losses.dropped(request.foreign().keySet());
        return JsonText.bytes(writer.body);
    }

    private void limits() throws UntranslatableException {
        Long cap = ChatRequestWriter.cap(request, terms);
        if (cap != null) {
            body.put("max_output_tokens", cap);
        }
        if (request.choices() > 1) {
            throw new UntranslatableException("n", "n is " + request.choices() + ", but this model's provider gives one"
                    + " answer to a request; ask once for each answer.");
        }
        if (!request.stop().isEmpty()) {
            losses.dropped(List.of("stop"));
        }
    }

    private void sampling() {
        Sampling sampling = request.sampling();
        Double temperature = ChatRequestWriter.temperature(sampling.temperature(), terms, losses);
        if (temperature != null) {
            body.put("temperature", temperature);
        }
        if (sampling.topP() != null) {
            body.put("top_p", sampling.topP());
        }
        drop("top_k", sampling.topK());
        drop("frequency_penalty", sampling.frequencyPenalty());
        drop("presence_penalty", sampling.presencePenalty());
        drop("seed", sampling.seed());
    }

    private void drop(String name, @Nullable Number value) {
        if (value != null) {
            losses.dropped(List.of(name));
        }
    }

    private void reasoning() {
        Reasoning reasoning = request.reasoning();
        boolean thinks = terms.reasoning() != Terms.ReasoningStyle.NONE;
        boolean thought = request.turns().stream().flatMap(turn -> turn.blocks().stream())
                .anyMatch(block -> block instanceof Block.Thinking || block instanceof Block.RedactedThinking);
        if (thinks && (reasoning != null || thought)) {
            body.putArray("include").add("reasoning.encrypted_content");
        }
        if (reasoning == null) {
            return;
        }
        Reasoning.Effort step = Effort.step(reasoning);
        if (!thinks) {
            if (step != Reasoning.Effort.NONE) {
                losses.say("reasoning dropped: this model does not think");
            }
            return;
        }
        ObjectNode node = body.putObject("reasoning").put("effort", Effort.word(step));
        if (Boolean.TRUE.equals(reasoning.shown())) {
            node.put("summary", "auto");
        }
    }

    private void format() throws UntranslatableException {
        switch (request.format()) {
            case OutputFormat.Text _ -> {
            }
            case OutputFormat.Json _ -> body.putObject("text").putObject("format").put("type", "json_object");
            case OutputFormat.Schema schema when terms.schemas() -> ChatRequestWriter.schema(
                    body.putObject("text").putObject("format").put("type", "json_schema"), schema);
            case OutputFormat.Schema schema -> forcedTool(schema);
        }
    }

    private void forcedTool(OutputFormat.Schema schema) throws UntranslatableException {
        if (!request.tools().isEmpty()) {
            throw new UntranslatableException("response_format", "This model can answer by a schema or call tools, not"
                    + " both in one request; leave one of them out or ask another model.");
        }
        ObjectNode tool = body.putArray("tools").addObject().put("type", "function");
        tool.put("name", ChatRequestWriter.ANSWER_TOOL).put("description", "Gives the answer.");
        tool.set("parameters", schema.schema());
        tool.put("strict", false);
        body.putObject("tool_choice").put("type", "function").put("name", ChatRequestWriter.ANSWER_TOOL);
    }

    private void tools() throws UntranslatableException {
        ArrayNode tools = JsonText.NODES.arrayNode();
        for (Tool tool : request.tools()) {
            switch (tool) {
                case Tool.Function function -> function(function, tools.addObject());
                case Tool.Native known -> losses.say(
                        "tool " + ChatRequestWriter.printable(known.type()) + " dropped: its provider's own");
            }
        }
        if (tools.isEmpty()) {
            return;
        }
        body.set("tools", tools);
        switch (request.toolChoice()) {
            case null -> {
            }
            case ToolChoice.Auto _ -> body.put("tool_choice", "auto");
            case ToolChoice.None _ -> body.put("tool_choice", "none");
            case ToolChoice.Required _ -> body.put("tool_choice", "required");
            case ToolChoice.Named named when named(named.tool()) ->
                body.putObject("tool_choice").put("type", "function")
                        .put("name", named.tool());
            case ToolChoice.Named _ -> losses.dropped(List.of("tool_choice"));
        }
        if (request.parallelTools() != null) {
            body.put("parallel_tool_calls", request.parallelTools());
        }
    }

    private boolean named(String tool) {
        return request.tools().stream().anyMatch(known -> known instanceof Tool.Function && known.name().equals(tool));
    }

    private static void function(Tool.Function function, ObjectNode tool) throws UntranslatableException {
        if (!NAME.matcher(function.name()).matches()) {
            throw new UntranslatableException("tools", "The tool name " + function.name() + " does not fit this model's"
                    + " provider; use at most 128 letters, digits, underscores and dashes.");
        }
        tool.put("type", "function").put("name", function.name());
        if (function.description() != null) {
            tool.put("description", function.description());
        }
        tool.set("parameters", function.schema());
        // Unlike chat, Responses takes a missing "strict" for true, and then refuses most schemas.
        tool.put("strict", Boolean.TRUE.equals(function.strict()));
    }
}
