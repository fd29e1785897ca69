package org.gatehouse.audit;

import org.jspecify.annotations.Nullable;

/**
 * What an answer from the box's own cache saved: what the same answer used and cost when it was made. Immutable.
 *
 * @param inputTokens prompt tokens, at least 0
 * @param outputTokens produced tokens, at least 0
 * @param cost {@code null} when no price applied
 */
public record Saved(long inputTokens, long outputTokens, @Nullable Cost cost) {

    /** Checks the ranges. */
    public Saved {
        if (inputTokens < 0 || outputTokens < 0) {
            throw new IllegalArgumentException("what is saved must not be negative");
        }
    }
}
