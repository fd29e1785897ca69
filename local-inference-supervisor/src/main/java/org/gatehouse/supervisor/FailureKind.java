package org.gatehouse.supervisor;

/** What made an engine end, as far as its log, its exit code and its silence tell; with what to do about it. */
public enum FailureKind {
    /** Others hold the GPU memory that this engine was promised. */
    GPU_BUSY(true, "Free the GPU (see which processes hold its memory), or lower --gpu-memory-utilization."),
    /** Nothing is left for the KV cache after the weights. */
    NO_KV_MEMORY(false,
            "Raise --gpu-memory-utilization, use more GPUs or a smaller or quantised model, then start again."),
    /** The context asked for does not fit. */
    CONTEXT_TOO_LONG(false, "Lower --max-model-len to what fits, or give the deployment more GPU memory."),
    /** Another engine started or ended on the same GPU in the meantime. */
    CO_TENANT_RACE(true, "Start engines that share a GPU one after the other; it is tried again by itself."),
    /** The GPU ran out of memory. */
    OUT_OF_GPU_MEMORY(true, "Lower --max-num-seqs, --max-model-len or --gpu-memory-utilization."),
    /** The parallel layout does not suit the model or the box. */
    PARALLEL_LAYOUT(false,
            "Choose a tensor parallel size that divides the attention heads and is not above the number of GPUs."),
    /** The GPU cannot do what the model wants. */
    UNSUPPORTED_GPU(false, "Choose another data type or quantisation, or a newer GPU."),
    /** The model is not where the command says. */
    MODEL_NOT_FOUND(false, "Check the model's directory or repository id, and import the model first."),
    /** The model's repository did not let the engine in. */
    MODEL_ACCESS_DENIED(false, "Accept the model's licence at its hub and give the deployment a valid token."),
    /** The engine's own start time-out ran out. */
    ENGINE_TOO_SLOW(true, "Raise VLLM_ENGINE_READY_TIMEOUT_S, or look for what holds the start up in the log."),
    /** The engine did not understand its command line. */
    BAD_ARGUMENTS(false, "Correct the engine arguments; the engine's version may not know them."),
    /** The program could not be started at all. */
    COMMAND_NOT_FOUND(false, "Install the engine, or correct the command's path and working directory."),
    /** Somebody else answers where this engine should. */
    ADDRESS_IN_USE(true, "Stop whatever answers there, or give the deployment another socket or port."),
    /** The engine met a fatal error while it served. */
    ENGINE_DIED(true, "Read the log's lines above this one; it is started again by itself."),
    /** Something outside ended the engine. */
    KILLED(true, "Look for the kernel's out-of-memory killer (dmesg) and for people; give the box more memory."),
    /** It was starting and its log fell silent, or it took longer than allowed. */
    STALLED(true, "Look at the last phase: in DISTRIBUTED try NCCL_P2P_DISABLE=1; else raise the stall time."),
    /** It lived and no longer answered its health check. */
    UNRESPONSIVE(true, "It is started again by itself; if it comes back often, read its log and lower its load."),
    /** It ended without a reason that is known. Exit code 0 is no excuse: nobody asked it to end. */
    EXITED(true, "Read the last lines of its log."),
    /** The supervisor could not write its own state. */
    STATE_UNWRITABLE(true, "Free disk space and check the permissions of the state and log directories."),
    /** Even SIGKILL did not end it. */
    CANNOT_BE_ENDED(false, "The process hangs in the kernel, often in a GPU driver: reset the GPU or reboot the box.");

    private final boolean worthRetrying;
    private final String advice;

    FailureKind(boolean worthRetrying, String advice) {
        this.worthRetrying = worthRetrying;
        this.advice = advice;
    }

    /** Whether the same command may succeed the next time; if not, the instance is failed at once. */
    public boolean worthRetrying() {
        return worthRetrying;
    }

    /** What a person can do, one or two sentences. */
    public String advice() {
        return advice;
    }
}
