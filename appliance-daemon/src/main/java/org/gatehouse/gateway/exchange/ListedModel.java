package org.gatehouse.gateway.exchange;

import java.time.Instant;
import java.util.Set;

import org.gatehouse.governance.snapshot.Surface;

/**
 * What a client may know of a public model. Immutable.
 *
 * @param name what it is called by
 * @param createdAt when it was made known to the box
 * @param simulated whether no model answers there
 * @param contextTokens how long a prompt and its answer may be
 * @param outputTokens how long an answer is at most where nobody says less
 * @param surfaces on which the caller may call it
 */
public record ListedModel(String name, Instant createdAt, boolean simulated, int contextTokens, int outputTokens,
        Set<Surface> surfaces) {

    /** Copies what could change. */
    public ListedModel {
        surfaces = Set.copyOf(surfaces);
    }
}
