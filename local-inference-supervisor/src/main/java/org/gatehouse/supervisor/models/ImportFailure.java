package org.gatehouse.supervisor.models;

/** Carries a problem from where it is found to the job, which turns it into the outcome. Never leaves this room. */
final class ImportFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient ImportProblem problem;

    ImportFailure(ImportProblem problem) {
        super(problem.message(), null, false, false);
        this.problem = problem;
    }

    ImportProblem problem() {
        return problem;
    }
}
