package org.gatehouse.supervisor.planning;

import java.util.List;
import java.util.Objects;

/**
 * What an admin asks for; zero means that the planner chooses. Immutable.
 *
 * @param engine the program
 * @param replicas how many, each whole and on GPUs of its own, 1 to 1024
 * @param tensorParallel GPUs that share each layer; 0 to choose
 * @param pipelineParallel groups of GPUs that have different layers; 0 to choose
 * @param contextTokens the longest sequence, prompt and answer together; {@link #MODELS_OWN} or {@link #LONGEST_THAT_FITS}
 * @param kvType the KV cache's format
 * @param quantisation what becomes of the weights while they are loaded
 * @param gpus which GPUs
 * @param adapters LoRA adapters that can be loaded at once
 * @param maxSequences the engine's bound on sequences at a time; 0 to choose
 * @param eager without compilation and CUDA graphs: starts sooner, runs slower, takes less memory
 */
public record Wish(EngineKind engine, int replicas, int tensorParallel, int pipelineParallel, int contextTokens,
        KvType kvType, LoadQuantisation quantisation, Gpus gpus, Adapters adapters, int maxSequences, boolean eager) {
    /** As context: what the model was made for. */
    public static final int MODELS_OWN = 0;
    /** As context: the longest that can be had, however short. */
    public static final int LONGEST_THAT_FITS = -1;

    private static final int MOST = 1024;

    /**
     * Which GPUs. Immutable.
     *
     * @param ids these and no others; empty for any
     * @param acrossNodes whether one replica may lie on several boxes
     * @param utilisation share of each GPU's memory that a replica takes, 0.01 to 1; 0 for 0.92 or what others leave of it
     */
    public record Gpus(List<String> ids, boolean acrossNodes, double utilisation) {
        /** Any GPUs of one box. */
        public static final Gpus ANY = new Gpus(List.of(), false, 0);

        /** Copies the list and checks the share. */
        public Gpus {
            ids = List.copyOf(ids);
            if (utilisation != 0 && !(utilisation >= 0.01 && utilisation <= 1)) {
                throw new IllegalArgumentException("utilisation must be 0.01 to 1, or 0 to choose; not " + utilisation);
            }
        }
    }

    /**
     * LoRA adapters. Immutable.
     *
     * @param slots how many can be on the GPU at once, 0 to 1024
     * @param rank the largest, 1 to 1024 where there are slots
     */
    public record Adapters(int slots, int rank) {
        /** No adapters. */
        public static final Adapters NONE = new Adapters(0, 0);

        /** Checks the ranges. */
        public Adapters {
            if (slots < 0 || slots > MOST || rank < 0 || rank > MOST || slots > 0 && rank == 0) {
                throw new IllegalArgumentException("adapter slots and rank must be 1 to " + MOST);
            }
        }
    }

    /** Checks the ranges. */
    public Wish {
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(kvType, "kvType");
        Objects.requireNonNull(quantisation, "quantisation");
        Objects.requireNonNull(gpus, "gpus");
        Objects.requireNonNull(adapters, "adapters");
        if (replicas < 1 || replicas > MOST || tensorParallel < 0 || tensorParallel > MOST || pipelineParallel < 0
                || pipelineParallel > MOST || contextTokens < LONGEST_THAT_FITS || maxSequences < 0
                || maxSequences > 1 << 20) {
            throw new IllegalArgumentException("replicas, parallelism, context or sequences out of range");
        }
    }

    /** One replica with the planner's choice for everything. */
    public static Wish of(EngineKind engine) {
        return new Wish(engine, 1, 0, 0, MODELS_OWN, KvType.AUTO, LoadQuantisation.AS_STORED, Gpus.ANY, Adapters.NONE,
                0, false);
    }

    /** The same with so many replicas. */
    public Wish replicas(int other) {
        return new Wish(engine, other, tensorParallel, pipelineParallel, contextTokens, kvType, quantisation, gpus,
                adapters, maxSequences, eager);
    }

    /** The same divided so; 0 to choose. */
    public Wish parallel(int tensor, int pipeline) {
        return new Wish(engine, replicas, tensor, pipeline, contextTokens, kvType, quantisation, gpus, adapters,
                maxSequences, eager);
    }

    /** The same with this context. */
    public Wish context(int tokens) {
        return new Wish(engine, replicas, tensorParallel, pipelineParallel, tokens, kvType, quantisation, gpus,
                adapters, maxSequences, eager);
    }

    /** The same with this format of the KV cache. */
    public Wish kv(KvType other) {
        return new Wish(engine, replicas, tensorParallel, pipelineParallel, contextTokens, other, quantisation, gpus,
                adapters, maxSequences, eager);
    }

    /** The same with weights quantised so while they are loaded. */
    public Wish quantised(LoadQuantisation other) {
        return new Wish(engine, replicas, tensorParallel, pipelineParallel, contextTokens, kvType, other, gpus,
                adapters, maxSequences, eager);
    }

    /** The same on these GPUs. */
    public Wish on(Gpus other) {
        return new Wish(engine, replicas, tensorParallel, pipelineParallel, contextTokens, kvType, quantisation, other,
                adapters, maxSequences, eager);
    }

    /** The same with these adapters. */
    public Wish with(Adapters other) {
        return new Wish(engine, replicas, tensorParallel, pipelineParallel, contextTokens, kvType, quantisation, gpus,
                other, maxSequences, eager);
    }

    /** The same with at most so many sequences at a time. */
    public Wish sequences(int most) {
        return new Wish(engine, replicas, tensorParallel, pipelineParallel, contextTokens, kvType, quantisation, gpus,
                adapters, most, eager);
    }

    /** The same with or without compilation and graphs. */
    public Wish eager(boolean other) {
        return new Wish(engine, replicas, tensorParallel, pipelineParallel, contextTokens, kvType, quantisation, gpus,
                adapters, maxSequences, other);
    }
}
