package org.gatehouse.supervisor.planning;

import java.util.ArrayList;
import java.util.List;

/**
 * How much memory the KV cache takes on one GPU: the one that has the most of it, when pipeline stages differ. Immutable.
 * Follows vLLM's accounting: memory is given in blocks of tokens, and a hybrid model whose layers' blocks have sizes that do not
 * divide each other is charged for its windows as if they saw everything.
 */
public final class KvCache {
    /** Tokens of one block, vLLM's default on GPUs. */
    public static final int BLOCK_TOKENS = 16;

    private final List<Stage> stages;

    private KvCache(List<Stage> stages) {
        this.stages = stages;
    }

    /**
     * The cache of a model.
     *
     * @param layers what each layer keeps
     * @param elementBytes bytes of one number of a key, a value or a latent vector
     * @param modelBytes bytes of one number of the model's own format, for convolutions
     * @param shape how the model is divided
     * @param tokensInFlight most tokens that one step computes: a window holds them besides its own
     */
    public static KvCache of(List<KvLayer> layers, int elementBytes, int modelBytes, Shape shape, int tokensInFlight) {
        List<Stage> stages = new ArrayList<>();
        int from = 0;
        for (int size : Stages.sizes(layers.size(), shape.pipelineParallel())) {
            stages.add(Stage.of(layers.subList(from, from + size), elementBytes, modelBytes, shape.tensorParallel(),
                    tokensInFlight));
            from += size;
        }
        return new KvCache(List.copyOf(stages));
    }

    /** By how many bytes a long sequence grows with each token. */
    public long bytesPerToken() {
        return stages.stream().mapToLong(Stage::growing).max().orElse(0);
    }

    /** Whether a part of the cache does not grow with the context. */
    public boolean hasConstantPart() {
        return stages.stream().anyMatch(stage -> stage.constant() > 0 || !stage.windows().isEmpty());
    }

    /** Bytes for one sequence of so many tokens. */
    public long bytesPerSequence(long tokens) {
        return stages.stream().mapToLong(stage -> stage.bytes(tokens)).max().orElse(0);
    }

    /** The longest sequence, at most {@code most} tokens, that so many bytes hold; 0 if none. */
    public long longestContext(long bytes, long most) {
        if (bytesPerSequence(most) <= bytes) {
            return most;
        }
        long fits = 0;
        long tooLong = most;
        while (tooLong - fits > 1) {
            long middle = (fits + tooLong) >>> 1;
            if (bytesPerSequence(middle) <= bytes) {
                fits = middle;
            } else {
                tooLong = middle;
            }
        }
        return fits;
    }

    /** How many sequences of so many tokens so many bytes hold at once. */
    public long sequences(long bytes, long tokens) {
        long each = bytesPerSequence(tokens);
        return each == 0 ? Integer.MAX_VALUE : Math.max(0, bytes) / each;
    }

    /** A layer whose cache ends growing: {@code bytesPerToken} for at most {@code tokens}. */
    private record Bounded(long bytesPerToken, long tokens) {}

    /** The layers of one pipeline stage on one GPU of its group. */
    private record Stage(long growing, long constant, List<Bounded> windows) {

        static Stage of(List<KvLayer> layers, int elementBytes, int modelBytes, int group, int tokensInFlight) {
            Sum sum = new Sum(elementBytes, modelBytes, group, tokensInFlight);
            layers.forEach(sum::add);
            return sum.stage();
        }

        long bytes(long tokens) {
            long total = constant + growing * Math.ceilDiv(tokens, BLOCK_TOKENS) * BLOCK_TOKENS;
            for (Bounded window : windows) {
                // One block more, because a window need not begin where a block does.
                long held = Math.ceilDiv(Math.min(window.tokens(), tokens), BLOCK_TOKENS) + 1;
                long all = Math.ceilDiv(tokens, BLOCK_TOKENS);
                total += window.bytesPerToken() * BLOCK_TOKENS * Math.min(held, all);
            }
            return total;
        }
    }

    /** Adds layers up. Used by one thread. */
    private static final class Sum {
        private final int elementBytes;
        private final int modelBytes;
        private final int group;
        private final int tokensInFlight;
        private final List<Bounded> windows = new ArrayList<>();
        private final List<Long> pages = new ArrayList<>();
        private long growing;
        private long constant;

        private Sum(int elementBytes, int modelBytes, int group, int tokensInFlight) {
            this.elementBytes = elementBytes;
            this.modelBytes = modelBytes;
            this.group = group;
            this.tokensInFlight = tokensInFlight;
        }

        void add(KvLayer layer) {
            switch (layer) {
                case KvLayer.Full full -> grow(perToken(full.heads(), full.keySize(), full.valueSize()));
                case KvLayer.Latent latent -> grow((long) latent.size() * elementBytes + latent.indexBytes());
                case KvLayer.Window window -> {
                    long bytes = perToken(window.heads(), window.keySize(), window.valueSize());
                    pages.add(bytes);
                    windows.add(new Bounded(bytes, (long) window.tokens() - 1 + tokensInFlight));
                }
                case KvLayer.Cross cross ->
                    constant += perToken(cross.heads(), cross.keySize(), cross.valueSize()) * cross.tokens();
                case KvLayer.Recurrent recurrent ->
                    constant += Math.ceilDiv(recurrent.convolutionElements() * modelBytes
                            + recurrent.stateElements() * recurrent.stateBytesPerElement(), (long) group);
                case KvLayer.Both both -> {
                    add(both.first());
                    add(both.second());
                }
                case KvLayer.None none -> constant += 0;
            }
        }

        private void grow(long bytesPerToken) {
            pages.add(bytesPerToken);
            growing += bytesPerToken;
        }

        private long perToken(int heads, int keySize, int valueSize) {
            return (long) Math.max(1, heads / group) * (keySize + valueSize) * elementBytes;
        }

        Stage stage() {
            long largest = pages.stream().mapToLong(Long::longValue).max().orElse(0);
            boolean canShareBlocks = pages.stream().allMatch(page -> page > 0 && largest % page == 0);
            if (canShareBlocks) {
                return new Stage(growing, constant, List.copyOf(windows));
            }
            return new Stage(growing + windows.stream().mapToLong(Bounded::bytesPerToken).sum(), constant, List.of());
        }
    }
}
