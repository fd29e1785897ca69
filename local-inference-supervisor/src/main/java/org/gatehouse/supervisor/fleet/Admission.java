package org.gatehouse.supervisor.fleet;

import java.time.Duration;

/** What came of the wish for a place at a model. */
public sealed interface Admission {

    /**
     * Here it is.
     *
     * @param lease to be closed when the call has ended
     */
    record Ready(Lease lease) implements Admission {}

    /**
     * Not yet.
     *
     * @param retryAfter when to ask again, from how long it took the last times; 1 s to 1 h, whole seconds
     * @param phase what is going on, such as {@code weights}, {@code waking} or {@code waiting for room}
     * @param percent of the whole load, 0 to 99
     * @param reason in words
     */
    record Loading(Duration retryAfter, String phase, int percent, String reason) implements Admission {}

    /**
     * Not, and not by itself soon.
     *
     * @param kind why, for programs
     * @param reason what happened, with which model, what to do
     */
    record Refused(Refusal kind, String reason) implements Admission {}

    /** Why there is no place. */
    enum Refusal {
        /** No deployment or adapter has this name. */
        UNKNOWN_MODEL,
        /** The deployment has no replicas, or is being removed. */
        SWITCHED_OFF,
        /** It failed, and somebody must look after it. */
        FAILED,
        /** Nothing that may give way holds the room that it needs. */
        NO_ROOM,
        /** As many callers wait for it as may. */
        QUEUE_FULL,
        /** The fleet is being closed. */
        CLOSING
    }
}
