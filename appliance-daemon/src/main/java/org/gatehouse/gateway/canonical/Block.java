package org.gatehouse.gateway.canonical;

import java.util.List;
import java.util.Objects;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** A piece of a turn. Immutable. */
public sealed interface Block {

    /** Whether the client marked the prompt's end here for the provider's prompt cache. */
    default @Nullable CacheMark cache() {
        return null;
    }

    /** Words. */
    record Text(String text, @Nullable CacheMark cache) implements Block {

        /** Words that end no cached prefix. */
        public Text(String text) {
            this(text, null);
        }
    }

    /**
     * A picture.
     *
     * @param detail how closely to look ({@code low}, {@code high}, {@code auto}); {@code null} when the client did not say
     */
    record Image(Media media, @Nullable String detail, @Nullable CacheMark cache) implements Block {}

    /** A document such as a PDF or a plain text. */
    record Document(Media media, @Nullable String name, @Nullable CacheMark cache) implements Block {}

    /** A recording. */
    record Audio(Media media) implements Block {}

    /**
     * The model calls a tool.
     *
     * @param id as the provider named it, or as the gateway did for a provider that names none; unique in the conversation
     * @param arguments a JSON object as text, exactly as the model wrote it; {@code {}} when it wrote nothing
     * @param signature Gemini's {@code thoughtSignature} of this call, to be sent back byte for byte
     */
    record ToolCall(String id, String name, String arguments, @Nullable String signature,
            @Nullable CacheMark cache) implements Block {}

    /**
     * What a tool gave.
     *
     * @param callId of the call it answers
     * @param content texts, pictures and documents
     * @param failed whether the tool failed
     */
    record ToolResult(String callId, List<Block> content, boolean failed, @Nullable CacheMark cache) implements Block {

        /** Copies the list. */
        public ToolResult {
            Objects.requireNonNull(callId, "callId");
            content = List.copyOf(content);
        }
    }

    /**
     * What the model thought.
     *
     * @param signature the provider's seal on it, opaque, to be sent back byte for byte; thoughts without it can not be replayed
     *     to Anthropic
     */
    record Thinking(String text, @Nullable String signature) implements Block {}

    /** Thoughts that the provider shows to nobody; opaque, sent back byte for byte. */
    record RedactedThinking(String data) implements Block {}

    /** The model declines, in OpenAI's field for that. */
    record Declined(String text) implements Block {}

    /**
     * Something that only its own protocol knows, such as the result of a tool that the provider ran.
     *
     * @param type its type there
     */
    record Foreign(String type, JsonNode json) implements Block {}

    /** Where a cached prefix of the prompt ends, and for how long it is wanted. */
    enum CacheMark {
        FIVE_MINUTES, ONE_HOUR
    }
}
