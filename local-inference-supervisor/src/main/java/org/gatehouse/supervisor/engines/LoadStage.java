package org.gatehouse.supervisor.engines;

/** How far a starting engine has come, in order, with where the stage lies in the whole start as shares of 100. */
public enum LoadStage {
    /** The process runs and has said nothing that is known. */
    STARTING(0, 2),
    /** The command line was understood. */
    COMMAND_LINE(2, 4),
    /** The engine's inner processes are being set up. */
    ENGINE_CORE(4, 6),
    /** GPUs find each other; where a communication hang shows. */
    DISTRIBUTED(6, 8),
    /** The model's files are looked up. */
    FETCH(8, 10),
    /** Weights go into GPU memory. */
    WEIGHTS(10, 55),
    /** The model is compiled; may be silent for minutes. */
    COMPILE(55, 75),
    /** Memory is measured and the KV cache laid out. */
    KV_CACHE(75, 80),
    /** CUDA graphs are captured. */
    GRAPHS(80, 95),
    /** The engine is ready; its HTTP side is not. */
    ENGINE_READY(95, 97),
    /** The HTTP server is being built. */
    HTTP(97, 99),
    /** The HTTP server says that it listens. */
    LISTENING(99, 100);

    private final int from;
    private final int to;

    LoadStage(int from, int to) {
        this.from = from;
        this.to = to;
    }

    /** Share of the whole start, 0 to 99, when so much of this stage is done. */
    int percent(int ofStage) {
        return from + (to - from) * ofStage / 100 - (this == LISTENING && ofStage == 100 ? 1 : 0);
    }

    /** Whether silence of many minutes is usual here. */
    public boolean mayBeSilent() {
        return this == COMPILE || this == GRAPHS;
    }
}
