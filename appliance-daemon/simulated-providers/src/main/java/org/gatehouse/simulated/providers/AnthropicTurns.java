package org.gatehouse.simulated.providers;

import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads the turns of a Messages request: who speaks when, and which blocks may stand where. Belongs to one thread. */
final class AnthropicTurns {
    private static final Pattern TOOL_ID = Pattern.compile("[a-zA-Z0-9_-]+");
    private static final Set<String> PICTURES = Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

    private final Simulation simulation;
    private final Prompt prompt;
    private final boolean thinks;
    private final Set<String> everUsed = new HashSet<>();
    private Set<String> open = new LinkedHashSet<>();
    private String said = "";
    private String lastRole = "";
    private String lastAssistantBlock = "";

    AnthropicTurns(Simulation simulation, Prompt prompt, boolean thinks) {
        this.simulation = simulation;
        this.prompt = prompt;
        this.thinks = thinks;
    }

    /** The text of the last turn, when it is the user's. */
    String said() {
        return said;
    }

    void read(Fields request) {
        List<Fields> messages = request.objects("messages");
        if (messages.isEmpty()) {
            throw Refused.invalid("messages: at least one message is required");
        }
        for (int i = 0; i < messages.size(); i++) {
            turn(messages.get(i).only("role", "content"), i, i == messages.size() - 1);
        }
        if (!open.isEmpty()) {
            throw unanswered(messages.size() - 1);
        }
        if (lastRole.equals("assistant") && thinks) {
            throw Refused.invalid("When thinking is enabled, the conversation cannot end with an assistant message.");
        }
    }

    private void turn(Fields message, int index, boolean last) {
        String role = message.text("role");
        if (role.equals("system") && index > 0 && open.isEmpty()) {
            // Anthropic's client offers system messages in the middle; they belong to neither side's turn.
            system(message);
            return;
        }
        if (!role.equals("user") && !role.equals("assistant")) {
            throw Refused.invalid("messages: Unexpected role \"" + role + "\". Allowed roles are \"user\" or"
                    + " \"assistant\".");
        }
        if (index == 0 && !role.equals("user")) {
            throw Refused.invalid("messages: first message must use the \"user\" role");
        }
        if (role.equals(lastRole) && simulation.options().alternation()) {
            throw Refused.invalid("messages: roles must alternate between \"user\" and \"assistant\", but found"
                    + " multiple \"" + role + "\" roles in a row");
        }
        prompt.message(role);
        said = "";
        JsonNode content = message.need("content");
        Set<String> wanted = open;
        open = new LinkedHashSet<>();
        if (content.isTextual()) {
            plain(content.textValue(), role, index, last);
        } else {
            blocks(message, role, index, last, wanted);
        }
        if (!wanted.isEmpty()) {
            open = wanted;
            throw unanswered(index - 1);
        }
        lastRole = role;
    }

    private void system(Fields message) {
        prompt.message("system");
        JsonNode content = message.need("content");
        if (content.isTextual()) {
            prompt.text(content.textValue());
            return;
        }
        for (Fields block : message.objects("content")) {
            filled(block.only("type", "text", "cache_control", "citations"), "messages");
            prompt.text(block.text("text"));
            cacheControl(block, prompt);
        }
    }

    private void plain(String text, String role, int index, boolean last) {
        if (text.isEmpty() && !(last && role.equals("assistant"))) {
            throw Refused.invalid("messages." + index + ": all messages must have non-empty content except for the"
                    + " optional final assistant message");
        }
        if (last && role.equals("assistant") && !text.equals(text.stripTrailing())) {
            throw Refused.invalid("messages: final assistant content cannot end with trailing whitespace");
        }
        prompt.text(text);
        lastAssistantBlock = role.equals("assistant") ? "text" : lastAssistantBlock;
        said = role.equals("user") ? text : "";
    }

    private void blocks(Fields message, String role, int index, boolean last, Set<String> wanted) {
        List<Fields> blocks = message.objects("content");
        if (blocks.isEmpty() && !(last && role.equals("assistant"))) {
            throw Refused.invalid("messages." + index + ": all messages must have non-empty content except for the"
                    + " optional final assistant message");
        }
        boolean texts = false;
        boolean results = false;
        StringBuilder heard = new StringBuilder();
        for (int i = 0; i < blocks.size(); i++) {
            Fields block = blocks.get(i);
            String type = block.text("type");
            if (i == 0 && role.equals("assistant")) {
                lastAssistantBlock = type;
            }
            switch (type) {
                case "text" -> {
                    filled(block, "messages");
                    block.only("type", "text", "cache_control", "citations");
                    String text = block.text("text");
                    prompt.text(text);
                    heard.append(heard.isEmpty() ? "" : "\n").append(text);
                    texts = true;
                    if (last && i == blocks.size() - 1 && role.equals("assistant")
                            && !text.equals(text.stripTrailing())) {
                        throw Refused.invalid("messages: final assistant content cannot end with trailing whitespace");
                    }
                }
                case "image" -> picture(block.only("type", "source", "cache_control"), role);
                case "document" -> document(block);
                case "tool_use" -> toolUse(block, role, index);
                case "tool_result" -> {
                    results = true;
                    toolResult(block, role, index, wanted, texts);
                }
                case "thinking" -> thinking(block, role);
                case "redacted_thinking" -> redacted(block, role);
                case "server_tool_use", "web_search_tool_result", "web_fetch_tool_result", "search_result",
                        "container_upload", "mcp_tool_use", "mcp_tool_result", "code_execution_tool_result" ->
                    prompt
                            .json(block.json());
                default -> throw block.refused("Input tag '" + type + "' found using 'type' does not match any of the"
                        + " expected tags: 'document', 'image', 'redacted_thinking', 'search_result', 'text',"
                        + " 'thinking', 'tool_result', 'tool_use'");
            }
            cacheControl(block, prompt);
        }
        if (results && thinks && last && !lastAssistantBlock.endsWith("thinking")) {
            throw Refused.invalid("messages." + (index - 1) + ".content.0.type: Expected `thinking` or"
                    + " `redacted_thinking`, but found `" + lastAssistantBlock + "`. When `thinking` is enabled, a"
                    + " final `assistant` message must start with a thinking block (preceeding the lastmost set of"
                    + " `tool_use` and `tool_result` blocks).");
        }
        said = role.equals("user") ? heard.toString() : "";
    }

    /** Refuses a text block that says nothing. */
    static void filled(Fields block, String where) {
        String text = block.text("text");
        if (text.isEmpty()) {
            throw Refused.invalid(where + ": text content blocks must be non-empty");
        }
        if (text.isBlank()) {
            throw Refused.invalid(where + ": text content blocks must contain non-whitespace text");
        }
    }

    static void cacheControl(Fields block, Prompt prompt) {
        Fields control = block.object("cache_control");
        if (control != null) {
            control.only("type", "ttl", "scope").word("type", "ephemeral", "ephemeral");
            control.need("type");
            prompt.breakpoint(control.word("ttl", "5m", "5m", "1h").equals("1h"));
        }
    }

    private void picture(Fields block, String role) {
        if (role.equals("assistant")) {
            throw block.refused("`image` blocks are only permitted in `user` messages");
        }
        Fields source = block.needObject("source");
        switch (source.text("type")) {
            case "base64" -> {
                source.only("type", "media_type", "data");
                if (!PICTURES.contains(source.text("media_type"))) {
                    throw source.refused("base64.media_type", "Input should be 'image/jpeg', 'image/png',"
                            + " 'image/gif' or 'image/webp'");
                }
                base64(source);
            }
            case "url" -> {
                source.only("type", "url");
                if (!source.text("url").startsWith("https://")) {
                    throw source.refused("url", "Only HTTPS URLs are supported.");
                }
            }
            case "file" -> source.only("type", "file_id").text("file_id");
            default -> throw source.refused("Input tag '" + source.text("type") + "' found using 'type' does not match"
                    + " any of the expected tags: 'base64', 'file', 'url'");
        }
        prompt.image(Json.text(source.json()));
    }

    private static void base64(Fields source) {
        try {
            if (Base64.getDecoder().decode(source.text("data")).length == 0) {
                throw Refused.invalid("image cannot be empty");
            }
        } catch (IllegalArgumentException e) {
            throw source.refused("base64.data", "Invalid base64 data");
        }
    }

    private void document(Fields block) {
        block.only("type", "source", "cache_control", "title", "context", "citations");
        Fields source = block.needObject("source");
        String type = source.text("type");
        if (type.equals("base64") && !source.text("media_type").equals("application/pdf")) {
            throw source.refused("base64.media_type", "Input should be 'application/pdf'");
        }
        if (type.equals("text") && !source.text("media_type").equals("text/plain")) {
            throw source.refused("text.media_type", "Input should be 'text/plain'");
        }
        prompt.document(Json.text(source.json()));
    }

    private void toolUse(Fields block, String role, int index) {
        block.only("type", "id", "name", "input", "cache_control", "caller");
        if (!role.equals("assistant")) {
            throw Refused.invalid("messages." + index + ": `tool_use` blocks can only be in `assistant` messages");
        }
        String id = block.text("id");
        if (!TOOL_ID.matcher(id).matches()) {
            throw block.refused("tool_use.id", "String should match pattern '^[a-zA-Z0-9_-]+$'");
        }
        if (!everUsed.add(id)) {
            throw Refused.invalid("messages: `tool_use` ids must be unique");
        }
        open.add(id);
        prompt.text(block.text("name"));
        prompt.json(block.needObject("input").json());
    }

    private void toolResult(Fields block, String role, int index, Set<String> wanted, boolean afterText) {
        block.only("type", "tool_use_id", "content", "is_error", "cache_control");
        if (!role.equals("user")) {
            throw Refused.invalid("messages." + index + ": `tool_result` blocks can only be in `user` messages");
        }
        String id = block.text("tool_use_id");
        if (!wanted.remove(id)) {
            throw Refused.invalid("messages." + index + ".content: unexpected `tool_use_id` found in `tool_result`"
                    + " blocks: " + id + ". Each `tool_result` block must have a corresponding `tool_use` block in the"
                    + " previous message.");
        }
        if (afterText) {
            wanted.add(id);
            open = wanted;
            throw unanswered(index - 1);
        }
        block.flag("is_error", false);
        JsonNode content = block.find("content");
        if (content != null && content.isTextual()) {
            prompt.text(content.textValue());
        } else {
            for (Fields part : block.objects("content")) {
                switch (part.text("type")) {
                    case "text" -> {
                        filled(part, "messages");
                        prompt.text(part.text("text"));
                    }
                    case "image" -> picture(part, role);
                    case "document" -> document(part);
                    case "search_result", "tool_reference" -> prompt.json(part.json());
                    default -> throw part.refused("Input tag '" + part.text("type") + "' found using 'type' does not"
                            + " match any of the expected tags: 'document', 'image', 'search_result', 'text'");
                }
            }
        }
    }

    private void thinking(Fields block, String role) {
        block.only("type", "thinking", "signature");
        if (!role.equals("assistant")) {
            throw block.refused("`thinking` blocks can only be in `assistant` messages");
        }
        String thought = block.text("thinking");
        if (!simulation.seals().fits(block.text("signature"), thought)) {
            throw new Refused(Problem.invalid(block.path() + ": Invalid `signature` in `thinking` block"));
        }
        prompt.text(thought);
    }

    private void redacted(Fields block, String role) {
        block.only("type", "data");
        if (!role.equals("assistant") || !simulation.seals().fits(block.text("data"), "redacted")) {
            throw new Refused(Problem.invalid(block.path() + ": Invalid `data` in `redacted_thinking` block"));
        }
    }

    private Refused unanswered(int index) {
        return Refused.invalid("messages." + index + ": `tool_use` ids were found without `tool_result` blocks"
                + " immediately after: " + String.join(", ", open) + ". Each `tool_use` block must have a corresponding"
                + " `tool_result` block in the next message.");
    }
}
