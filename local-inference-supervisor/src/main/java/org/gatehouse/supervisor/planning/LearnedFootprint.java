package org.gatehouse.supervisor.planning;

import java.util.Objects;

/**
 * What an engine reported of its memory the last time that it ran this model divided so: better than any estimate. Bytes on the GPU
 * that has the most of them. Only of use for the same model (see {@link ModelDescription#digest}), engine release and GPU product:
 * whoever keeps it finds it again by those. Immutable.
 *
 * @param shape how the model was divided
 * @param quantisation what became of the weights while they were loaded
 * @param kvType the KV cache's format
 * @param weightBytes weights, as loaded
 * @param kvCacheBytes memory that was left for the KV cache
 * @param kvTokens tokens that this memory holds; 0 if the engine did not say
 * @param overheadBytes activations, the CUDA context and communication buffers
 * @param graphBytes CUDA graphs
 */
public record LearnedFootprint(Shape shape, LoadQuantisation quantisation, KvType kvType, long weightBytes,
        long kvCacheBytes, long kvTokens, long overheadBytes, long graphBytes) {

    /** Checks the ranges. */
    public LearnedFootprint {
        Objects.requireNonNull(shape, "shape");
        Objects.requireNonNull(quantisation, "quantisation");
        Objects.requireNonNull(kvType, "kvType");
        if (weightBytes < 0 || kvCacheBytes < 0 || kvTokens < 0 || overheadBytes < 0 || graphBytes < 0) {
            throw new IllegalArgumentException("a footprint has no negative bytes");
        }
    }
}
