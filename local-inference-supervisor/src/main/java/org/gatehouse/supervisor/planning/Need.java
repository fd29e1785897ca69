package org.gatehouse.supervisor.planning;

import java.util.List;

/**
 * What one GPU of a replica must have: a fixed part, and a KV cache that grows with the context. Immutable.
 *
 * @param fixed everything but the KV cache
 * @param cache the KV cache by the model's configuration
 * @param batch what the engine computes in one step
 * @param cacheFactor what the engine really took for a token, as a share of what the configuration says; 1 unless learned
 * @param preallocated sequences whose whole cache is allocated at the start; 1 where a pool is shared
 * @param learned whether the fixed part is what the engine reported the last time
 */
record Need(DeviceMemory fixed, KvCache cache, Batch batch, double cacheFactor, int preallocated, boolean learned) {
    private static final long MIB = 1L << 20;
    private static final long RUNTIME = 600 * MIB;
    private static final long COMMUNICATION = 500 * MIB;

    static Need of(ModelDescription model, Wish wish, Shape shape, Batch batch, List<LearnedFootprint> learned) {
        DataType computed = wish.engine().computes(model.dataType());
        KvCache cache = KvCache.of(model.layers(), wish.kvType().bytes(computed), computed.bytes(), shape,
                batch.tokens());
        long weights = model.weights().bytesPerDevice(shape, model.layers().size(), model.heads().keyValue(),
                wish.quantisation().format(model, computed));
        long adapters = adapters(model, wish.adapters(), computed);
        int preallocated = wish.engine().takesPool() ? 1 : batch.sequences();
        for (LearnedFootprint last : learned) {
            if (last.shape().equals(shape) && last.quantisation() == wish.quantisation()) {
                DeviceMemory fixed = new DeviceMemory(Math.max(last.weightBytes(), 1), 0, last.overheadBytes(),
                        last.graphBytes(), 0, adapters);
                return new Need(fixed, cache, batch, last.kvType() == wish.kvType() ? factor(last, cache) : 1,
                        preallocated, true);
            }
        }
        long runtime = RUNTIME + (shape.devices() > 1 ? COMMUNICATION : 0);
        long graphs = wish.eager() || !wish.engine().takesPool()
                ? 0
                : 256 * MIB + 4 * MIB * Math.ceilDiv(model.layers().size(), shape.pipelineParallel());
        DeviceMemory fixed = new DeviceMemory(weights, 0, activations(model, shape, batch, computed), graphs, runtime,
                adapters);
        return new Need(fixed, cache, batch, 1, preallocated, false);
    }

    /**
     * The peak of a step: hidden states in a few copies, the feed-forward part of the group's share, and 32-bit scores over the
     * vocabulary for each sequence, twice while sampling. An estimate, replaced by what the engine reports.
     */
    private static long activations(ModelDescription model, Shape shape, Batch batch, DataType computed) {
        long width = 4L * model.hiddenSize() + 3L * Math.ceilDiv(model.feedForwardSize(), shape.tensorParallel());
        return batch.tokens() * width * computed.bytes() + 2L * 4 * batch.sequences() * model.vocabularySize();
    }

    /** Slots for all projections, allocated at the start whether adapters are loaded or not; counted whole on each GPU. */
    private static long adapters(ModelDescription model, Wish.Adapters adapters, DataType computed) {
        long hidden = model.hiddenSize();
        long attention = 4 * (hidden + hidden);
        long feedForward = 3 * (hidden + model.feedForwardSize());
        return (long) adapters.slots() * adapters.rank() * (attention + feedForward) * model.layers().size()
                * computed.bytes();
    }

    /** A cache with a constant part counts its tokens in a way of its own, which says nothing about the growing part. */
    private static double factor(LearnedFootprint last, KvCache cache) {
        if (last.kvTokens() == 0 || cache.hasConstantPart() || cache.bytesPerToken() == 0) {
            return 1;
        }
        double factor = (double) last.kvCacheBytes() / last.kvTokens() / cache.bytesPerToken();
        return factor > 1.001 && factor < 4 ? factor : 1;
    }

    /** Bytes that must be there for so many sequences of so many tokens. */
    long bytes(long tokens, int sequences) {
        return fixed.total() + kvBytes(tokens) * sequences;
    }

    /** Bytes of KV cache that must be there for so long a context. */
    long kvBytes(long tokens) {
        return (long) Math.ceil(cache.bytesPerSequence(tokens) * cacheFactor) * preallocated;
    }

    /** The longest context, at most {@code most}, that so many bytes of KV cache hold. */
    long longestContext(long kvBytes, long most) {
        return cache.longestContext((long) (kvBytes / (cacheFactor * preallocated)), most);
    }

    /** Sequences of so many tokens that so many bytes of KV cache hold at once, at most what the engine computes. */
    int sequences(long kvBytes, long tokens) {
        return (int) Math.min(batch.sequences(), cache.sequences((long) (kvBytes / cacheFactor), tokens));
    }
}
