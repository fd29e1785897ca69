package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** A chat of Cohere's version 2: read, and answered whole or as events. Belongs to one call. */
final class CohereChat {
    private static final Set<String> FIELDS = Set.of("model", "messages", "stream", "tools", "tool_choice",
            "strict_tools", "documents", "citation_options", "response_format", "safety_mode", "max_tokens",
            "stop_sequences", "temperature", "seed", "frequency_penalty", "presence_penalty", "k", "p", "logprobs",
            "thinking", "priority", "raw_prompting");

    private final Simulation simulation;
    private final Prompt prompt = new Prompt();
    private final String model;
    private final boolean streamed;
    private final Ask ask;
    private final Answer answer;
    private Set<String> open = new LinkedHashSet<>();
    private String said = "";

    CohereChat(Simulation simulation, byte[] body) {
        this.simulation = simulation;
        Fields request = Fields.of(body, CohereSurface.WORDING).only(FIELDS);
        model = request.text("model");
        if (!simulation.serves(model)) {
            throw new Refused(
                    Problem.notFound("model '" + model + "' not found, make sure the correct model ID was used"
                            + " and that you have access to the model."));
        }
        streamed = request.flag("stream", false);
        request.number("temperature", 0.3, 0, 2);
        request.number("p", 0.75, 0.01, 0.99);
        request.integer("k", 0, 0, 500);
        request.number("frequency_penalty", 0, 0, 1);
        request.number("presence_penalty", 0, 0, 1);
        request.word("safety_mode", "CONTEXTUAL", "CONTEXTUAL", "STRICT", "OFF");
        List<String> stops = request.texts("stop_sequences");
        if (stops.size() > 5) {
            throw Refused.invalid("invalid request: stop_sequences must have at most 5 entries");
        }
        List<Ask.Tool> tools = tools(request);
        messages(request);
        Fields format = request.object("response_format");
        boolean json = format != null && format.only("type", "json_schema", "schema")
                .word("type", "text", "text", "json_object").equals("json_object");
        Fields thinking = request.object("thinking");
        String choice = request.word("tool_choice", "", "REQUIRED", "NONE");
        if (!choice.isEmpty() && tools.isEmpty()) {
            throw Refused.invalid("invalid request: tool_choice may only be specified with tools");
        }
        ask = new Ask(said, request.integer("max_tokens", Integer.MAX_VALUE, 1, 1_000_000),
                thinking != null && thinking.text("type").equals("enabled"), stops, json,
                format == null ? null : format.find("json_schema"), tools, switch (choice) {
                    case "REQUIRED" -> new Ask.Choice.Any();
                    case "NONE" -> new Ask.Choice.None();
                    default -> new Ask.Choice.Free();
                }, true);
        answer = simulation.composer().compose(ask);
    }

    private List<Ask.Tool> tools(Fields request) {
        List<Ask.Tool> tools = new ArrayList<>();
        for (Fields tool : request.objects("tools")) {
            prompt.json(tool.json());
            tool.only("type", "function").word("type", "function", "function");
            Fields function = tool.needObject("function").only("name", "description", "parameters");
            if (!function.text("name").matches("[a-zA-Z_][a-zA-Z0-9_]*")) {
                throw function.refused("name", "can only contain letters, digits and underscores and must not begin"
                        + " with a digit");
            }
            tools.add(new Ask.Tool(function.text("name"), function.needObject("parameters").json()));
        }
        return tools;
    }

    private void messages(Fields request) {
        request.need("messages");
        List<Fields> messages = request.objects("messages");
        if (messages.isEmpty()) {
            throw Refused.invalid("invalid request: messages must have at least one entry");
        }
        for (Fields message : messages) {
            message(message);
        }
        if (!open.isEmpty()) {
            throw Refused.invalid("invalid request: all tool calls must have tool results: missing "
                    + String.join(", ", open));
        }
        if (messages.getLast().text("role").equals("system")) {
            throw Refused.invalid("invalid request: the last message must not be of role system");
        }
    }

    private void message(Fields message) {
        String role = message.text("role");
        prompt.message(role);
        said = "";
        if (!role.equals("tool") && !open.isEmpty()) {
            throw Refused.invalid("invalid request: all tool calls must have tool results: missing "
                    + String.join(", ", open));
        }
        switch (role) {
            case "user" -> said = content(message.only("role", "content"));
            case "system" -> content(message.only("role", "content"));
            case "assistant" -> {
                message.only("role", "content", "tool_calls", "tool_plan", "citations");
                content(message);
                calls(message);
            }
            case "tool" -> {
                message.only("role", "content", "tool_call_id");
                if (!open.remove(message.text("tool_call_id"))) {
                    throw Refused.invalid("invalid request: tool_call_id " + message.text("tool_call_id")
                            + " not found in previous tool calls");
                }
                prompt.json(message.need("content"));
            }
            default -> throw message.refused("role", "must be one of user, assistant, system, tool");
        }
    }

    private String content(Fields message) {
        JsonNode content = message.find("content");
        if (content == null) {
            if (!message.text("role").equals("assistant") || !message.has("tool_calls")) {
                throw message.refused("content", "must not be empty");
            }
            return "";
        }
        if (content.isTextual()) {
            if (content.textValue().isEmpty()) {
                throw message.refused("content", "must not be empty");
            }
            prompt.text(content.textValue());
            return content.textValue();
        }
        StringBuilder text = new StringBuilder();
        for (Fields part : message.objects("content")) {
            switch (part.text("type")) {
                case "text" -> {
                    prompt.text(part.only("type", "text").text("text"));
                    text.append(part.text("text"));
                }
                case "thinking" -> prompt.text(part.only("type", "thinking").text("thinking"));
                case "image_url" -> prompt.image(part.only("type", "image_url").needObject("image_url").text("url"));
                case "document" -> prompt.document(Json.text(part.json()));
                default -> throw part.refused("type", "must be one of text, image_url, document, thinking");
            }
        }
        return text.toString();
    }

    private void calls(Fields message) {
        for (Fields call : message.objects("tool_calls")) {
            call.only("id", "type", "function");
            open.add(call.text("id"));
            Fields function = call.needObject("function").only("name", "arguments");
            prompt.text(function.text("name"));
            if (!(Json.read(function.text("arguments")) instanceof ObjectNode arguments)) {
                throw function.refused("arguments", "must be a JSON object");
            }
            prompt.json(arguments);
        }
    }

    boolean streamed() {
        return streamed;
    }

    Ask ask() {
        return ask;
    }

    Reply reply() {
        Bill bill = new Bill(model, prompt.tokens(), answer.outputTokens());
        return streamed ? new Reply.Streamed("text/event-stream", frames(), bill) : Reply.Whole.json(whole(), bill);
    }

    private ObjectNode whole() {
        ObjectNode reply = Json.object().put("id", simulation.ids().uuid());
        ObjectNode message = reply.putObject("message").put("role", "assistant");
        if (!answer.thoughts().isEmpty() || !answer.text().isEmpty()) {
            ArrayNode content = message.putArray("content");
            if (!answer.thoughts().isEmpty()) {
                content.addObject().put("type", "thinking").put("thinking", answer.thought());
            }
            if (!answer.text().isEmpty()) {
                content.addObject().put("type", "text").put("text", answer.wholeText());
            }
        }
        if (!answer.calls().isEmpty()) {
            message.put("tool_plan", "[simulated] I will call a tool.");
            ArrayNode calls = message.putArray("tool_calls");
            answer.calls().forEach(call -> calls.add(call(call, call.json())));
        }
        reply.put("finish_reason", finish()).set("usage", usage());
        return reply;
    }

    private ObjectNode call(Answer.Call call, String arguments) {
        ObjectNode json = Json.object().put("id", simulation.ids().next(call.name() + "_", 12)).put("type", "function");
        json.putObject("function").put("name", call.name()).put("arguments", arguments);
        return json;
    }

    private List<Frame> frames() {
        List<Frame> frames = new ArrayList<>();
        ObjectNode start = Json.object().put("id", simulation.ids().uuid()).put("type", "message-start");
        ObjectNode first = start.putObject("delta").putObject("message").put("role", "assistant");
        first.putArray("content");
        first.put("tool_plan", "").putArray("tool_calls");
        first.putArray("citations");
        frames.add(Frame.opening(event(start)));
        int index = 0;
        if (!answer.thoughts().isEmpty()) {
            block(frames, index++, "thinking", answer.thoughts());
        }
        if (!answer.text().isEmpty()) {
            block(frames, index, "text", answer.text());
        }
        for (int i = 0; i < answer.calls().size(); i++) {
            Answer.Call call = answer.calls().get(i);
            frames.add(Frame.opening(tool("tool-call-start", i, call(call, ""))));
            for (String token : call.arguments()) {
                ObjectNode part = Json.object();
                part.putObject("function").put("arguments", token);
                frames.add(Frame.content(tool("tool-call-delta", i, part), 1));
            }
            frames.add(Frame.opening(tool("tool-call-end", i, null)));
        }
        ObjectNode end = Json.object().put("type", "message-end");
        end.putObject("delta").put("finish_reason", finish()).set("usage", usage());
        frames.add(Frame.closing(event(end)));
        return frames;
    }

    private static void block(List<Frame> frames, int index, String kind, List<String> tokens) {
        ObjectNode start = Json.object().put("type", "content-start").put("index", index);
        start.putObject("delta").putObject("message").putObject("content").put("type", kind).put(kind, "");
        frames.add(Frame.opening(event(start)));
        for (String token : tokens) {
            ObjectNode delta = Json.object().put("type", "content-delta").put("index", index);
            delta.putObject("delta").putObject("message").putObject("content").put(kind, token);
            frames.add(Frame.content(event(delta), 1));
        }
        frames.add(Frame.opening(event(Json.object().put("type", "content-end").put("index", index))));
    }

    private static String tool(String type, int index, @Nullable ObjectNode call) {
        ObjectNode event = Json.object().put("type", type).put("index", index);
        if (call != null) {
            event.putObject("delta").putObject("message").set("tool_calls", call);
        }
        return event(event);
    }

    private static String event(ObjectNode data) {
        return "event: " + data.get("type").textValue() + "\ndata: " + Json.text(data) + "\n\n";
    }

    private ObjectNode usage() {
        ObjectNode usage = Json.object();
        usage.putObject("billed_units").put("input_tokens", prompt.tokens()).put("output_tokens",
                answer.outputTokens());
        usage.putObject("tokens").put("input_tokens", prompt.tokens()).put("output_tokens", answer.outputTokens());
        return usage.put("cached_tokens", Math.min(prompt.tokens(), ask.directive().count("cached", 0)));
    }

    private String finish() {
        String literal = answer.literal();
        if (literal != null) {
            return literal;
        }
        return switch (answer.finish()) {
            case STOP -> "COMPLETE";
            case STOP_STRING -> "STOP_SEQUENCE";
            case LENGTH -> "MAX_TOKENS";
            case TOOL -> "TOOL_CALL";
            case FILTER -> "ERROR";
        };
    }
}
