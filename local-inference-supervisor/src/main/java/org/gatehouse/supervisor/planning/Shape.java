package org.gatehouse.supervisor.planning;

/**
 * How one replica is divided among GPUs. Immutable.
 *
 * @param tensorParallel GPUs that share each layer, at least 1
 * @param pipelineParallel groups of GPUs that have different layers, at least 1
 */
public record Shape(int tensorParallel, int pipelineParallel) {
    /** One GPU. */
    public static final Shape SINGLE = new Shape(1, 1);

    /** Checks the range. */
    public Shape {
        if (tensorParallel < 1 || pipelineParallel < 1 || (long) tensorParallel * pipelineParallel > 65_536) {
            throw new IllegalArgumentException("tensor and pipeline parallel must be at least 1, not " + tensorParallel
                    + " and " + pipelineParallel);
        }
    }

    /** GPUs of one replica. */
    public int devices() {
        return tensorParallel * pipelineParallel;
    }
}
