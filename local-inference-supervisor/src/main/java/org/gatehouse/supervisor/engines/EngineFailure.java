package org.gatehouse.supervisor.engines;

/** What made an engine end, with what a person can do about it. */
public enum EngineFailure {
    /** Others hold the GPU memory that this engine was promised. */
    GPU_BUSY(new Remedy.AfterSweep(),
            "See which processes hold the GPU's memory and end them, or give the deployment a smaller share of it."),
    /** Another engine started or ended on the same GPU in the meantime. */
    CO_TENANT_RACE(new Remedy.AfterSweep(),
            "Engines that share a GPU must start one after the other; it is tried again by itself."),
    /** Nothing is left for the KV cache after the weights. */
    NO_KV_MEMORY(new Remedy.NoneByItself(), "Plan the deployment again: with more GPUs, or a smaller model."),
    /** The context asked for does not fit. */
    CONTEXT_TOO_LONG(new Remedy.NoneByItself(), "Shorten the context, or give the deployment more GPU memory."),
    /** The GPU ran out of memory while weights were loaded or while it computed. */
    OUT_OF_GPU_MEMORY(new Remedy.FewerSequences(),
            "Allow fewer sequences at a time or a shorter context, or give the deployment more GPU memory."),
    /** The GPU had no room for what came back from sleep. */
    WAKE_OUT_OF_MEMORY(new Remedy.AfterSweep(), "Free the GPU that the sleeping model was on, then wake it again."),
    /** The parallel layout does not suit the model or the box. */
    PARALLEL_LAYOUT(new Remedy.NoneByItself(),
            "Choose a tensor parallel size that divides the attention heads and is not above the number of GPUs."),
    /** The GPU does not know bfloat16. */
    NO_BFLOAT16(new Remedy.InFloat16(), "Let the model be computed in float16, or use a newer GPU."),
    /** The GPU cannot do what the model wants. */
    UNSUPPORTED_GPU(new Remedy.NoneByItself(), "Choose another data type or quantisation, or a newer GPU."),
    /** The engine does not know this kind of model. */
    UNSUPPORTED_MODEL(new Remedy.NoneByItself(), "Use a newer release of the engine, or another engine."),
    /** The model's files are incomplete or damaged. */
    MODEL_DAMAGED(new Remedy.NoneByItself(), "Verify the model in the model store, and import it again."),
    /** The model is not where the command says. */
    MODEL_NOT_FOUND(new Remedy.NoneByItself(), "Check the model's directory, and import the model first."),
    /** The model's repository did not let the engine in. */
    MODEL_ACCESS_DENIED(new Remedy.NoneByItself(),
            "Import the model first: engines do not fetch models, and this one asks for a licence or a token."),
    /** The engine's own start time-out ran out. */
    ENGINE_TOO_SLOW(new Remedy.LongerStart(), "Look in the log for what holds the start up."),
    /** The engine did not understand its command line. */
    BAD_ARGUMENTS(new Remedy.NoneByItself(), "Correct the extra arguments; this release may not know them."),
    /** The program could not be started at all. */
    COMMAND_NOT_FOUND(new Remedy.NoneByItself(), "Install the engine, or correct its path."),
    /** A library that the engine needs is missing or does not suit it. */
    BROKEN_INSTALLATION(new Remedy.NoneByItself(),
            "Install the engine again; its driver or CUDA release may not suit."),
    /** Somebody else answers where this engine should, or its stale socket lies there. */
    ADDRESS_IN_USE(new Remedy.AfterSweep(), "End whatever answers there, or give the deployment another address."),
    /** The disk is full. */
    DISK_FULL(new Remedy.NoneByItself(), "Free space on the disk that holds the engine's caches."),
    /** A GPU stopped working. */
    GPU_LOST(new Remedy.NoneByItself(),
            "Look at the GPU's health and its XID errors; it may need a reset or the box a reboot."),
    /** GPUs of a group do not reach each other. */
    GPUS_CANNOT_TALK(new Remedy.WithoutPeerToPeer(),
            "Check NVLink, ACS and the IOMMU; without direct transfers between GPUs it may work, more slowly."),
    /** The engine met a fatal error. */
    ENGINE_DIED(new Remedy.Again(), "Read the log's lines above this one; it is started again by itself."),
    /** Something outside ended the engine. */
    KILLED(new Remedy.Again(), "Look for the kernel's out-of-memory killer (dmesg); give the box more memory."),
    /** It was starting and its log fell silent. */
    STALLED(new Remedy.Again(), "Look at the last phase in the log; allow a longer silence if it only is slow."),
    /** It lived and no longer answered its health check. */
    UNRESPONSIVE(new Remedy.Again(),
            "It is started again by itself; if it comes back often, read its log and lower its load."),
    /** It said that it is well and answered no call, while its counters stood still. */
    HUNG(new Remedy.Again(),
            "It is started again by itself; if it comes back often, look at the GPU's health and the engine's release."),
    /** It is in good health and does not serve the model, or cannot complete a prompt. */
    NOT_SERVING(new Remedy.Again(),
            "Compare the deployment's public name with what the engine lists, and try a call by hand."),
    /** It is in good health and refuses the smallest call of every kind that it could be for. */
    REFUSES_CALLS(new Remedy.Again(),
            "Read in its log why it refuses them; see that it supports this model's task, and that the model's files and the extra arguments belong together."),
    /** The supervisor could not write its own state. */
    STATE_UNWRITABLE(new Remedy.Again(),
            "Free disk space and check the permissions of the state and log directories."),
    /** The service manager did not start the engine's unit. */
    UNIT_REFUSED(new Remedy.Again(),
            "Look at the unit in the system's journal, and whether the daemon may manage the engines' units."),
    /** Even SIGKILL did not end it. */
    CANNOT_BE_ENDED(new Remedy.NoneByItself(),
            "The process hangs in the kernel, often in a GPU driver: reset the GPU or reboot the box."),
    /** It ended without a reason that is known. Exit code 0 is no excuse: nobody asked it to end (vllm#48966). */
    EXITED(new Remedy.Again(), "Read the last lines of its log.");

    private final Remedy remedy;
    private final String advice;

    EngineFailure(Remedy remedy, String advice) {
        this.remedy = remedy;
        this.advice = advice;
    }

    /** What can be done without asking anybody. */
    public Remedy remedy() {
        return remedy;
    }

    /** What a person can do, one or two sentences. */
    public String advice() {
        return advice;
    }
}
