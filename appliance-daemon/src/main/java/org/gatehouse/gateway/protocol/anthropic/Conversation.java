package org.gatehouse.gateway.protocol.anthropic;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * The conversation as Anthropic takes it: instructions apart, turns that alternate and begin with the user, nothing blank,
 * the results of all calls of a turn together at the start of the next.
 */
final class Conversation {
    /** Stands where a turn must be and the client has nothing to say; a blank would be refused. */
    private static final String NOTHING = ".";

    private final BlockWriter blocks;
    private final Losses losses;
    private final ArrayNode system = JsonNodeFactory.instance.arrayNode();
    private final ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    private final Set<String> namesCalled = new LinkedHashSet<>();
    private final CallIds ids = new CallIds();

    private @Nullable Role role;
    private ArrayNode results = JsonNodeFactory.instance.arrayNode();
    private ArrayNode others = JsonNodeFactory.instance.arrayNode();
    private boolean lacksThoughts;

    private Conversation(Terms terms, Losses losses) {
        this.blocks = new BlockWriter(terms, losses);
        this.losses = losses;
    }

    static Conversation of(ChatRequest request, Terms terms, Losses losses) throws UntranslatableException {
        Conversation conversation = new Conversation(terms, losses);
        for (Block.Text text : request.system()) {
            conversation.instruct(text);
        }
        conversation.turns(request.turns());
        return conversation;
    }

    /** The instructions; may be empty. */
    ArrayNode system() {
        return system;
    }

    /** The turns. */
    ArrayNode messages() {
        return messages;
    }

    /** The tools that were called in it, by the names that Anthropic reads. */
    Set<String> namesCalled() {
        return namesCalled;
    }

    /** Whether it ends with results for an assistant turn that does not start with its thoughts. */
    boolean continuesWithoutThoughts() {
        return lacksThoughts;
    }

    private void instruct(Block.Text text) {
        ObjectNode written = BlockWriter.text(text.text());
        if (written != null) {
            CacheMarks.put(written, text.cache());
            system.add(written);
        }
    }

    private void turns(List<Turn> turns) throws UntranslatableException {
        boolean begun = false;
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            String at = "messages[" + i + "].content";
            switch (turn.role()) {
                case SYSTEM -> hoist(turn, begun);
                case USER -> {
                    for (Block block : turn.blocks()) {
                        user(block, at);
                    }
                    if (role != Role.USER && isLast(turns, i)) {
                        // Or the assistant's turn before it would be taken for the begin of the answer.
                        turn(Role.USER);
                        others.add(nothing());
                        losses.say("an empty last message filled with a dot: the provider takes none");
                    }
                    begun = true;
                }
                case ASSISTANT -> {
                    for (Block block : turn.blocks()) {
                        assistant(block);
                    }
                    begun = true;
                }
            }
        }
        Role last = role;
        finish();
        if (last == null) {
            first();
        } else if (last == Role.ASSISTANT) {
            prefill();
            ids.nothingOpen();
        } else {
            lacksThoughts = lastCallsLackThoughts();
        }
    }

    private static boolean isLast(List<Turn> turns, int at) {
        return turns.subList(at + 1, turns.size()).stream().allMatch(turn -> turn.role() == Role.SYSTEM);
    }

    private void hoist(Turn turn, boolean begun) {
        if (begun) {
            losses.say("a system message inside the conversation moved to its front");
        }
        for (Block block : turn.blocks()) {
            if (block instanceof Block.Text text) {
                instruct(text);
            } else {
                losses.say("a block of a system message dropped: only text is instruction");
            }
        }
    }

    private void user(Block block, String at) throws UntranslatableException {
        if (block instanceof Block.ToolResult result) {
            turn(Role.USER);
            results.add(result(result, at));
            return;
        }
        ObjectNode written = blocks.input(block, at);
        if (written != null) {
            turn(Role.USER);
            others.add(written);
        } else {
            mark(block);
        }
    }

    private void assistant(Block block) throws UntranslatableException {
        if (block instanceof Block.ToolCall call) {
            turn(Role.ASSISTANT);
            others.add(call(call));
            return;
        }
        ObjectNode written = blocks.output(block);
        if (written != null) {
            turn(Role.ASSISTANT);
            others.add(written);
        } else {
            mark(block);
        }
    }

    /** A cached prefix that ended on a block that is left out ends on the one before it. */
    private void mark(Block dropped) {
        JsonNode before = others.isEmpty() ? null : others.get(others.size() - 1);
        if (before instanceof ObjectNode node && !Trees.text(node, "type").endsWith("thinking")) {
            CacheMarks.put(node, dropped.cache());
        }
    }

    private void turn(Role speaker) throws UntranslatableException {
        if (role == speaker) {
            return;
        }
        finish();
        if (role == null && speaker == Role.ASSISTANT) {
            first();
        }
        role = speaker;
    }

    /** Puts a turn of the user's in front. */
    private void first() {
        messages.addObject().put("role", "user").putArray("content").add(nothing());
        losses.say("a first user message added: the provider demands one");
    }

    private static ObjectNode nothing() {
        return Trees.object().put("type", "text").put("text", NOTHING);
    }

    /** Results come before anything else: "tool_result blocks must come first" in the turn behind the calls. */
    private void finish() throws UntranslatableException {
        if (role == null) {
            return;
        }
        if (role == Role.USER) {
            ids.nothingOpen();
        }
        results.addAll(others);
        messages.addObject().put("role", role == Role.USER ? "user" : "assistant").set("content", results);
        results = JsonNodeFactory.instance.arrayNode();
        others = JsonNodeFactory.instance.arrayNode();
    }

    private ObjectNode call(Block.ToolCall call) throws UntranslatableException {
        ObjectNode input = call.arguments().isBlank() ? Trees.object() : Trees.objectIn(call.arguments());
        if (input == null) {
            losses.say("arguments of a tool call dropped: they are no JSON object");
            input = Trees.object();
        }
        String name = ToolNames.write(call.name());
        namesCalled.add(name);
        ObjectNode written = Trees.object().put("type", "tool_use").put("id", ids.called(call.id())).put("name", name);
        written.set("input", input);
        CacheMarks.put(written, call.cache());
        return written;
    }

    private ObjectNode result(Block.ToolResult result, String at) throws UntranslatableException {
        ObjectNode written = Trees.object().put("type", "tool_result").put("tool_use_id",
                ids.answered(result.callId()));
        ArrayNode content = written.arrayNode();
        for (Block block : result.content()) {
            ObjectNode one = blocks.input(block, at);
            if (one != null) {
                content.add(one);
            }
        }
        if (!content.isEmpty()) {
            written.set("content", content);
        }
        if (result.failed()) {
            written.put("is_error", true);
        }
        CacheMarks.put(written, result.cache());
        return written;
    }

    /** "Final assistant content cannot end with trailing whitespace." */
    private void prefill() {
        JsonNode content = messages.get(messages.size() - 1).path("content");
        if (content.get(content.size() - 1) instanceof ObjectNode last && last.has("text")) {
            String text = Trees.text(last, "text");
            String trimmed = text.stripTrailing();
            if (trimmed.length() < text.length()) {
                last.put("text", trimmed);
                losses.say("white space at the end of the begun answer dropped");
            }
        }
    }

    private boolean lastCallsLackThoughts() {
        JsonNode answers = messages.get(messages.size() - 1).path("content");
        if (messages.size() < 2 || !Trees.text(answers.path(0), "type").equals("tool_result")) {
            return false;
        }
        JsonNode calls = messages.get(messages.size() - 2).path("content");
        return !Trees.text(calls.path(0), "type").endsWith("thinking");
    }
}
