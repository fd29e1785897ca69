package org.gatehouse.gateway.canonical;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks a model. Immutable; the JSON trees in it are never changed by anybody.
 *
 * @param system instructions that stand before the conversation, in their order; their boundaries are kept
 * @param turns the conversation; two turns in a row may have the same role
 * @param tools what the model may call
 * @param toolChoice whether it must; {@code null} when the client did not say
 * @param parallelTools whether it may call several at once; {@code null} when the client did not say
 * @param maxOutputTokens the cap on the answer, at least 1; {@code null} when the client named none
 * @param sampling how the next token is drawn
 * @param stop strings at which the answer ends
 * @param reasoning how much the model should think; {@code null} when the client did not say
 * @param format what shape the answer must have
 * @param choices how many answers, at least 1
 * @param streamed whether the client wants events
 * @param endUser an opaque name of the person behind the client
 * @param foreign fields by name that have no place here, as the client wrote them: they survive only where both sides speak
 *     the same protocol, and whoever leaves one out {@linkplain Losses says so}
 */
public record ChatRequest(List<Block.Text> system, List<Turn> turns, List<Tool> tools, @Nullable ToolChoice toolChoice,
        @Nullable Boolean parallelTools, @Nullable Long maxOutputTokens, Sampling sampling, List<String> stop,
        @Nullable Reasoning reasoning, OutputFormat format, int choices, boolean streamed, @Nullable String endUser,
        Map<String, JsonNode> foreign) {

    /** Copies the collections and checks the ranges. */
    public ChatRequest {
        system = List.copyOf(system);
        turns = List.copyOf(turns);
        tools = List.copyOf(tools);
        stop = List.copyOf(stop);
        // In their order: what is left out is told in it.
        foreign = Collections.unmodifiableMap(new LinkedHashMap<>(foreign));
        Objects.requireNonNull(sampling, "sampling");
        Objects.requireNonNull(format, "format");
        if (choices < 1 || maxOutputTokens != null && maxOutputTokens < 1) {
            throw new IllegalArgumentException("a request wants at least one answer of at least one token");
        }
    }

    /** The same with other fields that have no place. */
    public ChatRequest withForeign(Map<String, JsonNode> others) {
        return new ChatRequest(system, turns, tools, toolChoice, parallelTools, maxOutputTokens, sampling, stop,
                reasoning, format, choices, streamed, endUser, others);
    }

    /** The same with another cap on the answer. */
    public ChatRequest withCap(long tokens) {
        return new ChatRequest(system, turns, tools, toolChoice, parallelTools, tokens, sampling, stop, reasoning,
                format, choices, streamed, endUser, foreign);
    }

    /** The same with another conversation. */
    public ChatRequest withTurns(List<Turn> others) {
        return new ChatRequest(system, others, tools, toolChoice, parallelTools, maxOutputTokens, sampling, stop,
                reasoning, format, choices, streamed, endUser, foreign);
    }

    /**
     * What one side said.
     *
     * @param blocks in their order; may be empty
     */
    public record Turn(Role role, List<Block> blocks) {

        /** Copies the list. */
        public Turn {
            Objects.requireNonNull(role, "role");
            blocks = List.copyOf(blocks);
        }
    }

    /** Who speaks. Tool results are the user's. A system turn stands in the middle of a conversation only. */
    public enum Role {
        SYSTEM, USER, ASSISTANT
    }

    /**
     * How the next token is drawn; each {@code null} when the client did not say.
     *
     * @param temperature at least 0; the largest allowed value differs between providers (1 or 2)
     * @param topP above 0, at most 1
     * @param topK at least 1
     * @param frequencyPenalty -2 to 2
     * @param presencePenalty -2 to 2
     * @param seed for answers that can be had again
     */
    public record Sampling(@Nullable Double temperature, @Nullable Double topP, @Nullable Integer topK,
            @Nullable Double frequencyPenalty, @Nullable Double presencePenalty, @Nullable Long seed) {

        /** As the model likes it. */
        public static final Sampling DEFAULT = new Sampling(null, null, null, null, null, null);
    }

    /**
     * How much the model should think before it answers.
     *
     * @param effort in steps; {@code null} when a budget was named instead
     * @param budgetTokens in tokens; {@code null} when a step was named instead
     * @param shown whether the client wants to see the thoughts or their summary; {@code null} when it did not say
     */
    public record Reasoning(@Nullable Effort effort, @Nullable Long budgetTokens, @Nullable Boolean shown) {

        /** Steps of effort, from none to all there is. */
        public enum Effort {
            NONE, MINIMAL, LOW, MEDIUM, HIGH, MAXIMAL
        }
    }
}
