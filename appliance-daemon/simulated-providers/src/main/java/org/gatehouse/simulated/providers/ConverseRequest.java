package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

/** A Converse request, read with Bedrock's rules. Immutable once read. */
final class ConverseRequest {
    private static final BedrockWording WORDING = new BedrockWording();
    private static final Set<String> FIELDS = Set.of("messages", "system", "inferenceConfig", "toolConfig",
            "guardrailConfig", "additionalModelRequestFields", "additionalModelResponseFieldPaths", "promptVariables",
            "requestMetadata", "performanceConfig", "serviceTier", "outputConfig");
    private static final Set<String> BLOCKS = Set.of("text", "image", "document", "video", "audio", "toolUse",
            "toolResult", "reasoningContent", "cachePoint", "guardContent", "citationsContent", "searchResult");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");

    private final Simulation simulation;
    private final Prompt prompt = new Prompt();
    private final Ask ask;
    private Set<String> open = new LinkedHashSet<>();
    private String said = "";

    ConverseRequest(Simulation simulation, byte[] body) {
        this.simulation = simulation;
        Fields request = Fields.of(body, WORDING).only(FIELDS);
        for (Fields block : request.objects("system")) {
            block.only("text", "cachePoint", "guardContent");
            filled(block);
            read(block, "system");
        }
        Fields config = request.object("toolConfig");
        List<Ask.Tool> tools = config == null ? List.of() : tools(config.only("tools", "toolChoice"));
        boolean usesTools = turns(request);
        if (usesTools && config == null) {
            throw Refused.invalid("The toolConfig field must be defined when using toolUse and toolResult content"
                    + " blocks.");
        }
        Fields more = request.object("additionalModelRequestFields");
        Fields thinking = more == null
                ? null
                : more.object(more.has("reasoning_config") ? "reasoning_config" : "thinking");
        boolean thinks = thinking != null && thinking.text("type").equals("enabled");
        Fields inference = request.object("inferenceConfig");
        if (inference != null) {
            inference.only("maxTokens", "temperature", "topP", "stopSequences").number("temperature", 1, 0, 1);
            inference.number("topP", 1, 0, 1);
        }
        int most = inference == null ? 4_096 : inference.integer("maxTokens", 4_096, 1, 64_000);
        if (thinking != null && thinks && thinking.integer("budget_tokens", 1_024, 1_024, 64_000) >= most) {
            throw Refused.invalid("The model returned the following errors: `max_tokens` must be greater than"
                    + " `thinking.budget_tokens`.");
        }
        ask = new Ask(said, most, thinks, inference == null ? List.of() : inference.texts("stopSequences"), false, null,
                tools, config == null ? new Ask.Choice.Free() : choice(config, tools), true);
    }

    private List<Ask.Tool> tools(Fields config) {
        List<Ask.Tool> tools = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Fields tool : config.objects("tools")) {
            tool.only("toolSpec", "cachePoint", "systemTool");
            if (tool.has("cachePoint")) {
                cachePoint(tool);
                continue;
            }
            Fields spec = tool.needObject("toolSpec").only("name", "description", "inputSchema", "strict");
            String name = spec.text("name");
            if (!NAME.matcher(name).matches()) {
                throw spec.refused("name", "Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+ and have"
                        + " length less than or equal to 64");
            }
            if (!names.add(name)) {
                throw Refused.invalid("The tool name " + name + " is not unique in toolConfig.");
            }
            if (spec.has("description") && spec.text("description").isEmpty()) {
                throw spec.refused("description", "Member must have length greater than or equal to 1");
            }
            Fields schema = spec.needObject("inputSchema").only("json").needObject("json");
            if (!schema.text("type", "").equals("object")) {
                throw Refused.invalid("The value at " + schema.path() + ".type must be one of the following: object.");
            }
            prompt.json(tool.json());
            tools.add(new Ask.Tool(name, schema.json()));
        }
        if (tools.isEmpty()) {
            throw config.refused("tools", "Member must have length greater than or equal to 1");
        }
        return tools;
    }

    private static Ask.Choice choice(Fields config, List<Ask.Tool> tools) {
        Fields choice = config.object("toolChoice");
        if (choice == null || choice.only("auto", "any", "tool").has("auto")) {
            return new Ask.Choice.Free();
        }
        if (choice.has("any")) {
            return new Ask.Choice.Any();
        }
        String name = choice.needObject("tool").only("name").text("name");
        if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
            throw Refused.invalid("The tool " + name + " of toolChoice is not defined in toolConfig.");
        }
        return new Ask.Choice.Named(name);
    }

    private boolean turns(Fields request) {
        List<Fields> messages = request.objects("messages");
        if (messages.isEmpty()) {
            throw request.refused("messages", "Member must have length greater than or equal to 1");
        }
        boolean usesTools = false;
        String previous = "";
        for (int i = 0; i < messages.size(); i++) {
            Fields message = messages.get(i).only("role", "content");
            String role = message.text("role");
            if (!role.equals("user") && !role.equals("assistant")) {
                throw message.refused("role", "Member must satisfy enum value set: [user, assistant]");
            }
            if (i == 0 && !role.equals("user")) {
                throw Refused.invalid("A conversation must start with a user message. Try again with a conversation"
                        + " that starts with a user message.");
            }
            if (role.equals(previous)) {
                throw Refused.invalid("A conversation must alternate between user and assistant roles. Make sure the"
                        + " conversation alternates between user and assistant roles and try again.");
            }
            previous = role;
            usesTools |= turn(message, i, role);
        }
        if (!open.isEmpty()) {
            throw unanswered(messages.size() - 1);
        }
        return usesTools;
    }

    private boolean turn(Fields message, int index, String role) {
        prompt.message(role);
        Set<String> wanted = open;
        open = new LinkedHashSet<>();
        StringBuilder heard = new StringBuilder();
        boolean usesTools = false;
        List<Fields> blocks = message.objects("content");
        if (blocks.isEmpty()) {
            throw Refused.invalid("The content field in the Message object at messages." + index
                    + " is empty. Add a ContentBlock object to the content field and try again.");
        }
        for (Fields block : blocks) {
            if (block.only(BLOCKS).json().size() != 1) {
                throw Refused.invalid("ContentBlock object at " + block.path() + " must set one of the following keys:"
                        + " text, image, toolUse, toolResult, document, video, cachePoint.");
            }
            if (block.has("toolUse")) {
                usesTools = true;
                toolUse(block.needObject("toolUse").only("toolUseId", "name", "input", "type"), role);
            } else if (block.has("toolResult")) {
                usesTools = true;
                toolResult(block.needObject("toolResult").only("toolUseId", "content", "status", "type"), role, index,
                        wanted);
            } else {
                heard.append(read(block, role));
            }
        }
        if (!wanted.isEmpty()) {
            open = wanted;
            throw unanswered(index - 1);
        }
        said = role.equals("user") ? heard.toString() : "";
        return usesTools;
    }

    private String read(Fields block, String role) {
        if (block.has("text")) {
            filled(block);
            prompt.text(block.text("text"));
            return block.text("text");
        }
        if (block.has("image")) {
            picture(block.needObject("image").only("format", "source"), role);
        } else if (block.has("reasoningContent")) {
            reasoning(block.needObject("reasoningContent").only("reasoningText", "redactedContent"));
        } else if (block.has("cachePoint")) {
            cachePoint(block);
        } else {
            prompt.document(Json.text(block.json()));
        }
        return "";
    }

    private static void filled(Fields block) {
        if (block.has("text") && block.text("text").isBlank()) {
            throw Refused.invalid("The text field in the ContentBlock object at " + block.path() + " is blank. Add text"
                    + " to the text field, and try again.");
        }
    }

    private void cachePoint(Fields block) {
        Fields point = block.needObject("cachePoint").only("type", "ttl");
        point.need("type");
        point.word("type", "default", "default");
        prompt.breakpoint(point.word("ttl", "5m", "5m", "1h").equals("1h"));
        if (prompt.breakpoints().size() > 4) {
            throw Refused.invalid("You have reached the maximum number of cache points (4) per request.");
        }
    }

    private void picture(Fields image, String role) {
        if (role.equals("assistant")) {
            throw Refused.invalid("The image block is not allowed in an assistant message.");
        }
        image.need("format");
        image.word("format", "", "png", "jpeg", "gif", "webp");
        Fields source = image.needObject("source").only("bytes", "s3Location");
        if (source.has("bytes")) {
            try {
                Base64.getDecoder().decode(source.text("bytes"));
            } catch (IllegalArgumentException e) {
                throw new Refused(new Problem(Problem.Kind.INVALID, "Unable to decode the bytes of an image", null,
                        "SerializationException"));
            }
        }
        prompt.image(Json.text(source.json()));
    }

    private void reasoning(Fields reasoning) {
        Fields text = reasoning.object("reasoningText");
        if (text != null) {
            text.only("text", "signature");
            if (!simulation.seals().fits(text.text("signature", ""), text.text("text"))) {
                throw Refused.invalid("The model returned the following errors: " + reasoning.path()
                        + ": Invalid `signature` in `thinking` block");
            }
            prompt.text(text.text("text"));
        }
    }

    private void toolUse(Fields use, String role) {
        if (!role.equals("assistant")) {
            throw Refused.invalid("The toolUse block is only allowed in an assistant message.");
        }
        String id = use.text("toolUseId");
        if (!NAME.matcher(id).matches()) {
            throw use.refused("toolUseId", "Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+");
        }
        open.add(id);
        prompt.text(use.text("name"));
        JsonNode input = use.need("input");
        if (!input.isObject()) {
            throw Refused
                    .invalid("The format of the value at " + use.path() + ".input is invalid. Provide a json object"
                            + " for the field and try again.");
        }
        prompt.json(input);
    }

    private void toolResult(Fields result, String role, int index, Set<String> wanted) {
        if (!role.equals("user")) {
            throw Refused.invalid("The toolResult block is only allowed in a user message.");
        }
        if (!wanted.remove(result.text("toolUseId"))) {
            throw Refused.invalid("The number of toolResult blocks at messages." + index + ".content exceeds the number"
                    + " of toolUse blocks of previous turn.");
        }
        result.word("status", "success", "success", "error");
        for (Fields part : result.objects("content")) {
            part.only("text", "json", "image", "document", "video", "searchResult");
            prompt.json(part.json());
        }
        result.need("content");
    }

    private Refused unanswered(int index) {
        return Refused.invalid("Expected toolResult blocks at messages." + (index + 1) + ".content for the following"
                + " Ids: " + String.join(", ", open));
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
