package org.gatehouse.supervisor.planning;

/**
 * What a replica is expected to take on each of its GPUs, in bytes, by what for. Immutable.
 *
 * @param weights the weights
 * @param kvCache the KV cache
 * @param activations the largest batch's intermediate results
 * @param graphs CUDA graphs
 * @param runtime the CUDA context and communication buffers
 * @param adapters slots for LoRA adapters
 */
public record DeviceMemory(long weights, long kvCache, long activations, long graphs, long runtime, long adapters) {

    /** All of it. */
    public long total() {
        return weights + kvCache + activations + graphs + runtime + adapters;
    }

    /** The same with this much for the KV cache. */
    DeviceMemory withKvCache(long bytes) {
        return new DeviceMemory(weights, bytes, activations, graphs, runtime, adapters);
    }
}
