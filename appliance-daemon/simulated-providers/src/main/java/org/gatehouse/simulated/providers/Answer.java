package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * An answer before it has a provider's shape.
 *
 * @param thoughts tokens of thought
 * @param text tokens of text
 * @param calls of tools
 * @param finish why it ends
 * @param literal the finish reason that a directive spelt out; null for {@code finish}
 * @param stoppedAt the stop string that was hit; null for none
 */
record Answer(List<String> thoughts, List<String> text, List<Call> calls, Finish finish, @Nullable String literal,
        @Nullable String stoppedAt) {

    /** Why an answer ends. */
    enum Finish {
        STOP, STOP_STRING, LENGTH, TOOL, FILTER
    }

    /**
     * One call of a tool.
     *
     * @param arguments tokens of its JSON
     */
    record Call(String name, List<String> arguments) {
        String json() {
            return String.join("", arguments);
        }
    }

    /** Some tokens as one text. */
    record Piece(String text, int tokens) {}

    String thought() {
        return String.join("", thoughts);
    }

    String wholeText() {
        return String.join("", text);
    }

    int outputTokens() {
        return thoughts.size() + text.size() + callTokens();
    }

    int callTokens() {
        return calls.stream().mapToInt(call -> call.arguments().size()).sum();
    }

    /** Tokens in groups of so many. */
    static List<Piece> grouped(List<String> tokens, int each) {
        List<Piece> pieces = new ArrayList<>();
        for (int from = 0; from < tokens.size(); from += each) {
            List<String> some = tokens.subList(from, Math.min(tokens.size(), from + each));
            pieces.add(new Piece(String.join("", some), some.size()));
        }
        return pieces;
    }
}
