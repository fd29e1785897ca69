package org.gatehouse.gateway.protocol.openai;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * Reads the tools of a request and the choice among them, in the shapes of both protocols (chat wraps a function's fields
 * in {@code function}, Responses does not) and in chat's older one ({@code functions}).
 *
 * @param tools what the model may call
 * @param choice whether it must; {@code null} when the client did not say
 */
record ToolFields(List<Tool> tools, @Nullable ToolChoice choice) {

    static ToolFields read(Field request) throws UntranslatableException {
        List<Tool> tools = new ArrayList<>();
        if (!request.get("tools").absent()) {
            for (Field tool : request.get("tools").entries()) {
                tools.add(tool(tool));
            }
        }
        if (tools.isEmpty() && !request.get("functions").absent()) {
            for (Field function : request.get("functions").entries()) {
                tools.add(function(function, function));
            }
        }
        Field choice = request.get("tool_choice");
        if (choice.absent()) {
            choice = request.get("function_call");
        }
        return chosen(tools, choice);
    }

    private static Tool tool(Field tool) throws UntranslatableException {
        String type = tool.get("type").text();
        if (type.equals("function")) {
            Field function = tool.get("function");
            return function(function.isObject() ? function : tool, tool);
        }
        Field inner = tool.get(type);
        JsonNode name = tool.node().path("name");
        String known = name.isTextual() ? name.textValue() : inner.node().path("name").asText(type);
        return new Tool.Native(known, type, tool.node());
    }

    private static Tool function(Field function, Field around) throws UntranslatableException {
        Field name = function.get("name");
        if (name.text().isBlank()) {
            throw name.wrong("the function's name");
        }
        Field schema = function.get("parameters");
        if (!schema.absent() && !schema.isObject()) {
            throw schema.wrong("a JSON schema, which is an object");
        }
        return new Tool.Function(name.text(), function.get("description").optionalText(),
                schema.absent() ? null : schema.node(), function.get("strict").optionalBoolean(),
                ContentParts.cache(around));
    }

    private static ToolFields chosen(List<Tool> tools, Field choice) throws UntranslatableException {
        if (choice.absent()) {
            return new ToolFields(tools, null);
        }
        if (choice.isText()) {
            return new ToolFields(tools, switch (choice.text()) {
                case "none" -> ToolChoice.NONE;
                case "auto" -> ToolChoice.AUTO;
                case "required", "any" -> ToolChoice.REQUIRED;
                default -> throw choice.wrong("none, auto, required or the tool by name");
            });
        }
        if (!choice.isObject()) {
            throw choice.wrong("none, auto, required or the tool by name");
        }
        String type = choice.node().path("type").asText("function");
        if (type.equals("allowed_tools")) {
            Field allowed = choice.get("allowed_tools");
            return allowed(tools, allowed.isObject() ? allowed : choice);
        }
        Field inner = choice.get(type);
        Field name = inner.isObject() ? inner.get("name") : choice.get("name");
        String named = name.absent() && !type.equals("function") ? type : name.text();
        if (tools.stream().noneMatch(tool -> tool.name().equals(named))) {
            throw name.wrong("the name of one of the tools of this request");
        }
        return new ToolFields(tools, new ToolChoice.Named(named));
    }

    /** The subset is expressed by leaving the other tools out: every protocol can say that. */
    private static ToolFields allowed(List<Tool> tools, Field allowed) throws UntranslatableException {
        Set<String> names = new HashSet<>();
        for (Field entry : allowed.get("tools").entries()) {
            JsonNode node = entry.node();
            String type = node.path("type").asText("");
            names.add(node.path("name").asText(node.path(type).path("name").asText(type)));
        }
        List<Tool> subset = tools.stream().filter(tool -> names.contains(tool.name())).toList();
        boolean required = allowed.node().path("mode").asText("").equals("required");
        return new ToolFields(subset, required ? ToolChoice.REQUIRED : ToolChoice.AUTO);
    }
}
