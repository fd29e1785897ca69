package org.gatehouse.gateway.protocol.anthropic;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * The tools of a request and which of them must be called; among them the {@linkplain AnswerTool one} that makes the answer
 * JSON where the model does not do so by itself.
 *
 * @param choice {@code null} when nothing has to be said about it
 * @param forced whether the model must call a tool
 * @param nativeFormat the output format where the model answers by a schema itself
 */
record ToolSection(ArrayNode tools, @Nullable ObjectNode choice, boolean forced, @Nullable ObjectNode nativeFormat) {
    /** Anthropic's own tools carry the day of their version, such as {@code web_search_20250305}. */
    private static final Pattern OWN = Pattern.compile("[a-z][a-z0-9_]*_20[0-9]{6}|mcp_toolset");

    static ToolSection of(ChatRequest request, Terms terms, Set<String> namesCalled, Losses losses)
            throws UntranslatableException {
        ArrayNode tools = JsonNodeFactory.instance.arrayNode();
        for (Tool tool : request.tools()) {
            add(tools, tool, terms, losses);
        }
        ToolChoice choice = request.toolChoice();
        if (tools.isEmpty()) {
            if (choice instanceof ToolChoice.Named || choice instanceof ToolChoice.Required) {
                losses.say("tool_choice dropped: no tool is left");
            }
            choice = null;
        } else if (choice instanceof ToolChoice.Named named && !has(tools, ToolNames.write(named.tool()))) {
            throw new UntranslatableException("tool_choice", "The tool '" + Shown.of(named.tool())
                    + "' must be called, but the chosen model's provider does not know it. Name one of 'tools'.");
        }
        if (tools.isEmpty() && !namesCalled.isEmpty()) {
            // A conversation with tool calls in it must define tools.
            for (String name : namesCalled) {
                tools.add(function(name, null, null));
            }
            choice = ToolChoice.NONE;
        }
        return withFormat(request, terms, tools, choice, losses);
    }

    private static ToolSection withFormat(ChatRequest request, Terms terms, ArrayNode tools,
            @Nullable ToolChoice choice, Losses losses) throws UntranslatableException {
        OutputFormat format = request.format();
        boolean serial = Boolean.FALSE.equals(request.parallelTools());
        boolean mustCall = choice instanceof ToolChoice.Required || choice instanceof ToolChoice.Named;
        if (format instanceof OutputFormat.Schema schema && terms.schemas()) {
            JsonNode fitting = SchemaFit.of(schema.schema());
            if (fitting != null) {
                ObjectNode written = Trees.object().put("type", "json_schema");
                written.set("schema", fitting);
                return new ToolSection(tools, choice(choice, serial, !tools.isEmpty()), mustCall, written);
            }
        }
        ObjectNode answer = AnswerTool.of(format);
        if (answer != null) {
            losses.say(mustCall
                    ? "response_format dropped: it does not go with a tool that must be called"
                    : "response_format put to the model as a tool that it must call");
        }
        if (answer == null || mustCall) {
            return new ToolSection(tools, choice(choice, serial, !tools.isEmpty()), mustCall, null);
        }
        boolean others = !tools.isEmpty() && !(choice instanceof ToolChoice.None);
        tools.add(answer);
        ToolChoice forced = others ? ToolChoice.REQUIRED : new ToolChoice.Named(Trees.text(answer, "name"));
        return new ToolSection(tools, choice(forced, serial || !others, true), true, null);
    }

    private static void add(ArrayNode tools, Tool tool, Terms terms, Losses losses) throws UntranslatableException {
        switch (tool) {
            case Tool.Function function -> {
                if (AnswerTool.is(function.name())) {
                    throw new UntranslatableException("tools",
                            "The tool name '" + function.name() + "' is the box's own. Name the tool otherwise.");
                }
                ObjectNode written = function(ToolNames.write(function.name()), function.description(),
                        function.schema());
                if (Boolean.TRUE.equals(function.strict())) {
                    strict(written, terms, losses);
                }
                CacheMarks.put(written, function.cache());
                tools.add(written);
            }
            case Tool.Native own when OWN.matcher(own.type()).matches() -> tools.add(own.json());
            case Tool.Native foreign ->
                losses.say("tool " + Shown.of(foreign.type()) + " dropped: this provider does not run it");
        }
    }

    private static void strict(ObjectNode tool, Terms terms, Losses losses) {
        JsonNode fitting = terms.schemas() ? SchemaFit.of(tool.path("input_schema")) : null;
        if (fitting == null) {
            losses.say("strict dropped from a tool: the model cannot keep to its schema exactly");
            return;
        }
        tool.set("input_schema", fitting);
        tool.put("strict", true);
    }

    private static ObjectNode function(String name, @Nullable String description, @Nullable JsonNode schema) {
        ObjectNode tool = Trees.object().put("name", name);
        if (description != null && !description.isEmpty()) {
            tool.put("description", description);
        }
        if (schema instanceof ObjectNode object && object.has("type")) {
            tool.set("input_schema", object);
        } else {
            // The type is demanded, and left out by clients whose tools take nothing.
            ObjectNode typed = Trees.object().put("type", "object");
            if (schema instanceof ObjectNode object) {
                typed.setAll(object);
            } else {
                typed.putObject("properties");
            }
            tool.set("input_schema", typed);
        }
        return tool;
    }

    private static @Nullable ObjectNode choice(@Nullable ToolChoice choice, boolean serial, boolean any)
            throws UntranslatableException {
        if (!any || choice == null && !serial) {
            return null;
        }
        ObjectNode written = Trees.object();
        switch (choice) {
            case null -> written.put("type", "auto");
            case ToolChoice.Auto _ -> written.put("type", "auto");
            case ToolChoice.Required _ -> written.put("type", "any");
            case ToolChoice.Named named ->
                written.put("type", "tool").put("name",
                        AnswerTool.is(named.tool()) ? named.tool() : ToolNames.write(named.tool()));
            case ToolChoice.None _ -> {
                return written.put("type", "none");
            }
        }
        if (serial) {
            written.put("disable_parallel_tool_use", true);
        }
        return written;
    }

    private static boolean has(ArrayNode tools, String name) {
        List<String> names = tools.valueStream().map(tool -> Trees.text(tool, "name")).toList();
        return names.contains(name);
    }
}
