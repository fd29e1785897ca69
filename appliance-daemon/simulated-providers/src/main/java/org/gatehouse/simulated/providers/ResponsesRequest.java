package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** A request of OpenAI's Responses API. Immutable once read. */
final class ResponsesRequest {
    private static final Set<String> FIELDS = Set.of("model", "input", "instructions", "previous_response_id", "store",
            "tools", "tool_choice", "text", "reasoning", "max_output_tokens", "include", "metadata", "stream",
            "stream_options", "temperature", "top_p", "truncation", "user", "parallel_tool_calls", "background",
            "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "max_tool_calls",
            "top_logprobs", "conversation", "prompt");
    private static final Set<String> HOSTED = Set.of("web_search", "web_search_preview", "file_search",
            "code_interpreter", "image_generation", "mcp", "computer_use_preview", "local_shell", "custom", "shell",
            "apply_patch");

    private final Fields request;
    private final Prompt prompt = new Prompt();
    private final Set<String> called = new LinkedHashSet<>();
    private final Set<String> answered = new LinkedHashSet<>();
    private final String model;
    private final @Nullable String previous;
    private final Ask ask;
    private String said = "";
    private boolean mentionsJson;

    ResponsesRequest(Simulation simulation, StoredResponses stored, byte[] body, ChatFlavor flavor) {
        request = Fields.of(body, new OpenAiWording(flavor)).only(FIELDS);
        model = request.text("model");
        if (!simulation.serves(model)) {
            throw new Refused(ChatRequest.unknownModel(flavor, model));
        }
        boolean reasons = flavor.reasons(model);
        for (String field : List.of("temperature", "top_p")) {
            if (request.number(field, 1, 0, field.equals("top_p") ? 1 : 2) != 1 && reasons) {
                throw unsupported("Unsupported parameter: '" + field + "' is not supported with this model.", field);
            }
        }
        Fields reasoning = request.object("reasoning");
        if (reasoning != null && !reasons && reasoning.has("effort")) {
            throw unsupported("Unsupported parameter: 'reasoning.effort' is not supported with this model.",
                    "reasoning.effort");
        }
        previous = request.textOrNull("previous_response_id");
        if (previous != null) {
            StoredResponses.Stored before = stored.find(previous);
            if (before == null) {
                throw new Refused(OpenAiWording.invalid("Previous response with id '" + previous + "' not found.",
                        "previous_response_id", "previous_response_not_found"));
            }
            prompt.text(before.history());
            called.addAll(before.openCalls());
        }
        prompt.text(request.text("instructions", ""));
        List<Ask.Tool> tools = tools();
        input();
        unanswered();
        Fields text = request.object("text");
        Fields format = text == null ? null : text.only("format", "verbosity").object("format");
        String kind = format == null ? "text" : format.text("type");
        if (kind.equals("json_object") && !mentionsJson) {
            throw new Refused(OpenAiWording.invalid("Response input messages must contain the word 'json' in some form"
                    + " to use 'text.format' of type 'json_object'.", "input", "invalid_value"));
        }
        JsonNode schema = null;
        if (format != null && kind.equals("json_schema")) {
            schema = format.only("type", "name", "schema", "strict", "description").needObject("schema").json();
            format.text("name");
            if (format.flag("strict", true)) {
                StrictSchema.check(schema, format.text("name"), "response_format");
            }
        }
        ask = new Ask(said, request.integer("max_output_tokens", Integer.MAX_VALUE, 16, Integer.MAX_VALUE), reasons,
                List.of(), !kind.equals("text"), schema, tools, choice(tools),
                request.flag("parallel_tool_calls", true));
    }

    private static Refused unsupported(String message, String field) {
        return new Refused(OpenAiWording.invalid(message, field, "unsupported_parameter"));
    }

    private List<Ask.Tool> tools() {
        List<Ask.Tool> tools = new ArrayList<>();
        for (Fields tool : request.objects("tools")) {
            String type = tool.text("type");
            prompt.json(tool.json());
            if (type.equals("function")) {
                tool.only("type", "name", "description", "parameters", "strict");
                tools.add(new ChatRequest.ToolList(ChatFlavor.OPENAI, new Prompt()).function(tool));
            } else if (!HOSTED.contains(type)) {
                throw tool.refused("type", "'" + type + "'. Supported values are: 'function', "
                        + String.join(", ", HOSTED));
            }
        }
        return tools;
    }

    private Ask.Choice choice(List<Ask.Tool> tools) {
        JsonNode choice = request.find("tool_choice");
        if (choice == null) {
            return new Ask.Choice.Free();
        }
        if (choice.isTextual()) {
            return switch (request.word("tool_choice", "auto", "auto", "none", "required")) {
                case "none" -> new Ask.Choice.None();
                case "required" -> new Ask.Choice.Any();
                default -> new Ask.Choice.Free();
            };
        }
        String name = request.needObject("tool_choice").text("name", "");
        if (!name.isEmpty() && tools.stream().noneMatch(tool -> tool.name().equals(name))) {
            throw request.refused("tool_choice", "Tool choice 'function' not found in 'tools' parameter");
        }
        return name.isEmpty() ? new Ask.Choice.Any() : new Ask.Choice.Named(name);
    }

    private void input() {
        JsonNode input = request.need("input");
        if (input.isTextual()) {
            prompt.message("user");
            prompt.text(input.textValue());
            said = input.textValue();
            mentionsJson = said.toLowerCase(Locale.ROOT).contains("json");
            return;
        }
        for (Fields item : request.objects("input")) {
            said = "";
            switch (item.text("type", "message")) {
                case "message" -> message(item);
                case "function_call" -> {
                    item.only("type", "id", "call_id", "name", "arguments", "status");
                    called.add(item.text("call_id"));
                    prompt.text(item.text("name"));
                    prompt.text(item.text("arguments"));
                }
                case "function_call_output" -> {
                    item.only("type", "id", "call_id", "output", "status");
                    String id = item.text("call_id");
                    if (!called.contains(id)) {
                        throw new Refused(OpenAiWording.invalid("No tool call found for function call output with"
                                + " call_id " + id + ".", "input", "invalid_value"));
                    }
                    answered.add(id);
                    prompt.json(item.need("output"));
                }
                case "reasoning" -> item.only("type", "id", "summary", "content", "encrypted_content", "status")
                        .text("id");
                case "item_reference" -> item.only("type", "id").text("id");
                default -> prompt.json(item.json());
            }
        }
    }

    private void message(Fields item) {
        item.only("type", "id", "role", "content", "status", "phase");
        String role = item.word("role", "", "user", "assistant", "system", "developer");
        item.need("role");
        prompt.message(role);
        JsonNode content = item.need("content");
        StringBuilder text = new StringBuilder();
        if (content.isTextual()) {
            prompt.text(content.textValue());
            text.append(content.textValue());
        } else {
            for (Fields part : item.objects("content")) {
                part(part, role, text);
            }
        }
        mentionsJson |= text.toString().toLowerCase(Locale.ROOT).contains("json");
        said = role.equals("user") ? text.toString() : "";
    }

    private void part(Fields part, String role, StringBuilder text) {
        String type = part.text("type");
        boolean output = type.equals("output_text") || type.equals("refusal");
        if (output != role.equals("assistant")) {
            throw part.refused("type", "'" + type + "'. Supported values are: " + (role.equals("assistant")
                    ? "'output_text' and 'refusal'"
                    : "'input_text', 'input_image', and 'input_file'"));
        }
        switch (type) {
            case "input_text", "output_text" -> {
                part.only("type", "text", "annotations", "logprobs");
                prompt.text(part.text("text"));
                text.append(text.isEmpty() ? "" : "\n").append(part.text("text"));
            }
            case "refusal" -> prompt.text(part.text("refusal"));
            case "input_image" -> {
                part.only("type", "image_url", "file_id", "detail");
                prompt.image(part.text("image_url", part.text("file_id", "")));
            }
            case "input_file" -> prompt.document(Json.text(part.json()));
            default -> throw part.refused("type", "'" + type
                    + "'. Supported values are: 'input_text', 'input_image', and 'input_file'");
        }
    }

    private void unanswered() {
        for (String id : called) {
            if (!answered.contains(id)) {
                throw new Refused(OpenAiWording.invalid("No tool output found for function call " + id + ".", "input",
                        "invalid_value"));
            }
        }
    }

    String model() {
        return model;
    }

    boolean streamed() {
        return request.flag("stream", false);
    }

    boolean stored() {
        return request.flag("store", true);
    }

    @Nullable
    String previous() {
        return previous;
    }

    Fields fields() {
        return request;
    }

    Prompt prompt() {
        return prompt;
    }

    Ask ask() {
        return ask;
    }
}
