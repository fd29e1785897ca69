package org.gatehouse.supervisor.planning;

import java.util.List;

/** What came of planning. Immutable. */
public sealed interface Plan {

    /** Sentences for an admin, in the order in which they build on each other. */
    List<String> explanation();

    /**
     * It fits.
     *
     * @param placements one for each replica
     * @param shape how each replica is divided
     * @param contextTokens the context that was planned for
     * @param longestContext the longest context that these places allow, at most the model's own
     * @param concurrentSequences how many sequences of {@code contextTokens} each replica holds at once, at least 1
     * @param batch what an engine computes in one step; to be told to it, because the memory was counted for it
     * @param dataType the format in which the model is computed
     * @param explanation sentences for an admin
     */
    record Fits(List<Placement> placements, Shape shape, int contextTokens, int longestContext,
            int concurrentSequences, Batch batch, DataType dataType, List<String> explanation) implements Plan {
        /** Copies the lists. */
        public Fits {
            placements = List.copyOf(placements);
            explanation = List.copyOf(explanation);
        }

        /** The same with these sentences. */
        Fits explained(List<String> lines) {
            return new Fits(placements, shape, contextTokens, longestContext, concurrentSequences, batch, dataType,
                    lines);
        }
    }

    /**
     * It does not fit.
     *
     * @param obstacle why, for programs
     * @param what why, with the numbers, in one sentence
     * @param neededBytes memory that each GPU would have to give; 0 where memory is not the obstacle
     * @param availableBytes the most that a GPU can give; 0 where memory is not the obstacle
     * @param wouldFit what would fit instead, each of them tried out
     * @param explanation sentences for an admin
     */
    record DoesNotFit(Obstacle obstacle, String what, long neededBytes, long availableBytes, List<Alternative> wouldFit,
            List<String> explanation) implements Plan {
        /** Copies the lists. */
        public DoesNotFit {
            wouldFit = List.copyOf(wouldFit);
            explanation = List.copyOf(explanation);
        }
    }

    /** Why something does not fit. */
    enum Obstacle {
        /** There is no GPU. */
        NO_GPUS,
        /** A GPU that was asked for does not exist. */
        UNKNOWN_GPU,
        /** A GPU was asked for twice. */
        GPU_TWICE,
        /** The engine does not read the model's files. */
        FORMAT,
        /** The engine cannot do what was asked for. */
        ENGINE_CANNOT,
        /** The GPUs are too old for the model's numbers. */
        COMPUTE_CAPABILITY,
        /** The tensor parallel size does not divide the model. */
        TENSOR_PARALLEL_DOES_NOT_DIVIDE,
        /** There are fewer layers than pipeline stages. */
        TOO_MANY_STAGES,
        /** No group of GPUs that reach each other directly is large enough. */
        NO_ISLAND,
        /** There are fewer GPUs than asked for, or fewer with room. */
        TOO_FEW_GPUS,
        /** The context is longer than the model was made for. */
        CONTEXT_BEYOND_MODEL,
        /** The weights fit, the context does not. */
        CONTEXT_TOO_LONG,
        /** It would fit if others gave their memory back. */
        GPUS_BUSY,
        /** The weights do not fit. */
        WEIGHTS_TOO_LARGE
    }

    /** Something else that would fit, with everything else as asked for. */
    sealed interface Alternative {

        /** In one sentence. */
        String sentence();

        /**
         * A shorter context.
         *
         * @param tokens the longest that fits
         */
        record ShorterContext(int tokens) implements Alternative {
            @Override
            public String sentence() {
                return "A context of " + tokens + " tokens fits.";
            }
        }

        /**
         * Another division.
         *
         * @param shape of each replica
         */
        record OtherShape(Shape shape) implements Alternative {
            @Override
            public String sentence() {
                return "Tensor parallel " + shape.tensorParallel() + " with pipeline parallel "
                        + shape.pipelineParallel() + " fits.";
            }
        }

        /**
         * A KV cache of fewer bits.
         *
         * @param type its format
         */
        record SmallerCache(KvType type) implements Alternative {
            @Override
            public String sentence() {
                return "It fits with a KV cache in " + type.flag() + ", at some loss of precision.";
            }
        }

        /**
         * Weights quantised while they are loaded.
         *
         * @param quantisation which
         */
        record Quantised(LoadQuantisation quantisation) implements Alternative {
            @Override
            public String sentence() {
                return "It fits with weights quantised to " + quantisation.flag() + ", at some loss of precision.";
            }
        }

        /**
         * Fewer replicas.
         *
         * @param replicas how many fit
         */
        record FewerReplicas(int replicas) implements Alternative {
            @Override
            public String sentence() {
                return replicas + (replicas == 1 ? " replica fits." : " replicas fit.");
            }
        }

        /**
         * Memory that others give back.
         *
         * @param gpuIds where engines or strangers hold memory
         */
        record FreedGpus(List<String> gpuIds) implements Alternative {
            /** Copies the list. */
            public FreedGpus {
                gpuIds = List.copyOf(gpuIds);
            }

            @Override
            public String sentence() {
                return "It would fit if the memory in use on " + String.join(", ", gpuIds) + " were given back.";
            }
        }
    }
}
