package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Counts a prompt's tokens while it is read, and remembers where it may be cached. Belongs to one thread.
 *
 * <p>A message costs 4 tokens beside its text, an image 258, a document 1,024, a tool the tokens of its JSON.
 */
final class Prompt {
    private static final int MESSAGE = 4;
    private static final int IMAGE = 258;
    private static final int DOCUMENT = 1_024;
    private static final long PRIME = 1_099_511_628_211L;

    private final List<Breakpoint> breakpoints = new ArrayList<>();
    private int tokens;
    private long hash = 0xCBF29CE484222325L;

    /** A place up to which a caller wants a prompt to be cached. */
    record Breakpoint(long hash, int tokens, boolean hour) {}

    void message(String role) {
        tokens += MESSAGE;
        mix(role);
    }

    void text(String text) {
        tokens += Tokenizer.count(text);
        mix(text);
    }

    void json(JsonNode node) {
        text(Json.text(node));
    }

    void image(String what) {
        tokens += IMAGE;
        mix(what);
    }

    void document(String what) {
        tokens += DOCUMENT;
        mix(what);
    }

    void breakpoint(boolean hour) {
        breakpoints.add(new Breakpoint(hash, tokens, hour));
    }

    int tokens() {
        return tokens;
    }

    List<Breakpoint> breakpoints() {
        return breakpoints;
    }

    private void mix(String text) {
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * PRIME;
        }
        hash = (hash ^ 0x1F) * PRIME;
    }
}
