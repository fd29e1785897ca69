package org.gatehouse.gateway.protocol.gemini;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/**
 * Reads a client's conversation. Where calls have no ids they get some: the same ones each time the conversation is sent,
 * since they are counted; and a response belongs to the first call of its name that has none yet.
 */
final class ContentsReader {
    private final @Nullable String detail;
    private final List<Turn> turns = new ArrayList<>();
    private final List<Call> open = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private int calls;

    private record Call(String id, String name) {}

    /** Takes how closely pictures are to be looked at. */
    ContentsReader(@Nullable String detail) {
        this.detail = detail;
    }

    List<Turn> read(List<JsonNode> contents) throws UntranslatableException {
        if (contents.isEmpty()) {
            throw new UntranslatableException("contents", "The field 'contents' is empty. Send at least one content.");
        }
        for (int i = 0; i < contents.size(); i++) {
            Fields content = Fields.of("contents[" + i + "]", contents.get(i));
            Role role = role(content);
            if (role == Role.ASSISTANT && !turns.isEmpty() && turns.getLast().role() == Role.USER) {
                open.clear();
            }
            List<Block> blocks = new ArrayList<>();
            List<JsonNode> parts = content.list("parts");
            for (int j = 0; j < parts.size(); j++) {
                part(Fields.of(content.at("parts[" + j + "]"), parts.get(j)), (ObjectNode) parts.get(j), role, blocks);
            }
            turns.add(new Turn(role, blocks));
        }
        return turns;
    }

    private static Role role(Fields content) throws UntranslatableException {
        String role = content.text("role");
        return switch (role == null ? "user" : role) {
            // Older client libraries answer calls in a role of its own.
            case "user", "function" -> Role.USER;
            case "model" -> Role.ASSISTANT;
            default -> throw new UntranslatableException(content.at("role"),
                    "The role in '" + content.at("role") + "' must be user or model.");
        };
    }

    private void part(Fields part, ObjectNode node, Role role, List<Block> blocks) throws UntranslatableException {
        String signature = part.text("thoughtSignature");
        boolean thought = Boolean.TRUE.equals(part.bool("thought"));
        if (part.has("text")) {
            String text = part.text("text");
            words(text == null ? "" : text, thought, signature, blocks);
        } else if (part.has("functionCall")) {
            blocks.add(call(needed(part.object("functionCall"), part), signature));
        } else if (part.has("functionResponse")) {
            blocks.add(response(needed(part.object("functionResponse"), part), role));
        } else if (part.has("inlineData")) {
            Fields data = needed(part.object("inlineData"), part);
            String type = data.needed("mimeType");
            blocks.add(media(type, new Media.Inline(type, data.needed("data")), data.text("displayName"), detail));
        } else if (part.has("fileData")) {
            Fields data = needed(part.object("fileData"), part);
            String uri = data.needed("fileUri");
            String type = data.text("mimeType");
            blocks.add(media(type == null ? MediaTypes.ofAddress(uri, "image/jpeg") : type, MediaTypes.file(uri),
                    data.text("displayName"), detail));
        } else if (!part.rest().isEmpty()) {
            blocks.add(new Block.Foreign(part.rest().keySet().iterator().next(), node));
        } else if (signature != null) {
            blocks.add(new Block.Thinking("", signature));
        }
    }

    /** A signature on words seals the thoughts that led to them; it stands behind them. */
    private static void words(String text, boolean thought, @Nullable String signature, List<Block> blocks) {
        if (thought) {
            blocks.add(new Block.Thinking(text, signature));
            return;
        }
        if (!text.isEmpty()) {
            blocks.add(new Block.Text(text));
        }
        if (signature != null) {
            blocks.add(new Block.Thinking("", signature));
        }
    }

    private Block call(Fields call, @Nullable String signature) throws UntranslatableException {
        String name = call.needed("name");
        String id = call.text("id");
        if (id == null || id.isEmpty()) {
            do {
                id = "gemini_call_" + ++calls;
            } while (ids.contains(id));
        }
        ids.add(id);
        open.add(new Call(id, name));
        JsonNode args = call.take("args");
        return new Block.ToolCall(id, name, args == null ? "{}" : JsonTrees.text(args), signature, null);
    }

    private Block response(Fields response, Role role) throws UntranslatableException {
        String name = response.needed("name");
        if (role != Role.USER) {
            throw new UntranslatableException(response.at("name"),
                    "The model answers no calls. Send '" + name + "' as the user.");
        }
        Call call = answered(response.text("id"), name);
        if (call == null) {
            throw new UntranslatableException(response.at("name"), "The response of '" + name
                    + "' answers no call of the turn before it. Send one response for each functionCall.");
        }
        boolean failed = false;
        List<Block> content = new ArrayList<>();
        JsonNode value = response.take("response");
        if (value instanceof ObjectNode object) {
            failed = object.size() == 1 && object.has("error");
            // The two names that Google gives a meaning; what a tool says by others is passed on whole.
            JsonNode words = object.size() == 1 ? object.path(failed ? "error" : "output") : object;
            content.add(new Block.Text(words.isTextual() ? words.textValue() : JsonTrees.text(object)));
        } else if (value != null) {
            throw new UntranslatableException(response.at("response"),
                    "The field '" + response.at("response") + "' must be an object.");
        }
        int index = 0;
        for (JsonNode part : response.list("parts")) {
            Fields data = Fields.of(response.at("parts[" + index++ + "]"), part).object("inlineData");
            if (data != null) {
                String type = data.needed("mimeType");
                content.add(media(type, new Media.Inline(type, data.needed("data")), data.text("displayName"), null));
            }
        }
        return new Block.ToolResult(call.id(), content, failed, null);
    }

    private @Nullable Call answered(@Nullable String id, String name) {
        if (id != null) {
            for (Iterator<Call> calls = open.iterator(); calls.hasNext();) {
                Call call = calls.next();
                if (call.id().equals(id)) {
                    calls.remove();
                    return call;
                }
            }
        }
        for (Iterator<Call> calls = open.iterator(); calls.hasNext();) {
            Call call = calls.next();
            if (call.name().equals(name)) {
                calls.remove();
                return call;
            }
        }
        return null;
    }

    private static Block media(String type, Media media, @Nullable String name, @Nullable String detail) {
        if (type.startsWith("image/")) {
            return new Block.Image(media, detail, null);
        }
        if (type.startsWith("audio/")) {
            return new Block.Audio(media);
        }
        if (type.startsWith("video/")) {
            ObjectNode part = JsonTrees.object();
            switch (media) {
                case Media.Inline inline -> part.putObject("inlineData").put("mimeType", type).put("data",
                        inline.base64());
                case Media.Remote remote -> part.putObject("fileData").put("mimeType", type).put("fileUri",
                        remote.url());
                case Media.Uploaded file -> part.putObject("fileData").put("mimeType", type).put("fileUri",
                        file.fileId());
                case Media.Plain plain -> part.put("text", plain.text());
            }
            return new Block.Foreign("video", part);
        }
        return new Block.Document(media, name, null);
    }

    private static Fields needed(@Nullable Fields fields, Fields part) throws UntranslatableException {
        if (fields == null) {
            throw new UntranslatableException(part.at("text"), "A part is empty. Leave it out.");
        }
        return fields;
    }
}
