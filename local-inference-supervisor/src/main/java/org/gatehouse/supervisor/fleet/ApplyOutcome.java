package org.gatehouse.supervisor.fleet;

/** What came of applying a deployment. */
public sealed interface ApplyOutcome {

    /**
     * It is the desired state now.
     *
     * @param answer the plan; one that does not fit as things are now is accepted too, if it fits when others give way
     */
    record Applied(PlanAnswer answer) implements ApplyOutcome {}

    /**
     * Nothing changed.
     *
     * @param answer why: {@link PlanAnswer.Invalid} or {@link PlanAnswer.DoesNotFit}
     */
    record Refused(PlanAnswer answer) implements ApplyOutcome {}
}
