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
 * Reads {@code instructions} and {@code input}. What the assistant did in one go (thoughts, words, calls) is several items
 * there and one turn here; so are results of tools in a row. Confined to one thread.
 */
final class ResponsesItems {
    private final List<Block.Text> system = new ArrayList<>();
    private final List<Turn> turns = new ArrayList<>();
    private final List<Block> open = new ArrayList<>();
    private final HistoryCalls calls = new HistoryCalls();
    private Role speaker = Role.ASSISTANT;

    static ResponsesItems read(Field instructions, Field input) throws UntranslatableException {
        ResponsesItems read = new ResponsesItems();
        read.system.addAll(ContentParts.texts(instructions));
        if (input.isText()) {
            read.turns.add(new Turn(Role.USER, List.of(new Block.Text(input.text()))));
            return read;
        }
        if (!input.isArray() || input.node().isEmpty()) {
            throw input.wrong("a string, or an array of at least one item");
        }
        for (Field item : input.entries()) {
            if (!item.isObject()) {
                throw item.wrong("an object with a type or a role");
            }
            read.item(item);
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

    private void item(Field item) throws UntranslatableException {
        Field type = item.get("type");
        String name = !type.absent() ? type.text() : item.get("role").absent() ? "item_reference" : "message";
        switch (name) {
            case "message" -> message(item);
            case "function_call" -> {
                Field id = item.get("call_id");
                add(Role.ASSISTANT, new Block.ToolCall(calls.called(id.text()), item.get("name").text(),
                        Arguments.ofHistory(item.get("arguments")), ChatMessages.sealOf(item.node()), null));
            }
            case "function_call_output" -> add(Role.USER, result(item));
            case "reasoning" -> reasoning(item);
            case "item_reference" -> throw item.untranslatable("points at an item that OpenAI keeps, which the model's"
                    + " provider does not have; send the item itself.");
            default -> add(name.endsWith("_output") ? Role.USER : Role.ASSISTANT,
                    new Block.Foreign(name, item.node()));
        }
    }

    private void message(Field item) throws UntranslatableException {
        String role = item.get("role").text();
        switch (role) {
            case "assistant" -> {
                for (Block block : ContentParts.read(item.get("content"))) {
                    add(Role.ASSISTANT, block);
                }
            }
            case "user" -> {
                flush();
                turns.add(new Turn(Role.USER, ContentParts.read(item.get("content"))));
            }
            case "system", "developer" -> {
                flush();
                List<Block.Text> texts = ContentParts.texts(item.get("content"));
                if (turns.isEmpty()) {
                    system.addAll(texts);
                } else {
                    turns.add(new Turn(Role.SYSTEM, List.copyOf(texts)));
                }
            }
            default -> throw item.get("role").wrong("user, assistant, system or developer");
        }
    }

    private Block result(Field item) throws UntranslatableException {
        Field id = item.get("call_id");
        String call = calls.answered(id.text());
        if (call == null) {
            throw id.untranslatable("answers no function call before it; send the function_call item first, and one"
                    + " output for each.");
        }
        boolean failed = item.node().path("status").asText("").equals("incomplete");
        return new Block.ToolResult(call, ContentParts.read(item.get("output")), failed, null);
    }

    private void reasoning(Field item) {
        String sealed = item.node().path("encrypted_content").asText("");
        String text = thoughts(item.node());
        Block block = sealedThoughts(text, sealed.isEmpty() ? null : sealed);
        if (block != null) {
            add(Role.ASSISTANT, block);
        }
    }

    /** The words of a reasoning item: its content where the provider shows it, else the summary. */
    static String thoughts(JsonNode item) {
        List<String> texts = new ArrayList<>();
        for (JsonNode part : item.path("content")) {
            texts.add(part.path("text").asText(""));
        }
        if (texts.isEmpty()) {
            for (JsonNode part : item.path("summary")) {
                texts.add(part.path("text").asText(""));
            }
        }
        return String.join("\n\n", texts);
    }

    /** Thoughts with their seal; null when they say nothing. */
    static @Nullable Block sealedThoughts(String text, @Nullable String sealed) {
        String redacted = sealed == null ? null : ResponsesOutput.redacted(sealed);
        if (redacted != null) {
            return new Block.RedactedThinking(redacted);
        }
        return text.isEmpty() && sealed == null ? null : new Block.Thinking(text, sealed);
    }

    private void add(Role role, Block block) {
        if (role != speaker) {
            flush();
            speaker = role;
        }
        open.add(block);
    }

    private void flush() {
        if (!open.isEmpty()) {
            turns.add(new Turn(speaker, List.copyOf(open)));
            open.clear();
        }
    }
}
