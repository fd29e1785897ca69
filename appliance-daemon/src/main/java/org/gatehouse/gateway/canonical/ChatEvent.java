package org.gatehouse.gateway.canonical;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A step of an answer that streams. Immutable. A stream is {@link Begun}, then deltas in the order in which the model
 * produced them, {@link Stopped} once for each choice, {@link Used} at any time, and {@link Ended} last; or {@link Failed}
 * at any time, which is last too. Deltas of several tool calls of a choice may alternate.
 */
public sealed interface ChatEvent {

    /** Whether a client sees something of the answer by it. Until the first such event another provider may take over. */
    default boolean output() {
        return true;
    }

    /**
     * The provider took the request.
     *
     * @param id the provider's; empty when it gave none
     * @param model what it says serves the answer; empty when it does not say
     */
    record Begun(String id, String model) implements ChatEvent {
        @Override
        public boolean output() {
            return false;
        }
    }

    /** Some text; not empty. */
    record Text(int choice, String text) implements ChatEvent {}

    /** Some thoughts; not empty. */
    record Thought(int choice, String text) implements ChatEvent {}

    /** The seal on the thoughts before it. */
    record ThoughtSignature(int choice, String signature) implements ChatEvent {}

    /** Thoughts that nobody sees. */
    record RedactedThought(int choice, String data) implements ChatEvent {}

    /** Some words of declining; not empty. */
    record Declined(int choice, String text) implements ChatEvent {}

    /**
     * A tool call begins.
     *
     * @param call counts the tool calls of a choice from 0
     * @param id the provider's, or made by the reader of a protocol that knows none
     * @param signature Gemini's seal on it
     */
    record ToolCallBegun(int choice, int call, String id, String name,
            @Nullable String signature) implements ChatEvent {}

    /** Some of a tool call's arguments, JSON as text. */
    record ToolArguments(int choice, int call, String json) implements ChatEvent {}

    /** A choice is done. */
    record Stopped(int choice, ChatReply.Stop stop) implements ChatEvent {}

    /**
     * The usage as far as the provider knows it; each report replaces the one before.
     *
     * @param whole whether it is the last word for the whole answer
     */
    record Used(TokenCount usage, boolean whole) implements ChatEvent {
        @Override
        public boolean output() {
            return false;
        }
    }

    /** The provider is still there. */
    record Ping() implements ChatEvent {
        @Override
        public boolean output() {
            return false;
        }
    }

    /**
     * Something that only its own protocol knows, such as a step of a tool that the provider runs.
     *
     * @param type its type there
     */
    record Foreign(String type, JsonNode json) implements ChatEvent {
        @Override
        public boolean output() {
            return false;
        }
    }

    /** The provider says inside the stream that it failed. Nothing follows. */
    record Failed(ProviderError error) implements ChatEvent {
        @Override
        public boolean output() {
            return false;
        }
    }

    /** The answer is whole. Nothing follows. */
    record Ended() implements ChatEvent {
        @Override
        public boolean output() {
            return false;
        }
    }
}
