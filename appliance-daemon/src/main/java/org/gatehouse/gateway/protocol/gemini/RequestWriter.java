package org.gatehouse.gateway.protocol.gemini;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/** Writes a request for Google. Made for one request. */
final class RequestWriter {
    private static final int MAX_STOP = 5;
    /** Google's rule for the name of a function. */
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}");
    /** Tools that Google runs itself. */
    private static final Set<String> OWN_TOOLS = Set.of("googleSearch", "googleSearchRetrieval", "codeExecution",
            "urlContext", "googleMaps", "fileSearch", "computerUse", "enterpriseWebSearch", "retrieval", "mcpServers",
            "parallelAiSearch");
    private static final Set<String> OWN_FIELDS = Set.of("safetySettings", "cachedContent", "labels",
            "modelArmorConfig");

    private final ChatRequest request;
    private final Terms terms;
    private final Losses losses;
    private final ObjectNode body = JsonTrees.object();

    RequestWriter(ChatRequest request, Terms terms, Losses losses) {
        this.request = request;
        this.terms = terms;
        this.losses = losses;
    }

    ObjectNode write() throws UntranslatableException {
        system();
        body.set("contents", new ContentsWriter(terms, losses).write(request.turns()));
        boolean callable = tools();
        toolConfig(callable);
        ObjectNode config = body.objectNode();
        generation(config);
        new ThinkingConfig(terms, losses).write(request.reasoning(), cap(), config);
        format(config);
        resolution(config);
        foreign(config);
        if (!config.isEmpty()) {
            body.set("generationConfig", config);
        }
        if (request.endUser() != null) {
            losses.say("user dropped: not known to this provider");
        }
        return body;
    }

    private void system() {
        if (request.system().isEmpty()) {
            return;
        }
        ArrayNode parts = body.arrayNode();
        for (Block.Text text : request.system()) {
            if (!text.text().isEmpty()) {
                parts.addObject().put("text", text.text());
            }
            if (text.cache() != null) {
                losses.say(ContentsWriter.CACHE_MARKS);
            }
        }
        if (!parts.isEmpty()) {
            body.putObject("systemInstruction").set("parts", parts);
        }
    }

    /** All functions in one tool: Google takes several, and then looks at the first. False when there is none. */
    private boolean tools() throws UntranslatableException {
        ArrayNode functions = body.arrayNode();
        ArrayNode tools = body.arrayNode();
        for (Tool tool : request.tools()) {
            switch (tool) {
                case Tool.Function function -> functions.add(function(function));
                case Tool.Native own -> {
                    if (OWN_TOOLS.contains(own.type())) {
                        tools.add(own.json());
                    } else {
                        losses.dropped(List.of("tool " + own.name()));
                    }
                }
            }
        }
        if (!functions.isEmpty()) {
            tools.insertObject(0).set("functionDeclarations", functions);
        }
        if (!tools.isEmpty()) {
            body.set("tools", tools);
        }
        return !functions.isEmpty();
    }

    private ObjectNode function(Tool.Function function) throws UntranslatableException {
        if (!NAME.matcher(function.name()).matches()) {
            throw new UntranslatableException(null, "Gemini does not take '" + function.name()
                    + "' for the name of a tool. Use at most 64 letters, digits, _ . : and -, the first a letter.");
        }
        ObjectNode declaration = body.objectNode().put("name", function.name());
        if (function.description() != null) {
            declaration.put("description", function.description());
        }
        if (function.schema() != null && !function.schema().isEmpty()) {
            ObjectNode schema = SchemaToGemini.rewrite(function.schema(), "the tool '" + function.name() + "'", losses);
            // A function without parameters has none, rather than an empty object.
            if (schema.has("properties") || schema.has("anyOf")) {
                declaration.set("parameters", schema);
            }
        }
        if (Boolean.TRUE.equals(function.strict())) {
            losses.say("strict dropped: not known to this provider");
        }
        if (function.cache() != null) {
            losses.say(ContentsWriter.CACHE_MARKS);
        }
        return declaration;
    }

    private void toolConfig(boolean callable) {
        if (Boolean.FALSE.equals(request.parallelTools()) && callable) {
            losses.say("the wish for one tool call at a time dropped: not known to this provider");
        }
        ToolChoice choice = request.toolChoice();
        if (choice == null) {
            return;
        }
        if (!callable) {
            if (choice instanceof ToolChoice.Required || choice instanceof ToolChoice.Named) {
                losses.say("tool_choice dropped: no tool is left that could be called");
            }
            return;
        }
        ObjectNode calling = body.putObject("toolConfig").putObject("functionCallingConfig");
        switch (choice) {
            case ToolChoice.Auto _ -> calling.put("mode", "AUTO");
            case ToolChoice.None _ -> calling.put("mode", "NONE");
            case ToolChoice.Required _ -> calling.put("mode", "ANY");
            case ToolChoice.Named named -> calling.put("mode", "ANY").putArray("allowedFunctionNames")
                    .add(named.tool());
        }
    }

    /** The smaller of what the client and what limits allow; null when neither named one. */
    private @Nullable Long cap() {
        Long wanted = request.maxOutputTokens();
        Long limit = terms.outputCap();
        return wanted == null ? limit : limit == null ? wanted : Long.valueOf(Math.min(wanted, limit));
    }

    private void generation(ObjectNode config) throws UntranslatableException {
        Long cap = cap();
        if (cap != null) {
            config.put("maxOutputTokens", cap);
        }
        ChatRequest.Sampling sampling = request.sampling();
        if (sampling.temperature() != null) {
            double most = terms.highestTemperature();
            if (sampling.temperature() > most) {
                losses.say("temperature lowered to " + most);
            }
            config.put("temperature", Math.min(sampling.temperature(), most));
        }
        put(config, "topP", sampling.topP());
        if (sampling.topK() != null) {
            config.put("topK", sampling.topK());
        }
        put(config, "frequencyPenalty", sampling.frequencyPenalty());
        put(config, "presencePenalty", sampling.presencePenalty());
        if (sampling.seed() != null) {
            // 32 bits there. The same seed stays the same one.
            config.put("seed", sampling.seed().intValue() == sampling.seed()
                    ? sampling.seed().intValue()
                    : Long.hashCode(sampling.seed()));
        }
        if (request.choices() > 1) {
            config.put("candidateCount", request.choices());
        }
        if (request.stop().size() > MAX_STOP) {
            throw new UntranslatableException(null, "Gemini takes at most " + MAX_STOP + " stop strings, not "
                    + request.stop().size() + ". Leave some out.");
        }
        if (!request.stop().isEmpty()) {
            ArrayNode stop = config.putArray("stopSequences");
            request.stop().forEach(stop::add);
        }
    }

    private static void put(ObjectNode config, String name, @Nullable Double value) {
        if (value != null) {
            config.put(name, value);
        }
    }

    private void format(ObjectNode config) throws UntranslatableException {
        switch (request.format()) {
            case OutputFormat.Text _ -> {
            }
            case OutputFormat.Json _ -> config.put("responseMimeType", "application/json");
            case OutputFormat.Schema schema -> {
                if (!terms.schemas()) {
                    throw new UntranslatableException(null, "The model '" + terms.model()
                            + "' does not answer by a schema. Ask for plain JSON and describe it in the prompt.");
                }
                config.put("responseMimeType", "application/json");
                config.set("responseSchema", SchemaToGemini.rewrite(schema.schema(), "the answer", losses));
            }
        }
    }

    /** One for all pictures: the closest look that any of them asks for. */
    private void resolution(ObjectNode config) {
        List<String> details = new ArrayList<>();
        for (ChatRequest.Turn turn : request.turns()) {
            for (Block block : turn.blocks()) {
                if (block instanceof Block.Image image) {
                    details.add(image.detail() == null ? "auto" : image.detail());
                }
            }
        }
        if (details.contains("high")) {
            config.put("mediaResolution", "MEDIA_RESOLUTION_HIGH");
        } else if (!details.isEmpty() && details.stream().allMatch("low"::equals)) {
            config.put("mediaResolution", "MEDIA_RESOLUTION_LOW");
        }
    }

    private void foreign(ObjectNode config) {
        List<String> dropped = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : request.foreign().entrySet()) {
            String name = field.getKey();
            if (OWN_FIELDS.contains(name)) {
                body.set(name, field.getValue());
            } else if (name.startsWith("generationConfig.")) {
                config.set(name.substring("generationConfig.".length()), field.getValue());
            } else if (name.startsWith("toolConfig.functionCallingConfig.")) {
                body.withObject("/toolConfig/functionCallingConfig")
                        .set(name.substring("toolConfig.functionCallingConfig.".length()), field.getValue());
            } else if (name.startsWith("toolConfig.")) {
                body.withObject("/toolConfig").set(name.substring("toolConfig.".length()), field.getValue());
            } else {
                dropped.add(name);
            }
        }
        dropped.sort(null);
        losses.dropped(dropped);
    }
}
