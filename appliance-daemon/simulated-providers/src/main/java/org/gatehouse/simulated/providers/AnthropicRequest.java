package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A Messages request, read with all of Anthropic's rules. Immutable once read. */
final class AnthropicRequest {
    private static final AnthropicWording WORDING = new AnthropicWording();
    private static final Set<String> FIELDS = Set.of("model", "max_tokens", "messages", "system", "stop_sequences",
            "stream", "temperature", "top_p", "top_k", "tools", "tool_choice", "thinking", "metadata", "service_tier",
            "container", "output_config", "output_format", "cache_control", "inference_geo", "speed", "mcp_servers",
            "context_management");
    private static final Set<String> COUNTED = Set.of("model", "messages", "system", "tools", "tool_choice", "thinking",
            "output_config", "output_format", "cache_control", "mcp_servers", "context_management", "speed");
    private static final Pattern TOOL_NAME = Pattern.compile("[a-zA-Z0-9_-]{1,128}");
    private static final Pattern SERVER_TOOL = Pattern.compile(
            "(web_search|web_fetch|code_execution|bash|text_editor|computer|memory|tool_search_tool_(regex|bm25))_\\d{8}");
    private static final int MOST_TOKENS = 64_000;
    private static final int LEAST_THINKING = 1_024;
    private static final int MOST_BREAKPOINTS = 4;

    private final Simulation simulation;
    private final Prompt prompt = new Prompt();
    private final String model;
    private final boolean streamed;
    private final boolean thinks;
    private final Ask ask;

    AnthropicRequest(Simulation simulation, byte[] body, boolean counting) {
        this.simulation = simulation;
        Fields request = Fields.of(body, WORDING).only(counting ? COUNTED : FIELDS);
        model = request.text("model");
        int most = counting ? Integer.MAX_VALUE : maxTokens(request);
        request.need("messages");
        if (!simulation.serves(model)) {
            throw new Refused(Problem.notFound("model: " + model));
        }
        streamed = request.flag("stream", false);
        thinks = thinking(request, most, counting);
        sampling(request);
        List<Ask.Tool> tools = tools(request);
        Ask.Choice choice = choice(request, tools);
        system(request);
        AnthropicTurns turns = new AnthropicTurns(simulation, prompt, thinks);
        turns.read(request);
        breakpoints(request);
        ObjectNode format = format(request);
        Fields toolChoice = request.object("tool_choice");
        ask = new Ask(turns.said(), most, thinks, request.texts("stop_sequences"), format != null,
                format == null ? null : format.get("schema"), tools, choice,
                toolChoice == null || !toolChoice.flag("disable_parallel_tool_use", false));
    }

    private static int maxTokens(Fields request) {
        request.need("max_tokens");
        int most = request.integer("max_tokens", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
        if (most < 1) {
            throw request.refused("max_tokens", "must be greater than or equal to 1");
        }
        if (most > MOST_TOKENS) {
            throw request.refused("max_tokens", most + " > " + MOST_TOKENS
                    + ", which is the maximum allowed number of output tokens for " + request.text("model"));
        }
        return most;
    }

    private static boolean thinking(Fields request, int most, boolean counting) {
        Fields thinking = request.object("thinking");
        if (thinking == null) {
            return false;
        }
        String type = thinking.text("type");
        switch (type) {
            case "disabled" -> {
                thinking.only("type");
                return false;
            }
            case "adaptive" -> thinking.only("type", "display");
            case "enabled" -> {
                thinking.only("type", "budget_tokens", "display");
                thinking.need("budget_tokens");
                int budget = thinking.integer("budget_tokens", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
                if (budget < LEAST_THINKING) {
                    throw Refused.invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to "
                            + LEAST_THINKING);
                }
                if (!counting && budget >= most) {
                    throw Refused.invalid("`max_tokens` must be greater than `thinking.budget_tokens`. Please consult"
                            + " our documentation on extended thinking.");
                }
            }
            default -> throw Refused.invalid("thinking: Input tag '" + type + "' found using 'type' does not match any"
                    + " of the expected tags: 'adaptive', 'disabled', 'enabled'");
        }
        if (request.number("temperature", 1, 0, 1) != 1) {
            throw Refused.invalid("`temperature` may only be set to 1 when thinking is enabled.");
        }
        if (request.has("top_k")) {
            throw Refused.invalid("`top_k` must be unset when thinking is enabled.");
        }
        if (request.number("top_p", 1, 0, 1) < 0.95) {
            throw Refused.invalid("`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.");
        }
        return true;
    }

    private void sampling(Fields request) {
        request.number("temperature", 1, 0, 1);
        request.number("top_p", 1, 0, 1);
        request.integer("top_k", 0, 0, Integer.MAX_VALUE);
        if (request.has("temperature") && request.has("top_p") && model.matches("claude-(opus-4-[1-9]|(sonnet|haiku)"
                + "-4-[5-9]).*")) {
            throw Refused.invalid("`temperature` and `top_p` cannot both be specified for this model. Please use only"
                    + " one.");
        }
        request.word("service_tier", "auto", "auto", "standard_only");
        Fields metadata = request.object("metadata");
        if (metadata != null && metadata.only("user_id").text("user_id", "").length() > 256) {
            throw metadata.refused("user_id", "String should have at most 256 characters");
        }
        for (String stop : request.texts("stop_sequences")) {
            if (stop.isBlank()) {
                throw request.refused("stop_sequences", "each stop sequence must contain non-whitespace");
            }
        }
    }

    private List<Ask.Tool> tools(Fields request) {
        List<Ask.Tool> tools = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Fields tool : request.objects("tools")) {
            String name = tool.text("name");
            if (!TOOL_NAME.matcher(name).matches()) {
                throw tool.refused("name", "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'");
            }
            if (!names.add(name)) {
                throw Refused.invalid("tools: Tool names must be unique.");
            }
            prompt.json(tool.json());
            cacheControl(tool);
            String type = tool.text("type", "custom");
            if (type.equals("custom")) {
                tool.only("name", "description", "input_schema", "type", "cache_control", "strict", "defer_loading",
                        "allowed_callers", "input_examples", "eager_input_streaming");
                Fields schema = tool.needObject("input_schema");
                if (!schema.text("type").equals("object")) {
                    throw schema.refused("type", "Input should be 'object'");
                }
                tool.text("description", "");
                tools.add(new Ask.Tool(name, schema.json()));
            } else if (!SERVER_TOOL.matcher(type).matches()) {
                throw tool.refused("Input tag '" + type + "' found using 'type' does not match any of the expected"
                        + " tags");
            }
        }
        return tools;
    }

    private Ask.Choice choice(Fields request, List<Ask.Tool> tools) {
        Fields choice = request.object("tool_choice");
        if (choice == null) {
            return new Ask.Choice.Free();
        }
        if (request.objects("tools").isEmpty()) {
            throw Refused.invalid("tool_choice may only be specified while providing tools");
        }
        String type = choice.text("type");
        if (thinks && (type.equals("any") || type.equals("tool"))) {
            throw Refused.invalid("Thinking may not be enabled when tool_choice forces tool use.");
        }
        switch (type) {
            case "auto", "any" -> choice.only("type", "disable_parallel_tool_use");
            case "tool" -> choice.only("type", "name", "disable_parallel_tool_use");
            case "none" -> choice.only("type");
            default -> throw choice.refused("Input tag '" + type + "' found using 'type' does not match any of the"
                    + " expected tags: 'any', 'auto', 'none', 'tool'");
        }
        return switch (type) {
            case "any" -> new Ask.Choice.Any();
            case "none" -> new Ask.Choice.None();
            case "tool" -> named(choice.text("name"), tools);
            default -> new Ask.Choice.Free();
        };
    }

    private static Ask.Choice named(String name, List<Ask.Tool> tools) {
        if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
            throw Refused.invalid("Tool '" + name + "' not found in provided tools");
        }
        return new Ask.Choice.Named(name);
    }

    private void system(Fields request) {
        JsonNode system = request.find("system");
        if (system == null) {
            return;
        }
        if (system.isTextual()) {
            prompt.text(system.textValue());
            return;
        }
        for (Fields block : request.objects("system")) {
            block.only("type", "text", "cache_control", "citations").word("type", "text", "text");
            AnthropicTurns.filled(block, "system");
            prompt.text(block.text("text"));
            cacheControl(block);
        }
    }

    private void cacheControl(Fields block) {
        AnthropicTurns.cacheControl(block, prompt);
    }

    private void breakpoints(Fields request) {
        cacheControl(request);
        if (prompt.breakpoints().size() > MOST_BREAKPOINTS) {
            throw Refused.invalid("A maximum of " + MOST_BREAKPOINTS + " blocks with cache_control may be provided."
                    + " Found " + prompt.breakpoints().size() + ".");
        }
    }

    private static @org.jspecify.annotations.Nullable ObjectNode format(Fields request) {
        Fields config = request.object("output_config");
        Fields format = request.object("output_format");
        if (config != null) {
            config.only("effort", "format", "task_budget").word("effort", "high", "low", "medium", "high", "xhigh",
                    "max");
            format = config.has("format") ? config.object("format") : format;
        }
        if (format == null) {
            return null;
        }
        format.only("type", "schema").word("type", "json_schema", "json_schema");
        strict(format.needObject("schema"));
        return format.json();
    }

    /** Structured outputs take closed objects only. */
    private static void strict(Fields schema) {
        if (schema.text("type", "").equals("object") && (!schema.has("additionalProperties")
                || schema.flag("additionalProperties", true))) {
            throw Refused.invalid("output_format.schema: For 'object' type, 'additionalProperties' must be explicitly"
                    + " set to false");
        }
    }

    String model() {
        return model;
    }

    boolean streamed() {
        return streamed;
    }

    /** Whether thoughts are to be shown. */
    boolean thinks() {
        return thinks;
    }

    Prompt prompt() {
        return prompt;
    }

    Ask ask() {
        return ask;
    }

    PromptCache.Use cacheUse() {
        int cached = ask.directive().count("cached", -1);
        return cached >= 0
                ? new PromptCache.Use(Math.min(cached, prompt.tokens()), 0, 0)
                : simulation.cache().use(prompt.breakpoints());
    }
}
