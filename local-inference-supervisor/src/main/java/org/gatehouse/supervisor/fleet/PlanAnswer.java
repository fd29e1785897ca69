package org.gatehouse.supervisor.fleet;

import java.util.List;

import org.gatehouse.supervisor.planning.Plan;

/** What the fleet says to a deployment before anything happens. Immutable. */
public sealed interface PlanAnswer {

    /** Sentences for an admin, in the order in which they build on each other. */
    List<String> reasons();

    /**
     * It fits.
     *
     * @param plan where, with the longest context and the sequences that each replica holds at once
     * @param givingWay deployments that would give way, or be replaced; empty if there is room as it is
     * @param reasons sentences for an admin
     */
    record Fits(Plan.Fits plan, List<String> givingWay, List<String> reasons) implements PlanAnswer {
        /** Copies the lists. */
        public Fits {
            givingWay = List.copyOf(givingWay);
            reasons = List.copyOf(reasons);
        }
    }

    /**
     * It does not fit.
     *
     * @param plan why, and what would fit instead
     * @param longestContext the longest context that fits, in tokens; 0 if none does
     * @param reasons sentences for an admin
     */
    record DoesNotFit(Plan.DoesNotFit plan, int longestContext, List<String> reasons) implements PlanAnswer {
        /** Copies the list. */
        public DoesNotFit {
            reasons = List.copyOf(reasons);
        }
    }

    /**
     * It cannot be planned.
     *
     * @param problems what is wrong with it, at least one
     */
    record Invalid(List<DeploymentProblem> problems) implements PlanAnswer {
        /** Copies the list. */
        public Invalid {
            problems = List.copyOf(problems);
        }

        @Override
        public List<String> reasons() {
            return problems.stream().map(DeploymentProblem::message).toList();
        }
    }
}
