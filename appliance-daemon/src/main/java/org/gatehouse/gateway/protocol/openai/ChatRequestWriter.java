package org.gatehouse.gateway.protocol.openai;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Sampling;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;

/** Writes a request to {@code /v1/chat/completions} of a server of some flavour. Confined to one thread. */
final class ChatRequestWriter {
    /**
     * The tool by which a model that knows no schemas is made to answer by one. Whoever reads the answer takes a call of it for
     * the answer's text.
     */
    static final String ANSWER_TOOL = "gatehouse_answer";

    private static final int MOST_STOPS = 4;
    private static final Pattern STRICT_NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");

    private final ChatFlavour flavour;
    private final ChatRequest request;
    private final Terms terms;
    private final Losses losses;
    private final ObjectNode body = JsonText.NODES.objectNode();

    private ChatRequestWriter(ChatFlavour flavour, ChatRequest request, Terms terms, Losses losses) {
        this.flavour = flavour;
        this.request = request;
        this.terms = terms;
        this.losses = losses;
    }

    static byte[] write(ChatFlavour flavour, ChatRequest request, Terms terms, Losses losses)
            throws UntranslatableException {
        ChatRequestWriter writer = new ChatRequestWriter(flavour, request, terms, losses);
        writer.body.put("model", terms.model());
        writer.body.set("messages", ChatMessageWriter.write(request, flavour, terms, losses));
        writer.limits();
        writer.sampling();
        writer.reasoning();
        writer.format();
        if (!writer.body.has("tools")) {
            writer.tools();
        }
        writer.rest();
        cacheMarks(request, losses);
        losses.dropped(request.foreign().keySet());
        return JsonText.bytes(writer.body);
    }

    private void limits() throws UntranslatableException {
        Long cap = cap(request, terms);
        if (cap != null) {
            body.put(flavour.capField(), cap);
        }
        List<String> stops = request.stop();
        if (stops.size() > MOST_STOPS) {
            losses.say("stop strings beyond the fourth dropped");
            stops = stops.subList(0, MOST_STOPS);
        }
        if (!stops.isEmpty()) {
            ArrayNode array = body.putArray("stop");
            stops.forEach(array::add);
        }
        if (request.choices() > 1) {
            if (!flavour.choices()) {
                throw new UntranslatableException("n", "n is " + request.choices() + ", but this model's provider gives"
                        + " one answer to a request; ask once for each answer.");
            }
            body.put("n", request.choices());
        }
    }

    /** Whoever speaks this protocol caches prompts by itself, or not at all. */
    static void cacheMarks(ChatRequest request, Losses losses) {
        boolean marked = request.system().stream().anyMatch(text -> text.cache() != null)
                || request.turns().stream().flatMap(turn -> turn.blocks().stream())
                        .anyMatch(block -> block.cache() != null)
                || request.tools().stream()
                        .anyMatch(tool -> tool instanceof Tool.Function function && function.cache() != null);
        if (marked) {
            losses.say("cache_control dropped: this provider caches prompts by itself");
        }
    }

    /** The smaller of what the client wants and what limits allow; null when neither says anything. */
    static @Nullable Long cap(ChatRequest request, Terms terms) {
        Long wanted = request.maxOutputTokens();
        Long allowed = terms.outputCap();
        if (wanted == null || allowed == null) {
            return wanted == null ? allowed : wanted;
        }
        return Math.min(wanted, allowed);
    }

    private void sampling() {
        Sampling sampling = request.sampling();
        put("temperature", temperature(sampling.temperature(), terms, losses));
        put("top_p", sampling.topP());
        put("frequency_penalty", sampling.frequencyPenalty());
        put("presence_penalty", sampling.presencePenalty());
        if (sampling.topK() != null) {
            if (flavour.topK()) {
                body.put("top_k", sampling.topK());
            } else {
                losses.dropped(List.of("top_k"));
            }
        }
        if (sampling.seed() != null) {
            body.put(flavour.seedField(), sampling.seed());
        }
    }

    static @Nullable Double temperature(@Nullable Double wanted, Terms terms, Losses losses) {
        if (wanted != null && wanted > terms.highestTemperature()) {
            losses.say("temperature lowered to " + terms.highestTemperature());
            return terms.highestTemperature();
        }
        return wanted;
    }

    private void put(String name, @Nullable Double value) {
        if (value != null) {
            body.put(name, value);
        }
    }

    private void reasoning() {
        Reasoning reasoning = request.reasoning();
        if (reasoning == null) {
            return;
        }
        if (terms.reasoning() == Terms.ReasoningStyle.NONE) {
            if (Effort.step(reasoning) != Reasoning.Effort.NONE) {
                losses.say("reasoning dropped: this model does not think");
            }
            return;
        }
        Reasoning.Effort step = Effort.step(reasoning);
        boolean off = step == Reasoning.Effort.NONE;
        switch (flavour.effort()) {
            case WORD -> body.put("reasoning_effort", Effort.word(step));
            case PLAIN_WORD -> plainWord(step);
            case OFF_OR_HIGH -> body.put("reasoning_effort", off ? "none" : "high");
            case TEMPLATE -> template(reasoning, step);
            case DEEPSEEK -> {
                body.putObject("thinking").put("type", off ? "disabled" : "enabled");
                if (!off) {
                    body.put("reasoning_effort",
                            step == Reasoning.Effort.MAXIMAL
                                    ? "max"
                                    : step.compareTo(Reasoning.Effort.LOW) <= 0 ? "low" : "high");
                }
            }
            case QWEN -> {
                body.put("enable_thinking", !off);
                if (!off && (reasoning.budgetTokens() != null
                        || terms.reasoning() == Terms.ReasoningStyle.BUDGET)) {
                    body.put("thinking_budget", Effort.budget(reasoning));
                }
            }
        }
    }

    private void plainWord(Reasoning.Effort step) {
        if (step == Reasoning.Effort.NONE) {
            losses.say("reasoning effort none dropped: not known to every compatible server");
            return;
        }
        told(step);
    }

    private void told(Reasoning.Effort step) {
        String word = Effort.plainWord(step);
        if (!word.equals(Effort.word(step))) {
            losses.say("reasoning effort " + step.name().toLowerCase(Locale.ROOT) + " told as " + word);
        }
        body.put("reasoning_effort", word);
    }

    /** Templates of open models listen to one name or the other, and pass over those that they do not know. */
    private void template(Reasoning reasoning, Reasoning.Effort step) {
        boolean on = step != Reasoning.Effort.NONE;
        body.putObject("chat_template_kwargs").put("enable_thinking", on).put("thinking", on);
        if (on && terms.reasoning() == Terms.ReasoningStyle.BUDGET) {
            body.put("thinking_token_budget", Effort.budget(reasoning));
        } else if (on) {
            told(step);
        }
        if (Boolean.FALSE.equals(reasoning.shown())) {
            body.put("include_reasoning", false);
        }
    }

    private void format() throws UntranslatableException {
        switch (request.format()) {
            case OutputFormat.Text _ -> {
            }
            case OutputFormat.Json _ -> body.putObject("response_format").put("type", "json_object");
            case OutputFormat.Schema schema when terms.schemas() -> {
                ObjectNode named = body.putObject("response_format").put("type", "json_schema")
                        .putObject("json_schema");
                schema(named, schema);
            }
            case OutputFormat.Schema schema -> forcedTool(schema);
        }
    }

    static void schema(ObjectNode named, OutputFormat.Schema schema) {
        named.put("name", schema.name() == null ? "answer" : schema.name());
        if (schema.description() != null) {
            named.put("description", schema.description());
        }
        named.set("schema", schema.schema());
        if (schema.strict() != null) {
            named.put("strict", schema.strict());
        }
    }

    private void forcedTool(OutputFormat.Schema schema) throws UntranslatableException {
        if (!request.tools().isEmpty()) {
            throw new UntranslatableException("response_format", "This model can answer by a schema or call tools, not"
                    + " both in one request; leave one of them out or ask another model.");
        }
        ObjectNode function = body.putArray("tools").addObject().put("type", "function").putObject("function");
        function.put("name", ANSWER_TOOL);
        function.put("description",
                schema.description() == null ? "Gives the answer." : schema.description());
        function.set("parameters", schema.schema());
        named(ANSWER_TOOL);
    }

    private void tools() throws UntranslatableException {
        ArrayNode tools = JsonText.NODES.arrayNode();
        for (Tool tool : request.tools()) {
            switch (tool) {
                case Tool.Function function -> tools.add(function(function));
                case Tool.Native known ->
                    losses.say("tool " + printable(known.type()) + " dropped: its provider's own");
            }
        }
        if (tools.isEmpty()) {
            return;
        }
        body.set("tools", tools);
        ToolChoice choice = request.toolChoice();
        if (choice != null) {
            choice(choice);
        }
        if (request.parallelTools() != null) {
            body.put("parallel_tool_calls", request.parallelTools());
        }
    }

    static String printable(String name) {
        return name.replaceAll("[^!-+\\--~]", "?");
    }

    private JsonNode function(Tool.Function function) throws UntranslatableException {
        if (flavour.strictNames() && !STRICT_NAME.matcher(function.name()).matches()) {
            throw new UntranslatableException("tools", "The tool name " + function.name() + " does not fit this model's"
                    + " provider; use at most 64 letters, digits, underscores and dashes.");
        }
        ObjectNode tool = JsonText.NODES.objectNode().put("type", "function");
        ObjectNode inner = tool.putObject("function").put("name", function.name());
        if (function.description() != null) {
            inner.put("description", function.description());
        }
        if (function.schema() != null) {
            inner.set("parameters", function.schema());
        }
        if (function.strict() != null) {
            inner.put("strict", function.strict());
        }
        return tool;
    }

    private void choice(ToolChoice choice) {
        switch (choice) {
            case ToolChoice.Auto _ -> body.put("tool_choice", "auto");
            case ToolChoice.None _ -> body.put("tool_choice", "none");
            case ToolChoice.Required _ -> body.put("tool_choice", "required");
            case ToolChoice.Named named -> {
                boolean there = request.tools().stream().anyMatch(
                        tool -> tool instanceof Tool.Function && tool.name().equals(named.tool()));
                if (there) {
                    named(named.tool());
                } else {
                    losses.dropped(List.of("tool_choice"));
                }
            }
        }
    }

    private void named(String tool) {
        body.putObject("tool_choice").put("type", "function").putObject("function").put("name", tool);
    }

    private void rest() {
        if (request.streamed()) {
            body.put("stream", true);
            if (flavour.streamOptions()) {
                // Always: without it a streamed answer could not be billed.
                ObjectNode options = body.putObject("stream_options").put("include_usage", true);
                if (terms.runningUsage()) {
                    options.put("continuous_usage_stats", true);
                }
            }
        }
        String user = request.endUser();
        if (user != null) {
            if (flavour.user()) {
                body.put("user", user);
            } else {
                losses.dropped(List.of("user"));
            }
        }
        if (flavour.prefill() == ChatFlavour.Prefill.CONTINUE && ChatMessageWriter.endsInPrefill(request)) {
            body.put("continue_final_message", true).put("add_generation_prompt", false);
        }
    }
}
