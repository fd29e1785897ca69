package org.gatehouse.gateway.queue;

import java.time.Duration;

/** What became of a call that wanted into a queue. */
public sealed interface Entry {

    /** It is in: served at once, or waiting. */
    record Admitted(Turn turn) implements Entry {}

    /**
     * It is not in.
     *
     * @param why which bound stood against it
     * @param retryAfter when there is likely to be room, by how fast calls are served at the moment
     */
    record TurnedAway(Why why, Duration retryAfter) implements Entry {}

    /** Which bound stood against a call. */
    enum Why {
        /** As many calls wait as may. */
        FULL,
        /** As many of its department wait as may. */
        DEPARTMENT_FULL,
        /** Its turn would come after its deadline. */
        TOO_LATE
    }
}
