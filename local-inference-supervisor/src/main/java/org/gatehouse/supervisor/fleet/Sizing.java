package org.gatehouse.supervisor.fleet;

import java.util.List;
import java.util.Objects;

import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.KvType;
import org.gatehouse.supervisor.planning.LoadQuantisation;
import org.gatehouse.supervisor.planning.Wish;

/**
 * How large a deployment's replicas are and where they may lie; zero means that the planner chooses. Immutable; holds what somebody
 * wrote, right or wrong: {@link DeploymentRules} tells.
 *
 * @param gpus identities of the GPUs that may be used, each once; empty for any
 * @param utilisation share of each GPU's memory that a replica takes, 0.01 to 1; 0 for whatever is left
 * @param tensorParallel GPUs that share each layer
 * @param pipelineParallel groups of GPUs that have different layers
 * @param contextTokens longest sequence, prompt and answer; {@link Wish#MODELS_OWN} or {@link Wish#LONGEST_THAT_FITS}
 * @param kvType format of the KV cache
 * @param quantisation what becomes of the weights while they are loaded
 * @param maxSequences bound on sequences at a time
 * @param eager without compilation and CUDA graphs: starts sooner, runs slower
 * @param adapterSlots LoRA adapters that can be on the GPU at once; 0 for none
 * @param adapterRank the largest rank of an adapter
 */
public record Sizing(List<String> gpus, double utilisation, int tensorParallel, int pipelineParallel, int contextTokens,
        KvType kvType, LoadQuantisation quantisation, int maxSequences, boolean eager, int adapterSlots,
        int adapterRank) {
    /** Everything as the planner thinks best. */
    public static final Sizing PLANNED = new Sizing(List.of(), 0, 0, 0, Wish.MODELS_OWN, KvType.AUTO,
            LoadQuantisation.AS_STORED, 0, false, 0, 0);

    /** Copies the list. */
    public Sizing {
        gpus = List.copyOf(gpus);
        Objects.requireNonNull(kvType, "kvType");
        Objects.requireNonNull(quantisation, "quantisation");
    }

    /** The same with this share of each of these GPUs. */
    public Sizing on(List<String> otherGpus, double otherUtilisation) {
        return new Sizing(otherGpus, otherUtilisation, tensorParallel, pipelineParallel, contextTokens, kvType,
                quantisation, maxSequences, eager, adapterSlots, adapterRank);
    }

    /** The same divided so. */
    public Sizing parallel(int tensor, int pipeline) {
        return new Sizing(gpus, utilisation, tensor, pipeline, contextTokens, kvType, quantisation, maxSequences, eager,
                adapterSlots, adapterRank);
    }

    /** The same with this context. */
    public Sizing context(int tokens) {
        return new Sizing(gpus, utilisation, tensorParallel, pipelineParallel, tokens, kvType, quantisation,
                maxSequences, eager, adapterSlots, adapterRank);
    }

    /** The same with so many slots for adapters of at most this rank. */
    public Sizing adapters(int slots, int rank) {
        return new Sizing(gpus, utilisation, tensorParallel, pipelineParallel, contextTokens, kvType, quantisation,
                maxSequences, eager, slots, rank);
    }

    /** As a wish for so many replicas; only for a sizing without problems. */
    Wish wish(EngineKind engine, int replicas) {
        return new Wish(engine, replicas, tensorParallel, pipelineParallel, contextTokens, kvType, quantisation,
                new Wish.Gpus(gpus, false, utilisation), new Wish.Adapters(adapterSlots, adapterRank), maxSequences,
                eager);
    }
}
