package org.gatehouse.supervisor;

/** What came of the wish to start a deployment. */
public sealed interface StartOutcome {

    /** It is being started, or the same deployment runs already. Whether it gets ready is another matter. */
    record Accepted(Instance instance) implements StartOutcome {}

    /**
     * Nothing was started.
     *
     * @param message what is wrong, with what, and what to do
     */
    record Refused(String message) implements StartOutcome {}
}
