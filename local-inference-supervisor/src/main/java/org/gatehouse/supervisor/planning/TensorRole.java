package org.gatehouse.supervisor.planning;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a tensor is for, as far as that decides on how many GPUs it lies. Told by the names that published checkpoints use. */
public enum TensorRole {
    /** Token embeddings: divided over the vocabulary among a tensor-parallel group, on the first pipeline stage. */
    EMBEDDING,
    /** The output projection: divided over the vocabulary, on the last pipeline stage. */
    HEAD,
    /** Matrices inside of layers that a tensor-parallel group divides. */
    LAYER_DIVIDED,
    /** Key and value projections: divided until each GPU has one head, then repeated. */
    LAYER_KEY_VALUE,
    /** Norms, routers, latent projections: whole on each GPU of a group. */
    LAYER_WHOLE,
    /** Towers for images or sound and what joins them to the text model: counted whole on each GPU. */
    TOWER,
    /** Multi-token prediction layers behind the last one, which engines load for speculative decoding only. */
    PREDICTION,
    /** Anything else, such as the final norm: counted whole on each GPU. */
    OTHER;

    private static final Pattern LAYER = Pattern.compile("(?:^|\\.)(?:layers?|h|blocks?|blk)\\.(\\d{1,4})\\.(.*)");
    private static final Pattern SIDE = Pattern
            .compile("vision|visual|image_|vit\\.|audio|mm_projector|multi_modal_projector|(?:^|\\.)mlp1\\.|aligner");
    private static final Pattern INPUT = Pattern
            .compile("embed_tokens|\\bwte\\b|word_embeddings|tok_embeddings|token_embd|embed_in|embedding");
    private static final Pattern OUTPUT = Pattern.compile("lm_head|embed_out|output_layer|^output\\.|^score\\.");
    private static final Pattern WHOLE = Pattern
            .compile(
                    "norm|q_a_proj|kv_a_proj|(?:mlp|moe|feed_forward|block_sparse_moe)\\.gate\\.|router|gate_inp|attn_q_a"
                            + "|attn_kv_a");
    private static final Pattern KEY_VALUE = Pattern.compile("k_proj|v_proj|\\.key\\.|\\.value\\.|attn_[kv]\\.");

    /** The role of the tensor of this name and shape in a model with so many layers. */
    static TensorRole of(String name, int dimensions, int layers) {
        if (SIDE.matcher(name).find()) {
            return TOWER;
        }
        Matcher layer = LAYER.matcher(name);
        if (layer.find()) {
            if (Integer.parseInt(layer.group(1)) >= layers) {
                return PREDICTION;
            }
            String rest = layer.group(2);
            if (WHOLE.matcher(rest).find()) {
                return LAYER_WHOLE;
            }
            if (KEY_VALUE.matcher(rest).find()) {
                return LAYER_KEY_VALUE;
            }
            return dimensions < 2 ? LAYER_WHOLE : LAYER_DIVIDED;
        }
        if (OUTPUT.matcher(name).find()) {
            return HEAD;
        }
        return INPUT.matcher(name).find() ? EMBEDDING : OTHER;
    }
}
