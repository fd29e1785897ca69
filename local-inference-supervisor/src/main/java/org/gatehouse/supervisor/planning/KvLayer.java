package org.gatehouse.supervisor.planning;

/** What one layer keeps for each sequence between two tokens. Immutable. */
public sealed interface KvLayer {

    /**
     * Attention over everything before: keys and values of each token. Heads are divided among a tensor-parallel group; with
     * fewer heads than GPUs each GPU keeps one (they are repeated), so memory for each GPU stops shrinking.
     *
     * @param heads key/value heads, at least 1
     * @param keySize numbers in a key of one head
     * @param valueSize numbers in a value of one head
     */
    record Full(int heads, int keySize, int valueSize) implements KvLayer {}

    /**
     * Attention over the last tokens only (a sliding window, or a chunk): bounded however long the context.
     *
     * @param heads key/value heads, at least 1
     * @param keySize numbers in a key of one head
     * @param valueSize numbers in a value of one head
     * @param tokens the window's or chunk's length, at least 1
     */
    record Window(int heads, int keySize, int valueSize, int tokens) implements KvLayer {}

    /**
     * Multi-head latent attention (DeepSeek): one latent vector for each token, which every GPU of a tensor-parallel group keeps
     * whole.
     *
     * @param size numbers in the vector: {@code kv_lora_rank + qk_rope_head_dim}
     * @param indexBytes bytes of a sparse-attention indexer's own key for each token; 0 without one
     */
    record Latent(int size, int indexBytes) implements KvLayer {}

    /**
     * Attention over the encoder's output: constant for each sequence.
     *
     * @param heads key/value heads, at least 1
     * @param keySize numbers in a key of one head
     * @param valueSize numbers in a value of one head
     * @param tokens the longest encoder output
     */
    record Cross(int heads, int keySize, int valueSize, int tokens) implements KvLayer {}

    /**
     * A recurrent state (Mamba, linear attention, short convolution): constant for each sequence, divided among a
     * tensor-parallel group.
     *
     * @param convolutionElements numbers in the convolution's state, kept in the model's format
     * @param stateElements numbers in the recurrent state
     * @param stateBytesPerElement 2 or 4
     */
    record Recurrent(long convolutionElements, long stateElements, int stateBytesPerElement) implements KvLayer {}

    /**
     * Two at once, side by side in one layer (Falcon-H1; Whisper's decoder).
     *
     * @param first one of them
     * @param second the other
     */
    record Both(KvLayer first, KvLayer second) implements KvLayer {}

    /** Nothing: no attention here, an encoder's layer, or a layer that reads another one's cache. */
    record None() implements KvLayer {}
}
