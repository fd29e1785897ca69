package org.gatehouse.gateway.protocol.converse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.ToolIds;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/**
 * Writes a conversation for Bedrock: roles alternate, the user begins, results of tools stand before other words, blank
 * texts are left out. Made for one conversation.
 */
final class MessagesWriter {
    private final Terms terms;
    private final Losses losses;
    private final ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    private final Set<String> open = new LinkedHashSet<>();

    MessagesWriter(Terms terms, Losses losses) {
        this.terms = terms;
        this.losses = losses;
    }

    ArrayNode write(List<Turn> turns) throws UntranslatableException {
        List<Block> said = new ArrayList<>();
        Role role = Role.USER;
        for (Turn turn : turns) {
            if (turn.role() == Role.SYSTEM) {
                losses.say("a system message inside the conversation sent as the user's");
            }
            Role side = turn.role() == Role.ASSISTANT ? Role.ASSISTANT : Role.USER;
            if (side != role && !turn.blocks().isEmpty()) {
                message(role, said);
                said.clear();
                role = side;
            }
            said.addAll(turn.blocks());
        }
        message(role, said);
        if (messages.isEmpty() || messages.get(0).path("role").asText().equals("assistant")) {
            losses.say("a user turn put first: this provider wants the user to begin");
            messages.insertObject(0).put("role", "user").putArray("content").addObject().put("text", ".");
        }
        begun();
        return messages;
    }

    /** Claude refuses a begun answer that ends with white space. */
    private void begun() {
        JsonNode last = messages.get(messages.size() - 1);
        JsonNode content = last.path("content");
        if (last.path("role").asText().equals("assistant")
                && content.path(content.size() - 1) instanceof ObjectNode words
                && words.path("text").isTextual()) {
            String text = words.path("text").textValue();
            if (!text.stripTrailing().equals(text)) {
                losses.say("white space at the end of the begun answer dropped");
                words.put("text", text.stripTrailing());
            }
        }
    }

    private void message(Role role, List<Block> blocks) throws UntranslatableException {
        ArrayNode content = messages.arrayNode();
        if (role == Role.USER) {
            for (Block block : blocks) {
                if (block instanceof Block.ToolResult result) {
                    result(result, content);
                }
            }
            if (!open.isEmpty() && !blocks.isEmpty()) {
                throw new UntranslatableException(null, "The call '" + open.iterator().next()
                        + "' has no result. Send one for each call.");
            }
        }
        for (Block block : blocks) {
            if (!(block instanceof Block.ToolResult)) {
                block(block, role, content);
            } else if (role == Role.ASSISTANT) {
                throw new UntranslatableException(null,
                        "A tool result stands in the assistant's turn. Send it as the user's or the tool's.");
            }
        }
        if (content.isEmpty()) {
            return;
        }
        String name = role == Role.USER ? "user" : "assistant";
        if (!messages.isEmpty() && messages.get(messages.size() - 1) instanceof ObjectNode last
                && last.path("role").asText().equals(name) && last.get("content") instanceof ArrayNode before) {
            before.addAll(content);
        } else {
            messages.addObject().put("role", name).set("content", content);
        }
    }

    private void block(Block block, Role role, ArrayNode content) throws UntranslatableException {
        switch (block) {
            case Block.Text text -> text(text.text(), content);
            case Block.Declined declined -> text(declined.text(), content);
            case Block.Image image -> image(image, content);
            case Block.Document document -> document(document, content);
            case Block.Audio _ -> throw new UntranslatableException(null,
                    "Bedrock takes no recordings in a chat. Send the words.");
            case Block.ToolCall call -> {
                open.add(call.id());
                if (!call.arguments().isBlank() && JsonTrees.readObject(call.arguments()) == null) {
                    losses.say("broken arguments of an earlier tool call left out");
                }
                content.addObject().putObject("toolUse").put("toolUseId", ToolIds.write(call.id()))
                        .put("name", call.name()).set("input", JsonTrees.arguments(call.arguments()));
            }
            case Block.Thinking thinking -> {
                if (thinking.signature() == null || role == Role.USER) {
                    losses.say("reasoning of earlier turns dropped: not sealed by this provider");
                } else {
                    content.addObject().putObject("reasoningContent").putObject("reasoningText")
                            .put("text", thinking.text()).put("signature", thinking.signature());
                }
            }
            case Block.RedactedThinking redacted -> content.addObject().putObject("reasoningContent")
                    .put("redactedContent", redacted.data());
            case Block.Foreign foreign -> losses.dropped(List.of(foreign.type()));
            case Block.ToolResult _ -> throw new IllegalStateException("results are written before");
        }
        mark(block, content);
    }

    private void result(Block.ToolResult result, ArrayNode content) throws UntranslatableException {
        if (!open.remove(result.callId())) {
            throw new UntranslatableException(null, "The tool result for '" + result.callId()
                    + "' answers no call of the turn before it. Send each result right behind its call.");
        }
        ObjectNode written = content.addObject().putObject("toolResult").put("toolUseId",
                ToolIds.write(result.callId()));
        ArrayNode parts = written.putArray("content");
        for (Block part : result.content()) {
            block(part, Role.USER, parts);
        }
        if (parts.isEmpty()) {
            parts.addObject().put("text", "(empty)");
        }
        if (result.failed()) {
            written.put("status", "error");
        }
        mark(result, content);
    }

    /** A blank text is refused there. */
    private static void text(String text, ArrayNode content) {
        if (!text.isBlank()) {
            content.addObject().put("text", text);
        }
    }

    private void image(Block.Image image, ArrayNode content) throws UntranslatableException {
        if (!terms.images()) {
            throw new UntranslatableException(null, "The model '" + terms.model()
                    + "' does not see pictures. Leave them out or name another model.");
        }
        if (!(image.media() instanceof Media.Inline inline)) {
            throw new UntranslatableException(null,
                    "Bedrock fetches no pictures from addresses. Send the picture itself.");
        }
        String format = inline.type().toLowerCase(Locale.ROOT).replace("image/jpg", "image/jpeg");
        if (!Set.of("image/png", "image/jpeg", "image/gif", "image/webp").contains(format)) {
            throw new UntranslatableException(null, "Bedrock does not take pictures of type '" + inline.type()
                    + "'. Send png, jpeg, gif or webp.");
        }
        content.addObject().putObject("image").put("format", format.substring("image/".length()))
                .putObject("source").put("bytes", inline.base64());
    }

    private static void document(Block.Document document, ArrayNode content) throws UntranslatableException {
        String data;
        String format;
        switch (document.media()) {
            case Media.Plain plain -> {
                data = Base64.getEncoder().encodeToString(plain.text().getBytes(StandardCharsets.UTF_8));
                format = "txt";
            }
            case Media.Inline inline -> {
                data = inline.base64();
                format = switch (inline.type()) {
                    case "application/pdf" -> "pdf";
                    case "text/plain" -> "txt";
                    case "text/csv" -> "csv";
                    case "text/html" -> "html";
                    case "text/markdown" -> "md";
                    default -> throw new UntranslatableException(null, "Bedrock does not take documents of type '"
                            + inline.type() + "'. Send PDF or text.");
                };
            }
            case Media.Remote _,Media.Uploaded _ -> throw new UntranslatableException(null,
                    "Bedrock fetches no documents from elsewhere. Send the document itself.");
        }
        // Letters, digits, single spaces, - ( ) [ ] only.
        String name = document.name() == null
                ? "document"
                : document.name().replaceAll("[^a-zA-Z0-9()\\[\\]-]+", " ").strip();
        content.addObject().putObject("document").put("format", format).put("name",
                name.isEmpty() ? "document" : name).putObject("source").put("bytes", data);
    }

    static void mark(Block block, ArrayNode content) {
        Block.CacheMark mark = block.cache();
        if (mark != null && !content.isEmpty()) {
            cachePoint(mark, content);
        }
    }

    static void cachePoint(Block.CacheMark mark, ArrayNode content) {
        ObjectNode point = content.addObject().putObject("cachePoint").put("type", "default");
        if (mark == Block.CacheMark.ONE_HOUR) {
            point.put("ttl", "1h");
        }
    }
}
