package org.gatehouse.gateway.exchange;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What governance needs to know of a request body, and where in the bytes it stands. The body itself stays as the
 * client sent it. Immutable; nobody changes the array.
 *
 * @param body the body, byte for byte
 * @param model the public model name asked for; {@code null} when the surface lets a client leave it out
 * @param modelValue where the model's value stands
 * @param insertAt where a new first field can be put in (after the opening brace); -1 when the body is not JSON
 * @param streamed whether the client wants events
 * @param streamOptions the value of {@code stream_options}
 * @param usageAsked whether the client itself asked for the final usage event
 * @param runningUsageAsked whether the client itself asked for usage in each event
 * @param outputCap the client's own cap on output tokens; {@code null} when it named none
 * @param prompts how many prompts it holds, at least 1: some surfaces take a list
 * @param promptBound tokens that all its prompts together cannot have more of, told by their bytes; {@link Long#MAX_VALUE}
 *     when bytes do not tell, because something is only pointed at
 * @param choices how many answers it wants to all its prompts together, at least 1
 * @param engineOnly where the {@linkplain EngineOnly fields for engines only} stand, in their order: each from its name to
 *     the end of its value, or in a form its whole part with the delimiter before it
 * @param conversation what the dialect's own fields call the conversation; {@code null} when they say nothing
 * @param endUser the end user's name in the dialect's own field; {@code null} when it is not there
 * @param units how many pictures are asked for, at least 1; characters to speak on the speech surface
 * @param capPlace where a cap goes into an object inside the body; {@code null} when there is no such object
 */
@SuppressWarnings("ArrayRecordComponent") // the body is a buffer that is read, never a value that is compared
public record ModelRequest(byte[] body, @Nullable String model, @Nullable Span modelValue, int insertAt,
        boolean streamed, @Nullable Span streamOptions, boolean usageAsked, boolean runningUsageAsked,
        @Nullable OutputCap outputCap, int prompts, long promptBound, int choices, List<Span> engineOnly,
        @Nullable String conversation, @Nullable String endUser, long units, @Nullable CapPlace capPlace) {

    /** One of a dialect whose caps stand beside the other fields. */
    public ModelRequest(byte[] body, @Nullable String model, @Nullable Span modelValue, int insertAt,
            boolean streamed, @Nullable Span streamOptions, boolean usageAsked, boolean runningUsageAsked,
            @Nullable OutputCap outputCap, int prompts, long promptBound, int choices, List<Span> engineOnly,
            @Nullable String conversation, @Nullable String endUser, long units) {
        this(body, model, modelValue, insertAt, streamed, streamOptions, usageAsked, runningUsageAsked, outputCap,
                prompts, promptBound, choices, engineOnly, conversation, endUser, units, null);
    }

    /** One that names neither conversation nor end user. */
    public ModelRequest(byte[] body, @Nullable String model, @Nullable Span modelValue, int insertAt,
            boolean streamed, @Nullable Span streamOptions, boolean usageAsked, boolean runningUsageAsked,
            @Nullable OutputCap outputCap, int prompts, long promptBound, int choices, List<Span> engineOnly,
            long units, @Nullable CapPlace capPlace) {
        this(body, model, modelValue, insertAt, streamed, streamOptions, usageAsked, runningUsageAsked, outputCap,
                prompts, promptBound, choices, engineOnly, null, null, units, capPlace);
    }

    /** One that names neither, and whose caps stand beside the other fields. */
    public ModelRequest(byte[] body, @Nullable String model, @Nullable Span modelValue, int insertAt,
            boolean streamed, @Nullable Span streamOptions, boolean usageAsked, boolean runningUsageAsked,
            @Nullable OutputCap outputCap, int prompts, long promptBound, int choices, List<Span> engineOnly,
            long units) {
        this(body, model, modelValue, insertAt, streamed, streamOptions, usageAsked, runningUsageAsked, outputCap,
                prompts, promptBound, choices, engineOnly, null, null, units, null);
    }

    /**
     * Some bytes of the body.
     *
     * @param start offset of the first
     * @param end offset behind the last
     */
    public record Span(int start, int end) {}

    /**
     * The client's cap on output tokens.
     *
     * @param tokens at least 1
     * @param value where it stands
     */
    public record OutputCap(long tokens, Span value) {}

    /**
     * Where a cap goes that the client did not name, in a dialect whose caps stand in an object inside the body.
     *
     * @param at behind that object's opening brace
     * @param alone whether the object has no other field, so that no comma follows
     */
    public record CapPlace(int at, boolean alone) {}

    /** Checks what must be there. */
    public ModelRequest {
        Objects.requireNonNull(body, "body");
        engineOnly = List.copyOf(engineOnly);
        if (prompts < 1 || choices < 1) {
            throw new IllegalArgumentException("a request has at least one prompt and wants at least one answer");
        }
    }
}
