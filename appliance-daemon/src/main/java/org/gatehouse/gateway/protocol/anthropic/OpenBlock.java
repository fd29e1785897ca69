package org.gatehouse.gateway.protocol.anthropic;

import java.util.function.Consumer;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.protocol.BrokenAnswerException;

/** A content block of a stream that is being read, from its start to its stop. Confined to one thread. */
final class OpenBlock {
    private final Kind kind;
    private final int call;
    private @Nullable String whole;
    private @Nullable StringBuilder wrapped;
    private boolean filled;

    private enum Kind {
        TEXT, THINKING, REDACTED, CALL, ANSWER, WRAPPED_ANSWER, FOREIGN
    }

    private OpenBlock(Kind kind, int call) {
        this.kind = kind;
        this.call = call;
        this.wrapped = kind == Kind.WRAPPED_ANSWER ? new StringBuilder() : null;
    }

    /** The block that starts; a tool call gets the next number. */
    static OpenBlock of(JsonNode block, int call) throws BrokenAnswerException {
        return new OpenBlock(switch (Trees.text(block, "type")) {
            case "text" -> Kind.TEXT;
            case "thinking" -> Kind.THINKING;
            case "redacted_thinking" -> Kind.REDACTED;
            case "tool_use" -> switch (Trees.text(block, "name")) {
                case AnswerTool.PLAIN -> Kind.ANSWER;
                case AnswerTool.WRAPPED -> Kind.WRAPPED_ANSWER;
                case "" -> throw new BrokenAnswerException("called a tool without a name");
                default -> Kind.CALL;
            };
            default -> Kind.FOREIGN;
        }, call);
    }

    boolean isCall() {
        return kind == Kind.CALL;
    }

    boolean isAnswer() {
        return kind == Kind.ANSWER || kind == Kind.WRAPPED_ANSWER;
    }

    /** Anthropic starts blocks empty and sends what is in them behind; others put some of it into the start already. */
    void start(JsonNode block, Consumer<ChatEvent> out) {
        switch (kind) {
            case TEXT -> text(Trees.text(block, "text"), out);
            case THINKING -> {
                thought(Trees.text(block, "thinking"), out);
                signature(Trees.text(block, "signature"), out);
            }
            case REDACTED -> out.accept(new ChatEvent.RedactedThought(0, Trees.text(block, "data")));
            case CALL -> out.accept(new ChatEvent.ToolCallBegun(0, call, Trees.text(block, "id"),
                    ToolNames.read(Trees.text(block, "name")), null));
            case FOREIGN -> out.accept(new ChatEvent.Foreign(Trees.text(block, "type"), block));
            case ANSWER, WRAPPED_ANSWER -> {
                // What it passes is the text.
            }
        }
        JsonNode input = block.get("input");
        if (input != null && input.isObject() && !input.isEmpty()) {
            whole = Trees.text(input);
        }
    }

    void delta(String type, String payload, Consumer<ChatEvent> out) {
        if (payload.isEmpty()) {
            return;
        }
        switch (type) {
            case "text_delta" -> text(payload, out);
            case "thinking_delta" -> thought(payload, out);
            case "signature_delta" -> signature(payload, out);
            case "input_json_delta" -> json(payload, out);
            default -> {
                // Citations and what comes after them: no other protocol knows it.
            }
        }
    }

    void stop(Consumer<ChatEvent> out) {
        if (!filled && (isCall() || isAnswer())) {
            // A tool without arguments streams none, and clients want an object.
            json(whole == null ? "{}" : whole, out);
        }
        if (wrapped != null) {
            text(AnswerTool.answer(AnswerTool.WRAPPED, wrapped.toString()), out);
            wrapped = null;
        }
    }

    private void json(String json, Consumer<ChatEvent> out) {
        filled = true;
        switch (kind) {
            case CALL -> out.accept(new ChatEvent.ToolArguments(0, call, json));
            case ANSWER -> text(json, out);
            case WRAPPED_ANSWER -> {
                if (wrapped != null) {
                    wrapped.append(json);
                }
            }
            case TEXT, THINKING, REDACTED, FOREIGN -> {
                // The arguments of a tool that the provider runs.
            }
        }
    }

    private static void text(String text, Consumer<ChatEvent> out) {
        if (!text.isEmpty()) {
            out.accept(new ChatEvent.Text(0, text));
        }
    }

    private static void thought(String text, Consumer<ChatEvent> out) {
        if (!text.isEmpty()) {
            out.accept(new ChatEvent.Thought(0, text));
        }
    }

    private static void signature(String signature, Consumer<ChatEvent> out) {
        if (!signature.isEmpty()) {
            out.accept(new ChatEvent.ThoughtSignature(0, signature));
        }
    }
}
