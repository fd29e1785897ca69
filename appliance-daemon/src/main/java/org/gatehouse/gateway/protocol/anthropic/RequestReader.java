package org.gatehouse.gateway.protocol.anthropic;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning.Effort;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Sampling;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.UntranslatableException;

/** Reads a request. What has no canonical place goes to the foreign fields, by its path where it is not a field of its own. */
final class RequestReader {
    private final JsonNode body;
    private final Map<String, JsonNode> foreign = new HashMap<>();
    private final BlockReader blocks = new BlockReader(foreign);

    private RequestReader(JsonNode body) {
        this.body = body;
    }

    static ChatRequest read(byte[] body, boolean streamed) throws UntranslatableException {
        JsonNode tree = Trees.treeIn(body);
        if (tree == null || !tree.isObject()) {
            throw new UntranslatableException(null, "The body is not a JSON object. Send a JSON object.");
        }
        return new RequestReader(tree).read(streamed);
    }

    private ChatRequest read(boolean streamed) throws UntranslatableException {
        JsonNode choice = Trees.field(body, "tool_choice");
        JsonNode serial = choice == null ? null : Trees.field(choice, "disable_parallel_tool_use");
        Boolean stream = Fields.flag(body, "stream");
        List<Block.Text> system = system();
        List<Turn> turns = turns();
        List<Tool> tools = tools();
        Sampling sampling = new Sampling(Fields.number(body, "temperature", 0, 2), Fields.number(body, "top_p", 0, 1),
                Fields.count(body, "top_k"), null, null, null);
        Long cap = Fields.tokens(body, "max_tokens", "max_tokens", 1);
        Reasoning reasoning = reasoning();
        OutputFormat format = format();
        String endUser = endUser();
        List<String> stop = stop();
        unknown();
        return new ChatRequest(system, turns, tools, choice == null ? null : choice(choice),
                serial == null ? null : !serial.asBoolean(), cap, sampling, stop, reasoning, format, 1,
                streamed || stream != null && stream, endUser, foreign);
    }

    private void unknown() {
        for (Map.Entry<String, JsonNode> field : body.properties()) {
            switch (field.getKey()) {
                case "model", "max_tokens", "messages", "system", "temperature", "top_p", "top_k", "stop_sequences",
                        "stream", "tools", "tool_choice", "thinking", "output_config", "output_format", "metadata" -> {
                    // Read above.
                }
                default -> {
                    if (!field.getValue().isNull()) {
                        foreign.put(field.getKey(), field.getValue());
                    }
                }
            }
        }
    }

    private List<Block.Text> system() throws UntranslatableException {
        JsonNode system = Trees.field(body, "system");
        List<Block.Text> texts = new ArrayList<>();
        if (system == null) {
            return texts;
        }
        for (Block block : blocks.content(system, "system")) {
            if (!(block instanceof Block.Text text)) {
                throw new UntranslatableException("system",
                        "The field 'system' holds something that is no text. Send a text or a list of text blocks.");
            }
            texts.add(text);
        }
        return texts;
    }

    private List<Turn> turns() throws UntranslatableException {
        JsonNode messages = body.get("messages");
        if (messages == null || !messages.isArray() || messages.isEmpty()) {
            throw new UntranslatableException("messages",
                    "The field 'messages' must be a list of at least one message. Add it.");
        }
        List<Turn> turns = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            String at = "messages[" + i + "]";
            JsonNode message = messages.get(i);
            Role role = switch (Trees.text(message, "role")) {
                case "user" -> Role.USER;
                case "assistant" -> Role.ASSISTANT;
                case "system" -> Role.SYSTEM;
                default -> throw new UntranslatableException(at + ".role",
                        "The role of " + at + " is unknown. Use 'user' or 'assistant'.");
            };
            JsonNode content = Trees.field(message, "content");
            if (content == null) {
                throw new UntranslatableException(at + ".content", "The content of " + at + " is missing. Add it.");
            }
            turns.add(new Turn(role, blocks.content(content, at + ".content")));
        }
        return turns;
    }

    private List<Tool> tools() throws UntranslatableException {
        List<Tool> tools = new ArrayList<>();
        JsonNode list = Trees.field(body, "tools");
        if (list == null) {
            return tools;
        }
        if (!list.isArray()) {
            throw new UntranslatableException("tools", "The field 'tools' must be a list. Send a list of tools.");
        }
        for (int i = 0; i < list.size(); i++) {
            tools.add(tool(list.get(i), "tools[" + i + "]"));
        }
        return tools;
    }

    private Tool tool(JsonNode tool, String at) throws UntranslatableException {
        String type = Trees.text(tool, "type");
        String name = Trees.text(tool, "name");
        if (!type.isEmpty() && !type.equals("custom")) {
            return new Tool.Native(name.isEmpty() ? type : name, type, tool);
        }
        if (name.isEmpty()) {
            throw new UntranslatableException(at + ".name", "The tool at " + at + " has no name. Give it one.");
        }
        for (Map.Entry<String, JsonNode> field : tool.properties()) {
            switch (field.getKey()) {
                case "type", "name", "description", "input_schema", "strict", "cache_control" -> {
                    // Read below.
                }
                default -> foreign.put(at + "." + field.getKey(), field.getValue());
            }
        }
        JsonNode schema = Trees.field(tool, "input_schema");
        if (schema != null && !schema.isObject()) {
            throw new UntranslatableException(at + ".input_schema",
                    "The input_schema of " + at + " is no object. Send a JSON Schema.");
        }
        JsonNode description = Trees.field(tool, "description");
        return new Tool.Function(name, description == null ? null : description.asText(), schema,
                Fields.flag(tool, "strict"), BlockReader.cacheMark(tool));
    }

    private static ToolChoice choice(JsonNode choice) throws UntranslatableException {
        return switch (Trees.text(choice, "type")) {
            case "auto" -> ToolChoice.AUTO;
            case "any" -> ToolChoice.REQUIRED;
            case "none" -> ToolChoice.NONE;
            case "tool" -> {
                if (Trees.text(choice, "name").isEmpty()) {
                    throw new UntranslatableException("tool_choice.name", "The tool to call is not named. Name it.");
                }
                yield new ToolChoice.Named(Trees.text(choice, "name"));
            }
            default -> throw new UntranslatableException("tool_choice.type",
                    "The type of 'tool_choice' is unknown. Use auto, any, tool or none.");
        };
    }

    private @Nullable Reasoning reasoning() throws UntranslatableException {
        JsonNode thinking = Trees.field(body, "thinking");
        Effort effort = effort();
        if (thinking == null) {
            return effort == null ? null : new Reasoning(effort, null, null);
        }
        // Anthropic shows thoughts unless told to leave them out.
        Boolean shown = !Trees.text(thinking, "display").equals("omitted");
        return switch (Trees.text(thinking, "type")) {
            case "disabled" -> new Reasoning(Effort.NONE, null, null);
            case "enabled" -> new Reasoning(effort,
                    Fields.tokens(thinking, "budget_tokens", "thinking.budget_tokens", 1), shown);
            // The documented default of a model that decides by itself how much to think.
            case "adaptive" -> new Reasoning(effort == null ? Effort.HIGH : effort, null, shown);
            default -> throw new UntranslatableException("thinking.type",
                    "The type of 'thinking' is unknown. Use enabled, adaptive or disabled.");
        };
    }

    private @Nullable Effort effort() throws UntranslatableException {
        JsonNode config = Trees.field(body, "output_config");
        JsonNode effort = config == null ? null : Trees.field(config, "effort");
        if (effort == null) {
            return null;
        }
        return switch (effort.asText()) {
            case "low" -> Effort.LOW;
            case "medium" -> Effort.MEDIUM;
            case "high" -> Effort.HIGH;
            case "xhigh", "max" -> Effort.MAXIMAL;
            default -> throw new UntranslatableException("output_config.effort",
                    "The effort is unknown. Use low, medium, high, xhigh or max.");
        };
    }

    private OutputFormat format() throws UntranslatableException {
        JsonNode config = Trees.field(body, "output_config");
        JsonNode format = config == null ? null : Trees.field(config, "format");
        String at = "output_config.format";
        if (format == null) {
            // Its name in the beta of 2025-11-13, which clients still send.
            format = Trees.field(body, "output_format");
            at = "output_format";
        }
        if (format == null) {
            return OutputFormat.TEXT;
        }
        JsonNode schema = format.get("schema");
        if (!Trees.text(format, "type").equals("json_schema") || schema == null || !schema.isObject()) {
            throw new UntranslatableException(at,
                    "The output format is not understood. Send the type json_schema with a schema.");
        }
        return new OutputFormat.Schema(null, null, schema, null);
    }

    private @Nullable String endUser() {
        JsonNode metadata = Trees.field(body, "metadata");
        if (metadata == null) {
            return null;
        }
        for (Map.Entry<String, JsonNode> field : metadata.properties()) {
            if (!field.getKey().equals("user_id")) {
                foreign.put("metadata." + field.getKey(), field.getValue());
            }
        }
        String user = Trees.text(metadata, "user_id");
        return user.isEmpty() ? null : user;
    }

    private List<String> stop() throws UntranslatableException {
        JsonNode list = Trees.field(body, "stop_sequences");
        List<String> stop = new ArrayList<>();
        if (list == null) {
            return stop;
        }
        if (!list.isArray()) {
            throw new UntranslatableException("stop_sequences", "The field 'stop_sequences' must be a list of texts.");
        }
        for (JsonNode one : list) {
            stop.add(one.asText());
        }
        return stop;
    }
}
