package org.gatehouse.gateway.protocol.anthropic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.Block.CacheMark;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.protocol.UntranslatableException;

/** Reads the content of turns: a text, or a list of blocks. */
final class BlockReader {
    private final Map<String, JsonNode> foreign;

    /** Takes where to note what a block says that has no canonical place. */
    BlockReader(Map<String, JsonNode> foreign) {
        this.foreign = foreign;
    }

    List<Block> content(JsonNode content, String at) throws UntranslatableException {
        List<Block> blocks = new ArrayList<>();
        if (content.isTextual()) {
            blocks.add(new Block.Text(content.textValue()));
            return blocks;
        }
        if (!content.isArray()) {
            throw new UntranslatableException(at, at + " is neither a text nor a list. Send one of them.");
        }
        for (int i = 0; i < content.size(); i++) {
            JsonNode block = content.get(i);
            if (Trees.text(block, "type").isEmpty()) {
                throw new UntranslatableException(at + "[" + i + "].type",
                        "The block " + at + "[" + i + "] has no type. Give it one.");
            }
            blocks.add(block(block, at + "[" + i + "]"));
        }
        return blocks;
    }

    private Block block(JsonNode block, String at) throws UntranslatableException {
        return switch (Trees.text(block, "type")) {
            case "text" -> {
                leave(block, at, "citations");
                yield new Block.Text(needed(block, "text", at), cacheMark(block));
            }
            case "image" -> new Block.Image(media(block, at), null, cacheMark(block));
            case "document" -> document(block, at);
            case "tool_use" -> new Block.ToolCall(needed(block, "id", at), needed(block, "name", at), input(block),
                    null, cacheMark(block));
            case "tool_result" -> {
                JsonNode content = Trees.field(block, "content");
                yield new Block.ToolResult(needed(block, "tool_use_id", at),
                        content == null ? List.of() : content(content, at + ".content"),
                        block.path("is_error").asBoolean(false), cacheMark(block));
            }
            case "thinking", "redacted_thinking" -> thoughts(block);
            default -> new Block.Foreign(Trees.text(block, "type"), block);
        };
    }

    /** Thoughts, seen or not, byte for byte as they were. */
    static Block thoughts(JsonNode block) {
        if (Trees.text(block, "type").equals("redacted_thinking")) {
            return new Block.RedactedThinking(Trees.text(block, "data"));
        }
        String signature = Trees.text(block, "signature");
        return new Block.Thinking(Trees.text(block, "thinking"), signature.isEmpty() ? null : signature);
    }

    /** The arguments of a call as text. */
    static String input(JsonNode toolUse) {
        JsonNode input = Trees.field(toolUse, "input");
        return input == null ? "{}" : Trees.text(input);
    }

    private Block document(JsonNode block, String at) throws UntranslatableException {
        leave(block, at, "context");
        leave(block, at, "citations");
        JsonNode source = block.path("source");
        if (Trees.text(source, "type").equals("content") && !source.path("content").isTextual()) {
            return new Block.Foreign("document", block);
        }
        String title = Trees.text(block, "title");
        return new Block.Document(media(block, at), title.isEmpty() ? null : title, cacheMark(block));
    }

    private static Media media(JsonNode block, String at) throws UntranslatableException {
        JsonNode source = block.path("source");
        return switch (Trees.text(source, "type")) {
            case "base64" -> new Media.Inline(needed(source, "media_type", at + ".source"),
                    needed(source, "data", at + ".source"));
            case "url" -> new Media.Remote(needed(source, "url", at + ".source"));
            case "file" -> new Media.Uploaded(needed(source, "file_id", at + ".source"));
            case "text" -> new Media.Plain(needed(source, "data", at + ".source"));
            case "content" -> new Media.Plain(source.path("content").asText());
            default -> throw new UntranslatableException(at + ".source.type",
                    "The source of " + at + " is unknown. Use base64, url, file or text.");
        };
    }

    private void leave(JsonNode block, String at, String name) {
        JsonNode value = Trees.field(block, name);
        if (value != null && !(value.isArray() && value.isEmpty())) {
            foreign.put(at + "." + name, value);
        }
    }

    private static String needed(JsonNode object, String name, String at) throws UntranslatableException {
        JsonNode value = object.get(name);
        if (value == null || !value.isTextual()) {
            throw new UntranslatableException(at + "." + name,
                    "The field '" + name + "' of " + at + " is missing or no text. Add it.");
        }
        return value.textValue();
    }

    /** Whether a cached prefix ends here. */
    static @Nullable CacheMark cacheMark(JsonNode object) {
        JsonNode control = Trees.field(object, "cache_control");
        if (control == null) {
            return null;
        }
        return Trees.text(control, "ttl").equals("1h") ? CacheMark.ONE_HOUR : CacheMark.FIVE_MINUTES;
    }
}
