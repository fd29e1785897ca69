package org.gatehouse.gateway.protocol.converse;

import java.util.LinkedHashSet;
import java.util.Set;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning.Effort;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/** Writes a request for Bedrock. Made for one request. */
final class ConverseRequestWriter {
    // Anthropic's least, and steps that leave room for an answer.
    private static final long LEAST_BUDGET = 1_024;
    private static final long MEDIUM_BUDGET = 8_192;
    private static final long HIGH_BUDGET = 24_576;

    private final ChatRequest request;
    private final Terms terms;
    private final Losses losses;
    private final ObjectNode body = JsonTrees.object();
    private final ObjectNode additional = JsonTrees.object();

    ConverseRequestWriter(ChatRequest request, Terms terms, Losses losses) {
        this.request = request;
        this.terms = terms;
        this.losses = losses;
    }

    ObjectNode write() throws UntranslatableException {
        if (request.choices() > 1) {
            throw new UntranslatableException(null,
                    "Bedrock gives one answer a call, not " + request.choices() + ". Ask for one.");
        }
        system();
        body.set("messages", new MessagesWriter(terms, losses).write(request.turns()));
        tools();
        boolean thinking = reasoning(request.reasoning());
        inference(thinking);
        format();
        if (!additional.isEmpty()) {
            body.set("additionalModelRequestFields", additional);
        }
        losses.dropped(request.foreign().keySet().stream().sorted().toList());
        if (request.endUser() != null) {
            losses.say("user dropped: not known to this provider");
        }
        return body;
    }

    private static String shown(String name) {
        return name.length() <= 64 ? name : name.substring(0, 64) + "…";
    }

    private void system() {
        ArrayNode system = body.arrayNode();
        for (Block.Text text : request.system()) {
            if (!text.text().isBlank()) {
                system.addObject().put("text", text.text());
                MessagesWriter.mark(text, system);
            }
        }
        if (!system.isEmpty()) {
            body.set("system", system);
        }
    }

    private void tools() throws UntranslatableException {
        ArrayNode tools = body.arrayNode();
        Set<String> told = new LinkedHashSet<>();
        for (Tool tool : request.tools()) {
            switch (tool) {
                case Tool.Native own -> losses.dropped(Set.of("tool " + own.name()));
                case Tool.Function function -> {
                    if (!function.name().matches("[a-zA-Z0-9_-]{1,64}")) {
                        throw new UntranslatableException("tools", "Bedrock does not take '" + shown(function.name())
                                + "' for the name of a tool. Use at most 64 letters, digits, underscores and dashes.");
                    }
                    told.add(function.name());
                    ObjectNode spec = tools.addObject().putObject("toolSpec").put("name", function.name());
                    if (function.description() != null && !function.description().isBlank()) {
                        spec.put("description", function.description());
                    }
                    spec.putObject("inputSchema").set("json", function.schema() == null
                            ? JsonTrees.object().put("type", "object")
                            : function.schema());
                    if (function.cache() != null) {
                        MessagesWriter.cachePoint(function.cache(), tools);
                    }
                }
            }
        }
        Set<String> used = new LinkedHashSet<>();
        for (ChatRequest.Turn turn : request.turns()) {
            for (Block block : turn.blocks()) {
                if (block instanceof Block.ToolCall call) {
                    used.add(call.name());
                }
            }
        }
        ToolChoice choice = request.toolChoice();
        boolean none = choice instanceof ToolChoice.None;
        if (tools.isEmpty() || none) {
            if (used.isEmpty()) {
                return;
            }
            if (none) {
                losses.say("tool_choice none dropped: not known to this provider");
            }
            // A conversation with calls in it is refused without tools.
            used.removeAll(told);
            for (String name : used) {
                tools.addObject().putObject("toolSpec").put("name", name).putObject("inputSchema").putObject("json")
                        .put("type", "object");
            }
        }
        ObjectNode config = body.putObject("toolConfig");
        config.set("tools", tools);
        switch (choice) {
            case null -> {
            }
            case ToolChoice.None _ -> {
            }
            case ToolChoice.Auto _ -> config.putObject("toolChoice").putObject("auto");
            case ToolChoice.Required _ -> config.putObject("toolChoice").putObject("any");
            case ToolChoice.Named named -> config.putObject("toolChoice").putObject("tool").put("name", named.tool());
        }
        if (Boolean.FALSE.equals(request.parallelTools())) {
            losses.say("the wish for one tool call at a time dropped: not known to this provider");
        }
    }

    private @Nullable Long cap() {
        Long wanted = request.maxOutputTokens();
        Long limit = terms.outputCap();
        return wanted == null ? limit : limit == null ? wanted : Long.valueOf(Math.min(wanted, limit));
    }

    private void inference(boolean thinking) {
        ObjectNode inference = body.objectNode();
        Long cap = cap();
        if (cap != null || thinking) {
            // A budget for thoughts has to be smaller than the cap, so there has to be one.
            inference.put("maxTokens", cap == null ? terms.usualOutput() : cap);
        }
        ChatRequest.Sampling sampling = request.sampling();
        Double temperature = sampling.temperature();
        if (temperature != null && thinking && isClaude()) {
            losses.say("temperature dropped: not free while the model thinks");
        } else if (temperature != null) {
            double most = Math.min(1, terms.highestTemperature());
            if (temperature > most) {
                losses.say("temperature lowered to " + most);
            }
            inference.put("temperature", Math.min(temperature, most));
        }
        if (sampling.topP() != null) {
            inference.put("topP", sampling.topP());
        }
        if (!request.stop().isEmpty()) {
            ArrayNode stop = inference.putArray("stopSequences");
            request.stop().forEach(stop::add);
        }
        if (!inference.isEmpty()) {
            body.set("inferenceConfig", inference);
        }
        if (sampling.topK() != null) {
            if (thinking && isClaude()) {
                losses.say("top_k dropped: not free while the model thinks");
            } else if (terms.model().contains("amazon.nova")) {
                additional.putObject("inferenceConfig").put("topK", sampling.topK());
            } else {
                additional.put("top_k", sampling.topK());
            }
        }
        said("frequency_penalty", sampling.frequencyPenalty());
        said("presence_penalty", sampling.presencePenalty());
        said("seed", sampling.seed());
    }

    private void said(String name, @Nullable Number value) {
        if (value != null) {
            losses.say(name + " dropped: not known to this provider");
        }
    }

    private boolean isClaude() {
        return terms.model().contains("anthropic") || terms.model().contains("claude");
    }

    /** False when the model is not told to think. */
    private boolean reasoning(@Nullable Reasoning reasoning) {
        if (reasoning == null || reasoning.effort() == Effort.NONE
                || reasoning.effort() == null && reasoning.budgetTokens() == null) {
            return false;
        }
        switch (terms.reasoning()) {
            case NONE -> {
                losses.say("reasoning dropped: this model does not think");
                return false;
            }
            case EFFORT -> {
                String effort = effort(reasoning);
                if (!isClaude()) {
                    additional.put("reasoning_effort", effort);
                    return false;
                }
                additional.putObject("thinking").put("type", "adaptive");
                additional.putObject("output_config").put("effort", effort);
                return true;
            }
            case BUDGET -> {
                Long cap = cap();
                long most = (cap == null ? terms.usualOutput() : cap) - 1;
                if (most < LEAST_BUDGET) {
                    losses.say("reasoning dropped: the cap on output leaves no room for it");
                    return false;
                }
                long budget = Math.clamp(budget(reasoning), LEAST_BUDGET, most);
                additional.putObject("thinking").put("type", "enabled").put("budget_tokens", budget);
                return true;
            }
        }
        throw new IllegalStateException("a style of reasoning that nobody knows");
    }

    private static String effort(Reasoning reasoning) {
        Effort effort = reasoning.effort();
        if (effort == null) {
            long budget = budget(reasoning);
            effort = budget < MEDIUM_BUDGET ? Effort.LOW : budget < HIGH_BUDGET ? Effort.MEDIUM : Effort.HIGH;
        }
        return switch (effort) {
            case NONE, MINIMAL, LOW -> "low";
            case MEDIUM -> "medium";
            case HIGH, MAXIMAL -> "high";
        };
    }

    private static long budget(Reasoning reasoning) {
        if (reasoning.budgetTokens() != null) {
            return reasoning.budgetTokens();
        }
        return switch (reasoning.effort()) {
            case null -> LEAST_BUDGET;
            case NONE, MINIMAL, LOW -> LEAST_BUDGET;
            case MEDIUM -> MEDIUM_BUDGET;
            case HIGH, MAXIMAL -> HIGH_BUDGET;
        };
    }

    private void format() throws UntranslatableException {
        switch (request.format()) {
            case OutputFormat.Text _ -> {
            }
            case OutputFormat.Json _ -> losses.say("the wish for JSON dropped: not known to this provider");
            case OutputFormat.Schema schema -> {
                if (!terms.schemas()) {
                    throw new UntranslatableException(null, "The model '" + terms.model()
                            + "' does not answer by a schema. Ask for JSON in the prompt or offer it as a tool.");
                }
                ObjectNode json = body.putObject("outputConfig").putObject("textFormat").put("type", "json_schema")
                        .putObject("structure").putObject("jsonSchema");
                json.put("schema", JsonTrees.text(schema.schema()));
                json.put("name", schema.name() == null ? "answer" : schema.name());
            }
        }
    }
}
