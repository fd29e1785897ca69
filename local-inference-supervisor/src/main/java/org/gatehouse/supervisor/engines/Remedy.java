package org.gatehouse.supervisor.engines;

/** What can be done about a failure without asking anybody, and how often at most. Immutable. */
public sealed interface Remedy {

    /** How often within one restart budget it may be tried; 0 for never. */
    int attempts();

    /** Whether the same command may do some good: by the wait alone, or because the failure was chance. */
    default boolean sameCommandMayDo() {
        return switch (this) {
            case NoneByItself _,ShorterContext _,InFloat16 _ -> false;
            case Again _,AfterSweep _,FewerSequences _,WithoutPeerToPeer _,LongerStart _ -> true;
        };
    }

    /** Nothing: a person must change something first. */
    record NoneByItself() implements Remedy {
        @Override
        public int attempts() {
            return 0;
        }
    }

    /** The same command again, after the back-off. */
    record Again() implements Remedy {
        @Override
        public int attempts() {
            return Integer.MAX_VALUE;
        }
    }

    /** The same command, after what is left of earlier processes was ended and the GPUs' memory was seen to come back. */
    record AfterSweep() implements Remedy {
        @Override
        public int attempts() {
            return 2;
        }
    }

    /**
     * A context that the engine itself says would fit.
     *
     * @param tokens the context
     */
    record ShorterContext(int tokens) implements Remedy {
        @Override
        public int attempts() {
            return 1;
        }
    }

    /** Half as many sequences at a time. */
    record FewerSequences() implements Remedy {
        @Override
        public int attempts() {
            return 1;
        }
    }

    /** float16 where the GPU does not know bfloat16. */
    record InFloat16() implements Remedy {
        @Override
        public int attempts() {
            return 1;
        }
    }

    /** Without direct transfers between GPUs: some boxes' PCIe switches break them (vllm#12292). */
    record WithoutPeerToPeer() implements Remedy {
        @Override
        public int attempts() {
            return 1;
        }
    }

    /** More time for the engine's own start. */
    record LongerStart() implements Remedy {
        @Override
        public int attempts() {
            return 1;
        }
    }
}
