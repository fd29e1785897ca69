package org.gatehouse.simulated;

import java.io.IOException;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads the request fields that the text surfaces have in common. */
final class SharedFields {
    private static final int MOST_CHOICES = 128;

    private SharedFields() {}

    /** Reads the field at the reader's place; one that says nothing to the simulation is skipped. */
    static void read(JsonReader json, String name, GenerationRequest request) throws IOException, Refused {
        switch (name) {
            case "model" -> request.model = json.isNull() ? "" : json.text(name);
            case "stream" -> request.stream = json.flag(name);
            case "stream_options" -> streamOptions(json, request);
            // max_completion_tokens wins over the older max_tokens, wherever it stands.
            case "max_tokens" -> request.maxTokens = request.maxTokens < 0 ? limit(json, name) : request.maxTokens;
            case "n" -> request.choices = bounded(name, json.integer(name, 1), 1, MOST_CHOICES);
            case "min_tokens" -> request.minTokens = json.integer(name, 0);
            case "ignore_eos" -> request.ignoreEndOfText = json.flag(name);
            case "reasoning_effort" -> request.reasoning = json.isNull() ? -1 : reasoning(json.text(name));
            case "cache_salt" -> {
                request.cacheSaltText = json.isNull() ? "" : json.text(name);
                request.cacheSalt = json.isNull() ? 0 : request.cacheSaltText.hashCode() * 0x9E3779B9L;
            }
            case "priority" -> request.priority = json.isNull() ? null : json.integer(name, 0);
            case "temperature" -> temperature(json);
            default -> json.skip();
        }
    }

    /** Refuses what only makes sense together and came alone, as strict servers do. */
    static void check(GenerationRequest request) throws Refused {
        if (request.hasStreamOptions && !request.stream) {
            throw new Refused(Problem.badRequest("Stream options can only be defined when `stream=True`.",
                    "stream_options"));
        }
        if (request.topLogprobs > 0 && !request.logprobs) {
            throw new Refused(Problem.badRequest("when using `top_logprobs`, `logprobs` must be set to true.",
                    "top_logprobs"));
        }
        boolean forced = request.toolChoice.equals("required") || request.toolChoice.equals("named");
        if (forced && request.tools.isEmpty()) {
            throw new Refused(Problem.badRequest("When using `tool_choice`, `tools` must be set.", "tool_choice"));
        }
        if (request.namedTool != null
                && request.tools.stream().noneMatch(tool -> tool.name().equals(request.namedTool))) {
            throw new Refused(Problem.badRequest("The tool named in `tool_choice` is not among `tools`.",
                    "tool_choice"));
        }
    }

    private static void temperature(JsonReader json) throws IOException, Refused {
        JsonNode value = json.tree();
        if (!value.isNull() && !value.isNumber()) {
            throw new Refused(Problem.wrongType("temperature", "number"));
        }
        if (value.asDouble() < 0 || value.asDouble() > 2) {
            throw new Refused(Problem.badRequest("temperature must be between 0 and 2, got " + value + ".",
                    "temperature"));
        }
    }

    /** A limit on output tokens; negative when it is null. */
    static int limit(JsonReader json, String name) throws IOException, Refused {
        if (json.isNull()) {
            return -1;
        }
        int tokens = json.integer(name, -1);
        if (tokens < 1) {
            throw new Refused(Problem.badRequest(name + " must be at least 1, got " + tokens + ".", name));
        }
        return tokens;
    }

    static int bounded(String name, int value, int low, int high) throws Refused {
        if (value < low || value > high) {
            throw new Refused(Problem.badRequest(name + " must be between " + low + " and " + high + ", got " + value
                    + ".", name));
        }
        return value;
    }

    /** What an effort is worth in reasoning tokens. */
    static int reasoning(String effort) throws Refused {
        return switch (effort) {
            case "none" -> 0;
            case "minimal" -> 4;
            case "low" -> 8;
            case "medium" -> 16;
            case "high", "xhigh", "max" -> 32;
            default -> throw new Refused(Problem.badRequest("Unknown reasoning effort `" + effort
                    + "`. Use none, minimal, low, medium or high.", "reasoning_effort"));
        };
    }

    private static void streamOptions(JsonReader json, GenerationRequest request) throws IOException, Refused {
        if (json.isNull()) {
            return;
        }
        json.needObject("stream_options");
        request.hasStreamOptions = true;
        for (String name = json.field(); name != null; name = json.field()) {
            switch (name) {
                case "include_usage" -> request.includeUsage = json.flag("stream_options.include_usage");
                case "continuous_usage_stats" -> request.continuousUsage = json
                        .flag("stream_options.continuous_usage_stats");
                default -> json.skip();
            }
        }
    }

    /** Reads tool definitions: chat nests the function, the responses surface does not. */
    static void tools(JsonReader json, GenerationRequest request) throws IOException, Refused {
        if (json.isNull()) {
            return;
        }
        json.needArray("tools");
        JsonNode tools = json.tree();
        request.toolTokens = tools.isEmpty() ? 0 : Tokenizer.count(tools.toString());
        for (JsonNode tool : tools) {
            JsonNode function = tool.has("function") ? tool.get("function") : tool;
            if (tool.path("type").asText("function").equals("function")) {
                if (!function.path("name").isTextual()) {
                    throw new Refused(Problem.missing("tools.function.name"));
                }
                request.tools.add(new ToolSpec(function.get("name").asText(), function.path("parameters")));
            }
        }
    }

    static void toolChoice(JsonReader json, GenerationRequest request) throws IOException, Refused {
        if (json.isNull()) {
            return;
        }
        JsonNode choice = json.tree();
        if (choice.isTextual()) {
            request.toolChoice = switch (choice.asText()) {
                case "auto", "none", "required" -> choice.asText();
                default -> throw new Refused(Problem.badRequest("Unknown tool_choice `" + choice.asText()
                        + "`. Use auto, none, required or a named function.", "tool_choice"));
            };
        } else {
            JsonNode name = choice.path("function").has("name")
                    ? choice.path("function").get("name")
                    : choice.path("name");
            if (!name.isTextual()) {
                throw new Refused(Problem.missing("tool_choice.function.name"));
            }
            request.toolChoice = "named";
            request.namedTool = name.asText();
        }
    }
}
