package org.gatehouse.gateway.protocol.openai;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * Writes {@code messages}. All instructions become one message of the system's: chat templates of open models take only
 * one. Turns of one role in a row are merged. Thoughts of earlier turns are left out, and noted, unless the server
 * {@linkplain ChatFlavour#thoughts() wants them}. Confined to one thread.
 */
final class ChatMessageWriter {
    /** Said where a server cannot go on with an answer that the client has begun. */
    static final String ANSWERED = "the last message of the assistant's is answered rather than gone on with";

    private final ChatFlavour flavour;
    private final ChatPartWriter parts;
    private final Losses losses;
    private final ArrayNode messages = JsonText.NODES.arrayNode();

    private ChatMessageWriter(ChatFlavour flavour, Terms terms, Losses losses) {
        this.flavour = flavour;
        this.parts = new ChatPartWriter(flavour, terms, losses);
        this.losses = losses;
    }

    static ArrayNode write(ChatRequest request, ChatFlavour flavour, Terms terms, Losses losses)
            throws UntranslatableException {
        ChatMessageWriter writer = new ChatMessageWriter(flavour, terms, losses);
        if (!request.system().isEmpty()) {
            writer.message("system").put("content", ChatPartWriter.joined(request.system(), "\n\n"));
        }
        List<Turn> turns = merged(request.turns());
        for (Turn turn : turns) {
            switch (turn.role()) {
                case SYSTEM -> writer.instructions(turn);
                case USER -> writer.user(turn);
                case ASSISTANT -> writer.assistant(turn, turn == turns.getLast());
            }
        }
        return writer.messages;
    }

    private static List<Turn> merged(List<Turn> turns) {
        List<Turn> merged = new ArrayList<>();
        for (Turn turn : turns) {
            if (!merged.isEmpty() && merged.getLast().role() == turn.role()) {
                List<Block> blocks = new ArrayList<>(merged.removeLast().blocks());
                blocks.addAll(turn.blocks());
                merged.add(new Turn(turn.role(), blocks));
            } else {
                merged.add(turn);
            }
        }
        return merged;
    }

    private ObjectNode message(String role) {
        return messages.addObject().put("role", role);
    }

    private void instructions(Turn turn) {
        List<Block.Text> texts = new ArrayList<>();
        for (Block block : turn.blocks()) {
            if (block instanceof Block.Text text) {
                texts.add(text);
            }
        }
        message("system").put("content", ChatPartWriter.joined(texts, "\n\n"));
    }

    /** Results of tools stand before anything else of the turn: nothing may come between a call and its result. */
    private void user(Turn turn) throws UntranslatableException {
        List<Block> others = new ArrayList<>();
        for (Block block : turn.blocks()) {
            if (block instanceof Block.ToolResult result) {
                ToolOutput output = ToolOutput.of(result, losses);
                String id = CallIdForm.of(result.callId(), flavour.callIds());
                message("tool").put("tool_call_id", id).put("content", output.text());
                if (!output.media().isEmpty()) {
                    // A message of a tool's takes text only.
                    losses.say("pictures of tool results moved into the next message");
                    others.add(new Block.Text("Output of tool call " + id + ':'));
                    others.addAll(output.media());
                }
            }
        }
        boolean resultsOnly = others.isEmpty() && !turn.blocks().isEmpty();
        for (Block block : turn.blocks()) {
            if (!(block instanceof Block.ToolResult)) {
                others.add(block);
                resultsOnly = false;
            }
        }
        if (!resultsOnly) {
            message("user").set("content", parts.content(others));
        }
    }

    private void assistant(Turn turn, boolean last) {
        StringBuilder text = new StringBuilder();
        StringBuilder thoughts = new StringBuilder();
        StringBuilder declined = new StringBuilder();
        ArrayNode calls = JsonText.NODES.arrayNode();
        for (Block block : turn.blocks()) {
            switch (block) {
                case Block.Text words -> text.append(words.text());
                case Block.Declined words -> declined.append(words.text());
                case Block.Thinking thinking -> thoughts.append(thinking.text());
                case Block.RedactedThinking _ -> losses.say("sealed thoughts of earlier turns dropped");
                case Block.ToolCall call -> calls.add(call(call));
                case Block.Foreign foreign -> losses.dropped(List.of(foreign.type()));
                case Block.Image _,Block.Document _,Block.Audio _,Block.ToolResult _ ->
                    losses.say("media of the assistant's earlier turns dropped");
            }
        }
        ObjectNode message = message("assistant");
        boolean saysNo = flavour.strictNames() && !declined.isEmpty() && text.isEmpty();
        if (saysNo) {
            message.putNull("content").put("refusal", declined.toString());
        } else if (text.isEmpty() && declined.isEmpty() && !calls.isEmpty()) {
            message.putNull("content");
        } else {
            message.put("content", text.append(declined).toString());
        }
        thoughts(message, thoughts.toString(), !calls.isEmpty());
        if (!calls.isEmpty()) {
            message.set("tool_calls", calls);
        } else if (last) {
            prefill(message);
        }
    }

    private void prefill(ObjectNode message) {
        switch (flavour.prefill()) {
            case PREFIX -> message.put("prefix", true);
            case UNKNOWN -> losses.say(ANSWERED);
            case CONTINUE -> {
            }
        }
    }

    private void thoughts(ObjectNode message, String thoughts, boolean withCalls) {
        switch (flavour.thoughts()) {
            case NEVER -> notReplayed(thoughts);
            case WITH_TOOL_CALLS -> {
                if (withCalls) {
                    message.put("reasoning_content", thoughts);
                } else {
                    notReplayed(thoughts);
                }
            }
            case ALWAYS -> {
                if (!thoughts.isEmpty()) {
                    message.put("reasoning", thoughts).put("reasoning_content", thoughts);
                }
            }
        }
    }

    private void notReplayed(String thoughts) {
        if (!thoughts.isEmpty()) {
            losses.say("thoughts of earlier turns dropped");
        }
    }

    private ObjectNode call(Block.ToolCall call) {
        ObjectNode node = JsonText.NODES.objectNode();
        node.put("id", CallIdForm.of(call.id(), flavour.callIds())).put("type", "function");
        String arguments = call.arguments();
        if (!Arguments.isObject(arguments)) {
            // Chat templates parse it, and a call that was cut off would fail every later turn.
            losses.say("broken arguments of an earlier tool call left out");
            arguments = Arguments.NONE;
        }
        node.putObject("function").put("name", call.name()).put("arguments", arguments);
        return node;
    }

    /** Whether the conversation ends with words of the assistant's that the model shall go on with. */
    static boolean endsInPrefill(ChatRequest request) {
        if (request.turns().isEmpty()) {
            return false;
        }
        Turn last = request.turns().getLast();
        return last.role() == Role.ASSISTANT && last.blocks().stream().noneMatch(Block.ToolCall.class::isInstance);
    }
}
