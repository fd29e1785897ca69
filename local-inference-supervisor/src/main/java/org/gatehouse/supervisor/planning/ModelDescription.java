package org.gatehouse.supervisor.planning;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A local model, as far as planning needs to know it. Immutable.
 *
 * @param path the directory, or the GGUF file: what an engine is told to load
 * @param digest SHA-256 over configuration, tensor names, types and shapes (not over the weights), in hexadecimal: tells models
 *        apart, proves nothing
 * @param format of the weight files
 * @param architecture the class that engines look for, such as {@code LlamaForCausalLM}
 * @param heads numbers that tensor parallel must divide
 * @param hiddenSize width of the model
 * @param feedForwardSize width of its feed-forward part
 * @param vocabularySize number of tokens; 0 if unknown
 * @param experts experts of each mixture layer; 0 in dense models
 * @param layers what each layer keeps in the KV cache
 * @param longestContext tokens that the model was made for, prompt and answer together
 * @param dataType the format in which it computes
 * @param quantisation of the checkpoint
 * @param weights bytes by role
 * @param hasTokenizer whether the directory has one; without, engines take token ids only
 */
public record ModelDescription(Path path, String digest, ModelFormat format, String architecture, Heads heads,
        int hiddenSize, int feedForwardSize, int vocabularySize, int experts, List<KvLayer> layers, int longestContext,
        DataType dataType, Quantisation quantisation, Weights weights, boolean hasTokenizer) {

    /**
     * Numbers of heads. Immutable.
     *
     * @param attention query heads; 0 in models without attention
     * @param keyValue key/value heads of an ordinary layer; 1 with latent attention
     * @param vision heads of the vision tower; 0 without one
     */
    public record Heads(int attention, int keyValue, int vision) {

        /** Whether a group of so many GPUs can share the heads: none may be cut, and repeated ones must go round evenly. */
        public boolean divisibleBy(int group) {
            return attention % group == 0 && vision % group == 0
                    && (keyValue % group == 0 || group % Math.max(1, keyValue) == 0);
        }
    }

    /** Copies the layers and checks that everything is there. */
    public ModelDescription {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(digest, "digest");
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(architecture, "architecture");
        Objects.requireNonNull(heads, "heads");
        Objects.requireNonNull(dataType, "dataType");
        Objects.requireNonNull(quantisation, "quantisation");
        Objects.requireNonNull(weights, "weights");
        layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("a model has at least one layer");
        }
    }

    /** What the KV cache takes on one GPU when the model is divided so and the cache has this format. */
    public KvCache kvCache(KvType type, Shape shape, int tokensInFlight) {
        return KvCache.of(layers, type.bytes(dataType), dataType.bytes(), shape, tokensInFlight);
    }
}
