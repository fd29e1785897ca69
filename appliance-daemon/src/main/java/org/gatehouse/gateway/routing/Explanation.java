package org.gatehouse.gateway.routing;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.routing.strategy.Complexity;
import org.gatehouse.gateway.routing.strategy.Qualification.Unfit;

/**
 * Why a call went where it went. Immutable.
 *
 * @param reason of the first choice
 * @param arm the arm of the split it belongs to; {@code null} without a split
 * @param complexity of its prompt; {@code null} when nobody asked
 * @param dryRun the target that the dry run would have chosen; {@code null} without one
 * @param unfit the targets that could not serve it, and why
 */
public record Explanation(Reason reason, @Nullable String arm, @Nullable Complexity complexity,
        @Nullable String dryRun, List<Rejected> unfit) {

    /** Why a target was the first choice. */
    public enum Reason {
        /** Nothing was chosen. */
        NONE,
        /** The strategy said so. */
        STRATEGY,
        /** Its session was there. */
        SESSION,
        /** Its prompt's beginning belongs there. */
        PREFIX,
        /** No well target was left. */
        LAST_RESORT
    }

    /** A target that could not serve, by name. */
    public record Rejected(String target, Unfit why) {}

    /** Copies the list. */
    public Explanation {
        unfit = List.copyOf(unfit);
    }
}
