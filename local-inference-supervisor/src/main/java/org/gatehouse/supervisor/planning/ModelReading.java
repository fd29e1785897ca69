package org.gatehouse.supervisor.planning;

/** What came of reading a model directory. */
public sealed interface ModelReading {

    /**
     * The directory holds a model.
     *
     * @param model what it is
     */
    record Known(ModelDescription model) implements ModelReading {}

    /**
     * The directory cannot be used.
     *
     * @param problem why, and what to do
     */
    record Unusable(ModelProblem problem) implements ModelReading {}
}
