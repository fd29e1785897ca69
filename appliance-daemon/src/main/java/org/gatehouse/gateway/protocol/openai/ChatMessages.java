package org.gatehouse.gateway.protocol.openai;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * Reads {@code messages}. Leading messages of the system's or developer's become the system instructions, later ones turns
 * of their own; consecutive messages of tools become one turn of the user's. Confined to one thread.
 */
final class ChatMessages {
    private final List<Block.Text> system = new ArrayList<>();
    private final List<Turn> turns = new ArrayList<>();
    private final List<Block> results = new ArrayList<>();
    private final HistoryCalls calls = new HistoryCalls();
    private boolean names;

    static ChatMessages read(Field messages) throws UntranslatableException {
        List<Field> entries = messages.entries();
        if (entries.isEmpty()) {
            throw messages.wrong("at least one message");
        }
        ChatMessages read = new ChatMessages();
        for (Field message : entries) {
            if (!message.isObject()) {
                throw message.wrong("an object with role and content");
            }
            read.message(message);
        }
        read.flush();
        return read;
    }

    List<Block.Text> system() {
        return system;
    }

    List<Turn> turns() {
        return turns;
    }

    /** Whether a message named its speaker, for which there is no place elsewhere. */
    boolean speakersNamed() {
        return names;
    }

    private void message(Field message) throws UntranslatableException {
        String role = message.get("role").text();
        if (role.equals("tool") || role.equals("function")) {
            results.add(result(message, role.equals("function")));
            return;
        }
        flush();
        names |= !message.get("name").absent();
        switch (role) {
            case "system", "developer" -> instructions(message);
            case "user" -> {
                Field content = message.get("content");
                if (content.absent()) {
                    throw content.wrong("a string or an array of parts");
                }
                turns.add(new Turn(Role.USER, ContentParts.read(content)));
            }
            case "assistant" -> turns.add(new Turn(Role.ASSISTANT, assistant(message)));
            default -> throw message.get("role").wrong("system, developer, user, assistant or tool");
        }
    }

    private void instructions(Field message) throws UntranslatableException {
        List<Block.Text> texts = ContentParts.texts(message.get("content"));
        if (turns.isEmpty()) {
            system.addAll(texts);
        } else {
            turns.add(new Turn(Role.SYSTEM, List.copyOf(texts)));
        }
    }

    private List<Block> assistant(Field message) throws UntranslatableException {
        List<Block> blocks = new ArrayList<>(PastThoughts.read(message.node()));
        for (Block block : ContentParts.read(message.get("content"))) {
            // A client sends "" beside tool calls, which says nothing and which others refuse.
            if (!(block instanceof Block.Text text && text.text().isEmpty())) {
                blocks.add(block);
            }
        }
        String refusal = message.get("refusal").optionalText();
        if (refusal != null && !refusal.isEmpty()) {
            blocks.add(new Block.Declined(refusal));
        }
        Field toolCalls = message.get("tool_calls");
        if (!toolCalls.absent()) {
            for (Field call : toolCalls.entries()) {
                blocks.add(call(call));
            }
        }
        Field older = message.get("function_call");
        if (older.isObject()) {
            String name = older.get("name").text();
            blocks.add(new Block.ToolCall(calls.called(byName(name)), name,
                    Arguments.ofHistory(older.get("arguments")), null, null));
        }
        return blocks;
    }

    private Block call(Field call) throws UntranslatableException {
        Field function = call.get("function");
        if (!function.isObject()) {
            return new Block.Foreign(call.node().path("type").asText("tool_call"), call.node());
        }
        String id = call.get("id").optionalText();
        return new Block.ToolCall(calls.called(id == null ? "" : id), function.get("name").text(),
                Arguments.ofHistory(function.get("arguments")), sealOf(call.node()), ContentParts.cache(call));
    }

    /** Where Google's own OpenAI surface puts a call's {@code thoughtSignature}, and where clients send it back. */
    static @Nullable String sealOf(JsonNode call) {
        JsonNode seal = call.path("extra_content").path("google").path("thought_signature");
        return seal.isTextual() ? seal.textValue() : null;
    }

    private Block result(Field message, boolean older) throws UntranslatableException {
        Field id = message.get(older ? "name" : "tool_call_id");
        String given = older ? byName(id.text()) : id.optionalText();
        String call = calls.answered(given == null ? "" : given);
        if (call == null) {
            throw id.untranslatable(
                    "answers no tool call before it; send the assistant message with that call first, and"
                            + " one result for each call.");
        }
        return new Block.ToolResult(call, ContentParts.read(message.get("content")), false,
                ContentParts.cache(message));
    }

    /** The older calls bear no ids; a function's message answers the last call of its name. */
    private static String byName(String name) {
        return "call_" + name;
    }

    private void flush() {
        if (!results.isEmpty()) {
            turns.add(new Turn(Role.USER, List.copyOf(results)));
            results.clear();
        }
    }
}
