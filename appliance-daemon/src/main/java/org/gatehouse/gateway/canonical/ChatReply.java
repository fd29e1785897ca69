package org.gatehouse.gateway.canonical;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A whole answer. Immutable.
 *
 * @param id the provider's; empty when it gave none
 * @param model what the provider says served it; empty when it does not say
 * @param choices at least one
 * @param usage {@code null} when the provider did not report it
 */
public record ChatReply(String id, String model, List<Choice> choices, @Nullable TokenCount usage) {

    /** Copies the list. */
    public ChatReply {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(model, "model");
        choices = List.copyOf(choices);
        if (choices.isEmpty()) {
            throw new IllegalArgumentException("an answer has at least one choice");
        }
    }

    /**
     * One of the answers that were asked for.
     *
     * @param blocks thoughts, text and tool calls in the order in which the model produced them
     */
    public record Choice(List<Block> blocks, Stop stop) {

        /** Copies the list. */
        public Choice {
            Objects.requireNonNull(stop, "stop");
            blocks = List.copyOf(blocks);
        }
    }

    /**
     * How an answer ended.
     *
     * @param sequence the stop string that came up, where the provider says which
     * @param nativeReason the provider's own word, for clients that want it
     */
    public record Stop(StopReason reason, @Nullable String sequence, @Nullable String nativeReason) {

        /** Without details. */
        public static Stop of(StopReason reason) {
            return new Stop(reason, null, null);
        }
    }
}
