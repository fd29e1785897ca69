package org.gatehouse.supervisor;

/** How far a starting engine has come, in the order in which vLLM goes through it. */
public enum LoadPhase {
    /** The process runs and has said nothing that is known. */
    STARTING,
    /** The command line was understood. */
    COMMAND_LINE,
    /** The engine core is being set up. */
    ENGINE_CORE,
    /** GPUs find each other; where a NCCL hang shows. */
    DISTRIBUTED,
    /** Weights are being fetched; vLLM shows no progress here. */
    FETCH,
    /** Weights go into GPU memory. */
    WEIGHTS,
    /** The model is compiled; may be silent for minutes. */
    COMPILE,
    /** Memory is profiled and the KV cache laid out. */
    KV_CACHE,
    /** CUDA graphs are captured. */
    GRAPHS,
    /** The engine core is ready; the HTTP side is not. */
    ENGINE_READY,
    /** The HTTP server is being built. */
    HTTP,
    /** The HTTP server says that it listens. */
    LISTENING
}
