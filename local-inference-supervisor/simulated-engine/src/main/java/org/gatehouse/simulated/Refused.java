package org.gatehouse.simulated;

import java.io.Serial;

/**
 * Carries a {@link Problem} out of the depth of a half-read request to the one place that answers it. Has no stack trace,
 * for it is an answer and not a bug.
 */
final class Refused extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    Refused(Problem problem) {
        super(problem.message(), null, false, false);
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}
