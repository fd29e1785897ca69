package org.gatehouse.supervisor.planning;

import java.io.Serial;
import java.nio.file.Path;

import org.gatehouse.supervisor.planning.ModelProblem.Kind;

/** Carries a problem up to the door of this room, where it becomes a value again; never leaves the package. */
final class ModelException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient ModelProblem problem;

    ModelException(Kind kind, Path file, String what, String advice) {
        super(what);
        this.problem = new ModelProblem(kind, file, what, advice);
    }

    ModelProblem problem() {
        return problem;
    }
}
