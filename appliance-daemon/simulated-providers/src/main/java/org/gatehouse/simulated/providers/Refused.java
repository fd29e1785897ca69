package org.gatehouse.simulated.providers;

/** Ends the reading of a request that the provider would refuse; caught where the reply is written. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    Refused(Problem problem) {
        super(problem.message(), null, false, false);
        this.problem = problem;
    }

    /** An invalid request, in these words. */
    static Refused invalid(String message) {
        return new Refused(Problem.invalid(message));
    }

    Problem problem() {
        return problem;
    }
}
