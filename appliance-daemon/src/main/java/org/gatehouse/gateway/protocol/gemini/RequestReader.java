package org.gatehouse.gateway.protocol.gemini;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning.Effort;
import org.gatehouse.gateway.canonical.ChatRequest.Sampling;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/** Reads a client's request. */
final class RequestReader {
    private static final int MAX_CANDIDATES = 128;

    private RequestReader() {}

    static ChatRequest read(ObjectNode body, boolean streamed) throws UntranslatableException {
        Fields fields = Fields.of("", body);
        // The path names it; some clients repeat it here.
        fields.take("model");
        Map<String, JsonNode> foreign = new HashMap<>();
        Fields config = fields.object("generationConfig");
        Generation generation = Generation.read(config == null
                ? Fields.of("generationConfig", body.objectNode())
                : config, foreign);
        List<ChatRequest.Turn> turns = new ContentsReader(generation.detail()).read(fields.list("contents"));
        List<Block.Text> system = system(fields);
        List<Tool> tools = tools(fields);
        Choice choice = Choice.read(fields, foreign);
        foreign.putAll(fields.rest());
        return new ChatRequest(system, turns, choice.among(tools), choice.choice(), null, generation.cap(),
                generation.sampling(), generation.stop(), generation.reasoning(), generation.format(),
                generation.candidates(), streamed, null, foreign);
    }

    private static List<Block.Text> system(Fields fields) throws UntranslatableException {
        JsonNode value = fields.take("systemInstruction");
        List<Block.Text> system = new ArrayList<>();
        if (value == null) {
            return system;
        }
        if (value.isTextual()) {
            system.add(new Block.Text(value.textValue()));
            return system;
        }
        Fields content = Fields.of("systemInstruction", value);
        int index = 0;
        for (JsonNode part : content.list("parts")) {
            Fields words = Fields.of("systemInstruction.parts[" + index++ + "]", part);
            String text = words.text("text");
            if (text == null) {
                throw new UntranslatableException(words.at("text"),
                        "A system instruction is made of text only. Put other things into 'contents'.");
            }
            if (!text.isEmpty()) {
                system.add(new Block.Text(text));
            }
        }
        return system;
    }

    private static List<Tool> tools(Fields fields) throws UntranslatableException {
        List<Tool> tools = new ArrayList<>();
        int index = 0;
        for (JsonNode node : fields.list("tools")) {
            Fields tool = Fields.of("tools[" + index++ + "]", node);
            int declared = 0;
            String at = tool.at("functionDeclarations");
            for (JsonNode function : tool.list("functionDeclarations")) {
                tools.add(function(Fields.of(at + "[" + declared++ + "]", function)));
            }
            for (Map.Entry<String, JsonNode> other : tool.rest().entrySet()) {
                tools.add(new Tool.Native(other.getKey(), other.getKey(),
                        JsonTrees.object().set(other.getKey(), other.getValue())));
            }
        }
        return tools;
    }

    private static Tool function(Fields function) throws UntranslatableException {
        String name = function.needed("name");
        JsonNode parameters = function.take("parameters");
        JsonNode schema = function.take("parametersJsonSchema");
        if (parameters != null && schema != null) {
            throw new UntranslatableException(function.at("parameters"),
                    "Both 'parameters' and 'parametersJsonSchema' are given. Send one of them.");
        }
        return new Tool.Function(name, function.text("description"),
                parameters != null ? SchemaFromGemini.rewrite(parameters) : schema, null, null);
    }

    /** Which tools may or must be called. */
    private record Choice(@Nullable ToolChoice choice, List<String> allowed) {

        static Choice read(Fields fields, Map<String, JsonNode> foreign) throws UntranslatableException {
            Fields config = fields.object("toolConfig");
            Fields calling = config == null ? null : config.object("functionCallingConfig");
            if (config != null) {
                config.rest().forEach((name, value) -> foreign.put("toolConfig." + name, value));
            }
            if (calling == null) {
                return new Choice(null, List.of());
            }
            List<String> allowed = new ArrayList<>();
            for (JsonNode name : calling.list("allowedFunctionNames")) {
                allowed.add(name.asText());
            }
            String mode = calling.text("mode");
            calling.rest().forEach((name, value) -> foreign.put("toolConfig.functionCallingConfig." + name, value));
            return switch (mode == null ? "AUTO" : mode.toUpperCase(Locale.ROOT)) {
                case "AUTO", "VALIDATED", "MODE_UNSPECIFIED" -> new Choice(ToolChoice.AUTO, allowed);
                case "NONE" -> new Choice(ToolChoice.NONE, List.of());
                case "ANY" -> allowed.size() == 1
                        ? new Choice(new ToolChoice.Named(allowed.getFirst()), List.of())
                        : new Choice(ToolChoice.REQUIRED, allowed);
                default -> throw new UntranslatableException(calling.at("mode"),
                        "The field '" + calling.at("mode") + "' must be AUTO, ANY, VALIDATED or NONE.");
            };
        }

        /** Tools that may not be called need not be told. */
        List<Tool> among(List<Tool> tools) {
            return allowed.isEmpty()
                    ? tools
                    : tools.stream().filter(
                            tool -> !(tool instanceof Tool.Function) || allowed.contains(tool.name())).toList();
        }
    }

    /** The generation config. */
    private record Generation(@Nullable Long cap, Sampling sampling, List<String> stop, @Nullable Reasoning reasoning,
            OutputFormat format, int candidates, @Nullable String detail) {

        static Generation read(Fields config, Map<String, JsonNode> foreign) throws UntranslatableException {
            Long cap = config.whole("maxOutputTokens", 1, Long.MAX_VALUE);
            Long topK = wholeNumber(config, "topK");
            Sampling sampling = new Sampling(config.number("temperature", 0, 2), config.number("topP", 0, 1),
                    topK == null || topK < 1 ? null : Math.toIntExact(topK), config.number("frequencyPenalty", -2, 2),
                    config.number("presencePenalty", -2, 2),
                    config.whole("seed", Integer.MIN_VALUE, Long.MAX_VALUE));
            List<String> stop = new ArrayList<>();
            for (JsonNode text : config.list("stopSequences")) {
                if (!text.isTextual()) {
                    throw new UntranslatableException("generationConfig.stopSequences",
                            "The field 'generationConfig.stopSequences' must be a list of strings.");
                }
                stop.add(text.textValue());
            }
            Long candidates = config.whole("candidateCount", 1, MAX_CANDIDATES);
            Reasoning reasoning = reasoning(config);
            OutputFormat format = format(config);
            words(config);
            String detail = detail(config);
            config.rest().forEach((name, value) -> foreign.put("generationConfig." + name, value));
            return new Generation(cap, sampling, stop, reasoning, format,
                    candidates == null ? 1 : candidates.intValue(), detail);
        }

        /** A float in Google's own schema, always whole in meaning; client libraries write 40.0. */
        private static @Nullable Long wholeNumber(Fields config, String name) throws UntranslatableException {
            Double number = config.number(name, 0, Integer.MAX_VALUE);
            return number == null ? null : Math.round(number);
        }

        private static @Nullable Reasoning reasoning(Fields config) throws UntranslatableException {
            Fields thinking = config.object("thinkingConfig");
            if (thinking == null) {
                return null;
            }
            Boolean shown = thinking.bool("includeThoughts");
            String level = thinking.text("thinkingLevel");
            Long budget = thinking.whole("thinkingBudget", -1, Integer.MAX_VALUE);
            Effort effort = level == null ? null : switch (level.toUpperCase(Locale.ROOT)) {
                case "THINKING_LEVEL_UNSPECIFIED" -> null;
                case "MINIMAL" -> Effort.MINIMAL;
                case "LOW" -> Effort.LOW;
                case "MEDIUM" -> Effort.MEDIUM;
                case "HIGH" -> Effort.HIGH;
                default -> throw new UntranslatableException(thinking.at("thinkingLevel"), "The field '"
                        + thinking.at("thinkingLevel") + "' must be minimal, low, medium or high.");
            };
            if (effort == null && budget != null && budget == 0) {
                return new Reasoning(Effort.NONE, null, shown);
            }
            // -1: as much as the model sees fit.
            return new Reasoning(effort, effort != null || budget == null || budget < 0 ? null : budget, shown);
        }

        private static OutputFormat format(Fields config) throws UntranslatableException {
            String type = config.text("responseMimeType");
            JsonNode schema = config.take("responseSchema");
            JsonNode jsonSchema = config.take("responseJsonSchema");
            JsonNode olderName = config.take("_responseJsonSchema");
            JsonNode wanted = schema != null
                    ? SchemaFromGemini.rewrite(schema)
                    : jsonSchema != null ? jsonSchema : olderName;
            return switch (type == null ? "text/plain" : type) {
                case "text/plain" -> {
                    if (wanted != null) {
                        throw new UntranslatableException("generationConfig.responseMimeType",
                                "A schema for the answer "
                                        + "needs 'generationConfig.responseMimeType' to be application/json. Set it.");
                    }
                    yield OutputFormat.TEXT;
                }
                case "application/json" -> wanted == null
                        ? OutputFormat.JSON
                        : new OutputFormat.Schema(null, null, wanted, null);
                default -> throw new UntranslatableException("generationConfig.responseMimeType", "The type '" + type
                        + "' can not be had from this model. Ask for text/plain or application/json.");
            };
        }

        /** Pictures and speech are made by other models, which a translation does not reach. */
        private static void words(Fields config) throws UntranslatableException {
            for (JsonNode modality : config.list("responseModalities")) {
                if (!modality.asText().equalsIgnoreCase("TEXT")) {
                    throw new UntranslatableException("generationConfig.responseModalities",
                            "This model answers with text only. Ask for TEXT.");
                }
            }
        }

        private static @Nullable String detail(Fields config) throws UntranslatableException {
            String resolution = config.text("mediaResolution");
            return switch (resolution == null ? "" : resolution) {
                case "MEDIA_RESOLUTION_LOW" -> "low";
                case "MEDIA_RESOLUTION_MEDIUM" -> "auto";
                case "MEDIA_RESOLUTION_HIGH" -> "high";
                default -> null;
            };
        }
    }
}
