package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** A generateContent request, read as Google reads it. Immutable once read. */
final class GeminiRequest {
    private static final Set<String> FIELDS = Set.of("model", "contents", "systemInstruction", "tools", "toolConfig",
            "generationConfig", "safetySettings", "cachedContent", "store", "serviceTier");
    private static final Set<String> CONFIG = Set.of("temperature", "topP", "topK", "maxOutputTokens", "stopSequences",
            "responseMimeType", "responseSchema", "responseJsonSchema", "candidateCount", "presencePenalty",
            "frequencyPenalty", "seed", "responseLogprobs", "logprobs", "thinkingConfig", "responseModalities",
            "speechConfig", "mediaResolution", "enableEnhancedCivicAnswers", "imageConfig");
    private static final Set<String> BUILT_IN = Set.of("googleSearch", "googleSearchRetrieval", "codeExecution",
            "urlContext", "computerUse", "fileSearch", "googleMaps", "retrieval", "enterpriseWebSearch");
    private static final Pattern FUNCTION = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}");

    private final Prompt prompt = new Prompt();
    private final boolean showsThoughts;
    private final int candidates;
    private final Ask ask;

    GeminiRequest(Simulation simulation, String model, Fields request) {
        boolean vertex = simulation.kind() == ProviderKind.VERTEX;
        request.only(with(FIELDS, vertex, "labels", "modelArmorConfig"));
        Fields config = request.object("generationConfig");
        if (config != null) {
            config.only(with(CONFIG, vertex, "audioTimestamp", "routingConfig", "modelSelectionConfig"));
        }
        List<Ask.Tool> tools = tools(request);
        GeminiTurns turns = new GeminiTurns(simulation, prompt, model);
        Fields system = request.object("systemInstruction");
        if (system != null) {
            turns.system(system);
        }
        turns.read(request);
        safety(request);
        JsonNode schema = config == null ? null : schema(config);
        String type = config == null
                ? "text/plain"
                : config.word("responseMimeType", "text/plain", "text/plain",
                        "application/json", "text/x.enum");
        if (schema != null && type.equals("text/plain")) {
            throw Refused.invalid("* GenerateContentRequest.generation_config.response_schema: response schema is only"
                    + " supported with response_mime_type: application/json");
        }
        candidates = config == null ? 1 : config.integer("candidateCount", 1, 1, 8);
        boolean thinks = true;
        boolean shows = false;
        Fields thinking = config == null ? null : config.object("thinkingConfig");
        if (thinking != null) {
            thinking.only("includeThoughts", "thinkingBudget", "thinkingLevel");
            if (thinking.has("thinkingBudget") && thinking.has("thinkingLevel")) {
                throw Refused.invalid("You can only set only one of thinking budget and thinking level.");
            }
            if (thinking.has("thinkingLevel") && !model.startsWith("gemini-3")) {
                throw Refused.invalid("Thinking level is not supported for this model.");
            }
            thinking.word("thinkingLevel", "HIGH", "LOW", "HIGH", "MEDIUM", "MINIMAL", "low", "high", "medium",
                    "minimal");
            int budget = thinking.integer("thinkingBudget", -1, -1, 32_768);
            shows = thinking.flag("includeThoughts", false);
            thinks = budget != 0;
            if (!thinks && shows) {
                throw Refused.invalid("Unable to include thoughts when thinking is disabled: set thinking_budget above"
                        + " 0.");
            }
        }
        showsThoughts = shows;
        ask = new Ask(turns.said(), config == null ? Integer.MAX_VALUE : sampling(config), thinks && thinking != null,
                config == null ? List.of() : stops(config), !type.equals("text/plain"), schema, tools,
                choice(request, tools), true);
    }

    private static Set<String> with(Set<String> fields, boolean more, String... names) {
        if (!more) {
            return fields;
        }
        Set<String> all = new HashSet<>(fields);
        all.addAll(List.of(names));
        return all;
    }

    private static int sampling(Fields config) {
        config.number("temperature", 1, 0, 2);
        config.number("topP", 1, 0, 1);
        config.number("topK", 1, 0, 1_000_000);
        config.number("presencePenalty", 0, -2, 2);
        config.number("frequencyPenalty", 0, -2, 2);
        config.integer("seed", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
        return config.integer("maxOutputTokens", Integer.MAX_VALUE, 1, 65_536);
    }

    private static List<String> stops(Fields config) {
        List<String> stops = config.texts("stopSequences");
        if (stops.size() > 5) {
            throw Refused.invalid("* GenerateContentRequest.generation_config.stop_sequences: the number of stop"
                    + " sequences must be at most 5");
        }
        return stops;
    }

    private static @Nullable JsonNode schema(Fields config) {
        if (config.has("responseSchema") && config.has("responseJsonSchema")) {
            throw Refused.invalid("Only one of response_schema and response_json_schema may be set.");
        }
        Fields schema = config.object("responseSchema");
        if (schema != null) {
            GeminiSchema.check(schema);
            return schema.json();
        }
        return config.find("responseJsonSchema");
    }

    private List<Ask.Tool> tools(Fields request) {
        List<Ask.Tool> tools = new ArrayList<>();
        Set<String> names = new HashSet<>();
        boolean builtIn = false;
        for (Fields tool : request.objects("tools")) {
            tool.only(with(BUILT_IN, true, "functionDeclarations"));
            builtIn |= BUILT_IN.stream().anyMatch(tool::has);
            prompt.json(tool.json());
            for (Fields function : tool.objects("functionDeclarations")) {
                tools.add(function(function, names));
            }
        }
        if (builtIn && !tools.isEmpty()) {
            throw Refused.invalid("Built-in tools and Function Calling cannot be combined in the same request.");
        }
        return tools;
    }

    private static Ask.Tool function(Fields function, Set<String> names) {
        function.only("name", "description", "parameters", "parametersJsonSchema", "response", "responseJsonSchema",
                "behavior");
        String name = function.text("name");
        if (!FUNCTION.matcher(name).matches()) {
            throw function.refused("name", "Invalid function name. Must start with a letter or an underscore. Must be"
                    + " alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a"
                    + " maximum length of 64.");
        }
        if (!names.add(name)) {
            throw Refused.invalid("Duplicate function declaration found: " + name);
        }
        if (function.has("parameters") && function.has("parametersJsonSchema")) {
            throw function.refused("parameters", "only one of parameters and parameters_json_schema may be set");
        }
        Fields parameters = function.object("parameters");
        if (parameters != null) {
            GeminiSchema.check(parameters);
            if (!parameters.text("type", "OBJECT").equalsIgnoreCase("OBJECT")) {
                throw parameters.refused("type", "parameters must be of type OBJECT");
            }
            return new Ask.Tool(name, parameters.json());
        }
        return new Ask.Tool(name, function.find("parametersJsonSchema"));
    }

    private static Ask.Choice choice(Fields request, List<Ask.Tool> tools) {
        Fields config = request.object("toolConfig");
        Fields calling = config == null
                ? null
                : config.only("functionCallingConfig", "retrievalConfig").object("functionCallingConfig");
        if (calling == null) {
            return new Ask.Choice.Free();
        }
        String mode = calling.only("mode", "allowedFunctionNames", "streamFunctionCallArguments").word("mode", "AUTO",
                "AUTO", "ANY", "NONE", "VALIDATED", "MODE_UNSPECIFIED");
        List<String> allowed = calling.texts("allowedFunctionNames");
        if (!allowed.isEmpty() && !mode.equals("ANY") && !mode.equals("VALIDATED")) {
            throw Refused.invalid("Allowed function names can only be set when function calling mode is ANY.");
        }
        for (String name : allowed) {
            if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
                throw Refused.invalid("allowed_function_names: the function " + name + " is not declared.");
            }
        }
        return switch (mode) {
            case "NONE" -> new Ask.Choice.None();
            case "ANY" -> allowed.size() == 1 ? new Ask.Choice.Named(allowed.getFirst()) : new Ask.Choice.Any();
            default -> new Ask.Choice.Free();
        };
    }

    private static void safety(Fields request) {
        for (Fields setting : request.objects("safetySettings")) {
            setting.only("category", "threshold", "method");
            if (!setting.text("category").startsWith("HARM_CATEGORY_")) {
                throw setting.refused("category", "invalid value");
            }
            setting.word("threshold", "", "BLOCK_NONE", "BLOCK_ONLY_HIGH", "BLOCK_MEDIUM_AND_ABOVE",
                    "BLOCK_LOW_AND_ABOVE", "OFF", "HARM_BLOCK_THRESHOLD_UNSPECIFIED");
        }
    }

    boolean showsThoughts() {
        return showsThoughts;
    }

    int candidates() {
        return candidates;
    }

    Prompt prompt() {
        return prompt;
    }

    Ask ask() {
        return ask;
    }
}
