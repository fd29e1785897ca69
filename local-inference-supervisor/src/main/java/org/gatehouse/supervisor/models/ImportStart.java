package org.gatehouse.supervisor.models;

/** Whether an import began. */
public sealed interface ImportStart {
    /** It runs or waits for its turn. */
    record Accepted(ImportJob job) implements ImportStart {}

    /** It did not begin. */
    record Refused(ImportProblem problem) implements ImportStart {}
}
