package org.gatehouse.gateway.protocol.openai;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Sampling;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.protocol.UntranslatableException;

/** Reads a request to {@code /v1/chat/completions}, with the fields of compatible servers. Stateless. */
final class ChatRequestReader {
    static final int MOST_CHOICES = 128;
    static final long MOST_TOKENS = 1L << 40;

    /** Fields that are read, or that say nothing about the answer. */
    private static final Set<String> KNOWN = Set.of("model", "messages", "tools", "tool_choice", "functions",
            "function_call", "parallel_tool_calls", "max_tokens", "max_completion_tokens", "temperature", "top_p",
            "top_k", "frequency_penalty", "presence_penalty", "seed", "stop", "reasoning_effort", "reasoning",
            "enable_thinking", "thinking", "thinking_budget", "thinking_token_budget", "include_reasoning",
            "response_format", "n", "stream", "stream_options", "user", "safety_identifier", "add_generation_prompt",
            "continue_final_message");
    /** Fields that bind the answer to a form which other protocols cannot promise. */
    private static final List<String> BINDING = List.of("structured_outputs", "guided_json", "guided_regex",
            "guided_choice", "guided_grammar", "audio");

    private ChatRequestReader() {}

    static ChatRequest read(byte[] body, boolean streamed) throws UntranslatableException {
        Field root = root(body);
        ChatMessages messages = ChatMessages.read(root.get("messages"));
        ToolFields tools = ToolFields.read(root);
        refuseBinding(root);
        Map<String, JsonNode> foreign = foreign(root, KNOWN);
        if (messages.speakersNamed()) {
            foreign.put("messages[].name", JsonText.NODES.nullNode());
        }
        dropTemplateSwitches(foreign);
        if (root.get("continue_final_message").isTrue() && !endsWithAssistant(messages.turns())) {
            throw root.get("continue_final_message").wrong("a last message of the assistant's to go on with, or false");
        }
        Field cap = root.get("max_completion_tokens");
        String user = root.get("user").optionalText();
        Long choices = root.get("n").optionalWhole(1, MOST_CHOICES);
        return new ChatRequest(messages.system(), messages.turns(), tools.tools(), tools.choice(),
                root.get("parallel_tool_calls").optionalBoolean(),
                (cap.absent() ? root.get("max_tokens") : cap).optionalWhole(1, MOST_TOKENS), sampling(root),
                stop(root.get("stop")), reasoning(root), format(root), choices == null ? 1 : choices.intValue(),
                streamed || root.get("stream").isTrue(),
                user == null ? root.get("safety_identifier").optionalText() : user, foreign);
    }

    static Field root(byte[] body) throws UntranslatableException {
        try {
            Field root = new Field(JsonText.tree(body), "");
            if (!root.isObject()) {
                throw root.wrong("an object of JSON");
            }
            return root;
        } catch (IOException _) {
            throw new UntranslatableException(null,
                    "The request is not JSON, or is nested too deep; send it as one object"
                            + " of JSON.");
        }
    }

    static Sampling sampling(Field root) throws UntranslatableException {
        // -1 and 0 mean off to vLLM.
        Long topK = root.get("top_k").optionalWhole(-1, Integer.MAX_VALUE);
        return new Sampling(root.get("temperature").optionalNumber(0, 2), root.get("top_p").optionalNumber(0, 1),
                topK == null || topK < 1 ? null : topK.intValue(), root.get("frequency_penalty").optionalNumber(-2, 2),
                root.get("presence_penalty").optionalNumber(-2, 2),
                root.get("seed").optionalWhole(Long.MIN_VALUE, Long.MAX_VALUE));
    }

    /** Everything that has a value and no place. */
    static Map<String, JsonNode> foreign(Field root, Set<String> known) {
        Map<String, JsonNode> foreign = new HashMap<>();
        for (Map.Entry<String, JsonNode> field : root.node().properties()) {
            JsonNode value = field.getValue();
            boolean saysNothing = value.isNull() || value.isBoolean() && !value.booleanValue()
                    || value.isContainerNode() && value.isEmpty();
            if (!saysNothing && !known.contains(field.getKey())) {
                foreign.put(field.getKey(), value);
            }
        }
        return foreign;
    }

    private static List<String> stop(Field stop) throws UntranslatableException {
        List<String> strings = new ArrayList<>();
        if (stop.isText()) {
            strings.add(stop.text());
        } else if (!stop.absent()) {
            for (Field entry : stop.entries()) {
                strings.add(entry.text());
            }
        }
        strings.removeIf(String::isEmpty);
        return strings;
    }

    private static OutputFormat format(Field root) throws UntranslatableException {
        Field structured = root.get("structured_outputs").get("json");
        Field guided = structured.absent() ? root.get("guided_json") : structured;
        if (guided.isObject()) {
            return new OutputFormat.Schema(null, null, guided.node(), true);
        }
        Field format = root.get("response_format");
        return format(format, format.get("json_schema"));
    }

    /** Both protocols' shapes: chat keeps the schema's fields in an object of their own. */
    static OutputFormat format(Field format, Field named) throws UntranslatableException {
        if (format.absent()) {
            return OutputFormat.TEXT;
        }
        return switch (format.get("type").text()) {
            case "text" -> OutputFormat.TEXT;
            case "json_object" -> OutputFormat.JSON;
            case "json_schema" -> {
                Field schema = named.get("schema");
                if (!schema.isObject()) {
                    throw schema.wrong("a JSON schema, which is an object");
                }
                yield new OutputFormat.Schema(named.get("name").optionalText(), named.get("description").optionalText(),
                        schema.node(), named.get("strict").optionalBoolean());
            }
            default -> throw format.get("type").wrong("text, json_object or json_schema");
        };
    }

    private static @Nullable Reasoning reasoning(Field root) throws UntranslatableException {
        Field nested = root.get("reasoning");
        Reasoning.Effort effort = Effort.read(root.get("reasoning_effort"));
        if (effort == null && nested.isObject()) {
            effort = Effort.read(nested.get("effort"));
        }
        Long budget = firstWhole(root.get("thinking_token_budget"), root.get("thinking_budget"),
                root.get("thinking").get("budget_tokens"), nested.get("max_tokens"));
        Boolean switched = switched(root);
        Boolean shown = root.get("include_reasoning").optionalBoolean();
        if (shown == null && nested.get("exclude").isTrue()) {
            shown = false;
        }
        if (Boolean.FALSE.equals(switched)) {
            return new Reasoning(Reasoning.Effort.NONE, null, shown);
        }
        if (effort != null) {
            return new Reasoning(effort, null, shown);
        }
        if (budget != null) {
            return new Reasoning(null, budget, shown);
        }
        if (switched != null) {
            return new Reasoning(Reasoning.Effort.MEDIUM, null, shown);
        }
        return null;
    }

    private static @Nullable Long firstWhole(Field... fields) throws UntranslatableException {
        for (Field field : fields) {
            Long value = field.optionalWhole(0, MOST_TOKENS);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** Thinking as a switch: Qwen's, DeepSeek's, and what chat templates of open models take. */
    private static @Nullable Boolean switched(Field root) {
        JsonNode node = root.node();
        String type = node.path("thinking").path("type").asText("");
        if (!type.isEmpty()) {
            return !type.equals("disabled");
        }
        JsonNode template = node.path("chat_template_kwargs");
        for (JsonNode field : List.of(node.path("enable_thinking"), node.path("reasoning").path("enabled"),
                template.path("enable_thinking"), template.path("thinking"))) {
            if (field.isBoolean()) {
                return field.booleanValue();
            }
        }
        return null;
    }

    private static void dropTemplateSwitches(Map<String, JsonNode> foreign) {
        JsonNode template = foreign.get("chat_template_kwargs");
        if (template != null && template.properties().stream()
                .allMatch(field -> Set.of("enable_thinking", "thinking").contains(field.getKey()))) {
            foreign.remove("chat_template_kwargs");
        }
    }

    private static void refuseBinding(Field root) throws UntranslatableException {
        for (JsonNode modality : root.node().path("modalities")) {
            if (!modality.asText("").equals("text")) {
                throw root.get("modalities").untranslatable("asks for an answer that is not text, which the model's"
                        + " provider does not give; ask for text.");
            }
        }
        for (String name : BINDING) {
            Field field = root.get(name);
            boolean schema = name.equals("guided_json") && field.isObject()
                    || name.equals("structured_outputs") && field.get("json").isObject();
            if (!field.absent() && !schema) {
                throw field
                        .untranslatable("binds the answer to a form that the model's provider cannot promise; ask for"
                                + " response_format with json_schema, or for a model that runs on this box.");
            }
        }
    }

    private static boolean endsWithAssistant(List<Turn> turns) {
        return !turns.isEmpty() && turns.getLast().role() == Role.ASSISTANT;
    }
}
