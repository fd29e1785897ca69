package org.gatehouse.gateway.routing;

import java.util.List;
import java.util.UUID;

import org.gatehouse.gateway.routing.split.Outcome;

/**
 * A route at one moment. Immutable.
 *
 * @param calls since the start of the box
 * @param furtherAttempts of these calls
 * @param dryRunDiffered calls for which the dry run would have chosen another target
 * @param arms what the arms of its splits came to
 */
public record RouteView(UUID id, long calls, long furtherAttempts, long dryRunDiffered, List<Arm> arms) {

    /** An arm of a split by the split's name. */
    public record Arm(String split, Outcome outcome) {}

    /** Copies the list. */
    public RouteView {
        arms = List.copyOf(arms);
    }
}
