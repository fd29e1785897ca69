package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** A chat completion request, read with the rules of the provider it was sent to. Immutable once read. */
final class ChatRequest {
    private static final Set<String> OPENAI = Set.of("model", "messages", "max_tokens", "max_completion_tokens",
            "temperature", "top_p", "n", "stop", "seed", "presence_penalty", "frequency_penalty", "logit_bias",
            "logprobs", "top_logprobs", "tools", "tool_choice", "parallel_tool_calls", "response_format", "stream",
            "stream_options", "reasoning_effort", "service_tier", "user", "metadata", "store", "modalities", "audio",
            "prediction", "web_search_options", "verbosity", "safety_identifier", "prompt_cache_key",
            "prompt_cache_retention", "functions", "function_call");
    private static final Set<String> AZURE = with(OPENAI, "data_sources", "user_security_context");
    private static final Set<String> MISTRAL = Set.of("model", "messages", "max_tokens", "temperature", "top_p", "n",
            "stop", "random_seed", "presence_penalty", "frequency_penalty", "tools", "tool_choice",
            "parallel_tool_calls", "response_format", "stream", "safe_prompt", "prediction", "prompt_mode", "metadata",
            "guardrails", "reasoning_effort", "prompt_cache_key");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");

    private final ChatFlavor flavor;
    private final Fields request;
    private final Prompt prompt = new Prompt();
    private final String model;
    private final boolean streamed;
    private final boolean usageChunk;
    private final int choices;
    private final Ask ask;

    ChatRequest(Simulation simulation, ChatFlavor flavor, byte[] body, @Nullable String deployment) {
        this.flavor = flavor;
        request = Fields.of(body, new OpenAiWording(flavor)).only(switch (flavor) {
            case AZURE -> AZURE;
            case MISTRAL -> MISTRAL;
            case OPENAI, DEEPSEEK, DASHSCOPE -> OPENAI;
        });
        model = deployment == null ? request.text("model") : deployment;
        if (!simulation.serves(model)) {
            throw new Refused(unknownModel(flavor, model));
        }
        streamed = request.flag("stream", false);
        Fields streaming = request.object("stream_options");
        if (streaming != null && !streamed) {
            throw request.refused("stream_options", "only allowed when 'stream' is enabled");
        }
        usageChunk = flavor == ChatFlavor.MISTRAL
                || (streaming != null && streaming.only("include_usage", "include_obfuscation")
                        .flag("include_usage", false));
        choices = request.integer("n", 1, 1, flavor == ChatFlavor.DASHSCOPE ? 4 : 128);
        sampling();
        List<Ask.Tool> tools = new ToolList(flavor, prompt).read(request);
        Ask.Choice choice = choice(tools);
        ChatTurns turns = new ChatTurns(simulation, flavor, prompt);
        turns.read(request);
        Fields format = request.object("response_format");
        String kind = format == null ? "text" : format.text("type");
        JsonNode schema = format == null ? null : schema(format, kind, turns.mentionsJson());
        ask = new Ask(turns.said(), most(), thinks(), stops(), !kind.equals("text"), schema, tools, choice,
                request.flag("parallel_tool_calls", true));
    }

    static Problem unknownModel(ChatFlavor flavor, String model) {
        return switch (flavor) {
            case MISTRAL -> new Problem(Problem.Kind.INVALID, "Invalid model: " + model, "model", "1500");
            case DEEPSEEK -> OpenAiWording.invalid("Model Not Exist", "model", "invalid_request_error");
            case AZURE -> new Problem(Problem.Kind.NOT_FOUND, "The API deployment for this resource does not exist. If"
                    + " you created the deployment within the last 5 minutes, please wait a moment and try again.",
                    null, "DeploymentNotFound");
            default -> new Problem(Problem.Kind.NOT_FOUND, "The model `" + model + "` does not exist or you do not have"
                    + " access to it.", null, "model_not_found");
        };
    }

    private void sampling() {
        boolean reasons = flavor.reasons(model) && (flavor == ChatFlavor.OPENAI || flavor == ChatFlavor.AZURE);
        if (reasons && request.has("max_tokens")) {
            throw new Refused(OpenAiWording.invalid("Unsupported parameter: 'max_tokens' is not supported with this"
                    + " model. Use 'max_completion_tokens' instead.", "max_tokens", "unsupported_parameter"));
        }
        if (request.has("max_tokens") && request.has("max_completion_tokens") && flavor == ChatFlavor.OPENAI) {
            throw request.refused("max_tokens", "cannot be set together with 'max_completion_tokens'");
        }
        for (String field : List.of("temperature", "top_p", "presence_penalty", "frequency_penalty")) {
            double usual = field.endsWith("penalty") ? 0 : 1;
            double most = switch (field) {
                case "temperature" -> flavor == ChatFlavor.MISTRAL ? 1.5 : 2;
                case "top_p" -> 1;
                default -> 2;
            };
            double value = request.number(field, usual, field.endsWith("penalty") ? -2 : 0, most);
            if (reasons && value != usual) {
                throw new Refused(OpenAiWording.invalid("Unsupported value: '" + field + "' does not support " + value
                        + " with this model. Only the default (" + (int) usual + ") value is supported.", field,
                        "unsupported_value"));
            }
        }
        if (reasons && (request.has("logprobs") || request.has("logit_bias") || request.has("stop"))) {
            String field = request.has("stop") ? "stop" : request.has("logprobs") ? "logprobs" : "logit_bias";
            throw new Refused(OpenAiWording.invalid("Unsupported parameter: '" + field
                    + "' is not supported with this model.", field, "unsupported_parameter"));
        }
        boolean official = flavor == ChatFlavor.OPENAI || flavor == ChatFlavor.AZURE;
        if (official && request.has("reasoning_effort") && !reasons) {
            throw new Refused(OpenAiWording.invalid("Unrecognized request argument supplied: reasoning_effort",
                    "reasoning_effort", "unsupported_parameter"));
        }
        request.word("reasoning_effort", "medium", "none", "minimal", "low", "medium", "high", "xhigh");
        request.integer("top_logprobs", 0, 0, 20);
        if (request.has("top_logprobs") && !request.flag("logprobs", false)) {
            throw request.refused("top_logprobs", "only allowed when 'logprobs' is enabled");
        }
        if (flavor == ChatFlavor.OPENAI && request.has("metadata") && !request.flag("store", false)) {
            throw new Refused(OpenAiWording.invalid("The 'metadata' parameter is only allowed when 'store' is enabled.",
                    "metadata", "invalid_value"));
        }
        if (flavor == ChatFlavor.DASHSCOPE && model.startsWith("qwen3") && !streamed && enablesThinking()) {
            throw new Refused(
                    Problem.invalid("parameter.enable_thinking must be set to false for non-streaming calls"));
        }
    }

    private boolean enablesThinking() {
        // Open-weight Qwen 3 thinks unless it is told not to; the commercial ones only when told to.
        return request.flag("enable_thinking", model.startsWith("qwen3"));
    }

    private boolean thinks() {
        return flavor.reasons(model) || (flavor == ChatFlavor.DASHSCOPE && enablesThinking())
                || (flavor == ChatFlavor.DEEPSEEK && request.has("thinking")
                        && request.needObject("thinking").text("type").equals("enabled"));
    }

    private int most() {
        String field = request.has("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
        return request.integer(field, Integer.MAX_VALUE, 1, flavor == ChatFlavor.DEEPSEEK ? 65_536 : 1_000_000);
    }

    private List<String> stops() {
        JsonNode stop = request.find("stop");
        if (stop == null) {
            return List.of();
        }
        List<String> stops = stop.isTextual() ? List.of(stop.textValue()) : request.texts("stop");
        int most = flavor == ChatFlavor.DEEPSEEK ? 16 : 4;
        if (stops.size() > most && flavor != ChatFlavor.MISTRAL && flavor != ChatFlavor.DASHSCOPE) {
            throw new Refused(OpenAiWording.invalid("Invalid 'stop': array too long. Expected an array with maximum"
                    + " length " + most + ", but got an array with length " + stops.size() + " instead.", "stop",
                    "array_above_max_length"));
        }
        return stops;
    }

    private Ask.Choice choice(List<Ask.Tool> tools) {
        JsonNode choice = request.find("tool_choice");
        if ((choice != null || request.has("parallel_tool_calls")) && tools.isEmpty()
                && (flavor == ChatFlavor.OPENAI || flavor == ChatFlavor.AZURE)) {
            String field = choice != null ? "tool_choice" : "parallel_tool_calls";
            throw request.refused(field, "'" + field + "' is only allowed when 'tools' are specified");
        }
        if (choice == null) {
            return new Ask.Choice.Free();
        }
        if (choice.isTextual()) {
            return switch (request.word("tool_choice", "auto", flavor == ChatFlavor.MISTRAL
                    ? new String[]{"auto", "none", "any", "required"}
                    : new String[]{"auto", "none", "required"})) {
                case "none" -> new Ask.Choice.None();
                case "any", "required" -> new Ask.Choice.Any();
                default -> new Ask.Choice.Free();
            };
        }
        Fields named = request.needObject("tool_choice").only("type", "function", "allowed_tools", "custom");
        String name = named.needObject("function").only("name").text("name");
        if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
            throw request.refused("tool_choice", "Tool choice '" + name + "' not found in 'tools' parameter");
        }
        return new Ask.Choice.Named(name);
    }

    private @Nullable JsonNode schema(Fields format, String kind, boolean mentionsJson) {
        format.only("type", "json_schema").word("type", "text", "text", "json_object", "json_schema");
        if (kind.equals("json_object") && !mentionsJson && flavor != ChatFlavor.MISTRAL) {
            throw new Refused(OpenAiWording.invalid("'messages' must contain the word 'json' in some form, to use"
                    + " 'response_format' of type 'json_object'.", "messages", "invalid_value"));
        }
        if (!kind.equals("json_schema")) {
            return null;
        }
        if (flavor == ChatFlavor.DEEPSEEK) {
            throw new Refused(Problem.invalid("This response_format type is unavailable now"));
        }
        Fields named = format.needObject("json_schema");
        named.only("name", "schema", "strict", "description", "schema_definition");
        if (!NAME.matcher(named.text("name")).matches()) {
            throw named.refused("name", "does not match pattern '^[a-zA-Z0-9_-]+$'");
        }
        Fields schema = named.needObject("schema");
        if (named.flag("strict", false)) {
            StrictSchema.check(schema.json(), named.text("name"), "response_format");
        }
        return schema.json();
    }

    private static Set<String> with(Set<String> known, String... more) {
        Set<String> all = new HashSet<>(known);
        all.addAll(List.of(more));
        return Set.copyOf(all);
    }

    /** Reads {@code tools}, in chat's form and in that of responses. */
    record ToolList(ChatFlavor flavor, Prompt prompt) {
        private static final int MOST = 128;

        List<Ask.Tool> read(Fields request) {
            List<Ask.Tool> tools = new ArrayList<>();
            List<Fields> listed = request.objects("tools");
            if (listed.size() > MOST) {
                throw request.refused("tools", "array too long. Expected an array with maximum length " + MOST
                        + ", but got an array with length " + listed.size() + " instead");
            }
            if (request.has("tools") && listed.isEmpty() && flavor != ChatFlavor.MISTRAL) {
                throw new Refused(OpenAiWording.invalid("Invalid 'tools': empty array. Expected an array with minimum"
                        + " length 1, but got an empty array instead.", "tools", "empty_array"));
            }
            for (Fields tool : listed) {
                prompt.json(tool.json());
                tool.only("type", "function", "custom").word("type", "function", "function", "custom");
                tool.need("type");
                tools.add(function(tool.needObject("function").only("name", "description", "parameters", "strict")));
            }
            return tools;
        }

        Ask.Tool function(Fields function) {
            String name = function.text("name");
            if (!NAME.matcher(name).matches()) {
                throw new Refused(OpenAiWording.invalid("Invalid '" + function.path() + ".name': string does not match"
                        + " pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
                        function.path() + ".name", "invalid_value"));
            }
            Fields parameters = function.object("parameters");
            if (parameters != null && !parameters.text("type", "object").equals("object")) {
                throw new Refused(OpenAiWording.invalid("Invalid schema for function '" + name
                        + "': schema must be a JSON Schema of 'type: \"object\"', got 'type: \""
                        + parameters.text("type") + "\"'.", function.path() + ".parameters",
                        "invalid_function_parameters"));
            }
            if (function.flag("strict", false) && parameters != null) {
                StrictSchema.check(parameters.json(), name, "function");
            }
            return new Ask.Tool(name, parameters == null ? null : parameters.json());
        }
    }

    String model() {
        return model;
    }

    ChatFlavor flavor() {
        return flavor;
    }

    boolean streamed() {
        return streamed;
    }

    /** Whether a stream ends with a report of usage. */
    boolean usageChunk() {
        return usageChunk;
    }

    int choices() {
        return choices;
    }

    Prompt prompt() {
        return prompt;
    }

    Ask ask() {
        return ask;
    }
}
