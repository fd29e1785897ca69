package org.gatehouse.supervisor.engines;

/** What came of making the commands of a gang. */
public sealed interface GangOutcome {

    /**
     * The gang.
     *
     * @param gang its members, the leader first
     */
    record Ready(Gang gang) implements GangOutcome {}

    /**
     * The order cannot be fulfilled.
     *
     * @param problem why
     */
    record Refused(ArgumentProblem problem) implements GangOutcome {}
}
