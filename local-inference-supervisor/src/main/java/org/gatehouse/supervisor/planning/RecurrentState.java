package org.gatehouse.supervisor.planning;

/** How large the state of a recurrent layer is, by the formulas of the families' published code. */
final class RecurrentState {
    private static final int MOST = 10_000_000;

    private RecurrentState() {}

    /** The state that one layer of this kind keeps for each sequence. */
    static KvLayer.Recurrent of(ModelConfig config, String kind) throws ModelException {
        JsonObject text = config.text();
        int stateBytes = text.text("mamba_ssm_dtype", "mamba_ssm_cache_dtype", "ssm_dtype").orElse("float32")
                .contains("16") ? 2 : 4;
        if (text.object("linear_attn_config").isPresent()) {
            return kimi(config, text.object("linear_attn_config").get());
        }
        if (text.whole("linear_num_value_heads").isPresent()) {
            return gatedDelta(config, stateBytes);
        }
        if (kind.equals("conv")) {
            int length = config.optional(1000, "conv_L_cache").orElse(3);
            return new KvLayer.Recurrent((long) (length - 1) * config.hiddenSize(), 0, stateBytes);
        }
        if (kind.equals("lightning")) {
            long head = config.headSize();
            return new KvLayer.Recurrent(0, Math.max(1, config.attentionHeads()) * head * head, 4);
        }
        boolean headed = config.optional(MOST, "mamba_n_heads", "mamba_num_heads", "n_mamba_heads").isPresent()
                || kind.equals("mamba2") || config.modelType().equals("mamba2");
        return headed ? mamba2(config, stateBytes) : mamba1(config, stateBytes);
    }

    /** Qwen3-Next and its kin: one matrix for each value head, and the convolution over queries, keys and values. */
    private static KvLayer.Recurrent gatedDelta(ModelConfig config, int stateBytes) throws ModelException {
        long kernel = config.optional(1000, "linear_conv_kernel_dim").orElse(4);
        long keyHeads = config.required(MOST, "linear_num_key_heads");
        long valueHeads = config.required(MOST, "linear_num_value_heads");
        long keySize = config.required(MOST, "linear_key_head_dim");
        long valueSize = config.required(MOST, "linear_value_head_dim");
        return checked(config, (double) (kernel - 1) * (2 * keyHeads * keySize + valueHeads * valueSize),
                (double) valueHeads * keySize * valueSize, stateBytes);
    }

    private static KvLayer.Recurrent kimi(ModelConfig config, JsonObject linear) throws ModelException {
        long heads = config.inRange("linear_attn_config.num_heads", linear.whole("num_heads").orElse(0), MOST);
        long size = config.inRange("linear_attn_config.head_dim", linear.whole("head_dim").orElse(0), MOST);
        long kernel = Math.clamp(linear.whole("short_conv_kernel_size").orElse(4), 1, 1000);
        return checked(config, (double) (kernel - 1) * 3 * heads * size, (double) heads * size * size, 4);
    }

    private static KvLayer.Recurrent mamba2(ModelConfig config, int stateBytes) throws ModelException {
        long state = config.optional(MOST, "mamba_d_state", "ssm_state_size", "state_size").orElse(128);
        long groups = config.optional(MOST, "mamba_n_groups", "n_groups", "mamba_ngroups").orElse(1);
        long kernel = config.optional(1000, "mamba_d_conv", "conv_kernel").orElse(4);
        long heads = config.required(MOST, "mamba_n_heads", "mamba_num_heads", "n_mamba_heads", "num_heads");
        long headSize = config.optional(MOST, "mamba_d_head", "mamba_head_dim", "mamba_headdim", "head_dim").orElse(64);
        return checked(config, (double) (kernel - 1) * (heads * headSize + 2 * groups * state),
                (double) heads * headSize * state, stateBytes);
    }

    private static KvLayer.Recurrent mamba1(ModelConfig config, int stateBytes) throws ModelException {
        long state = config.optional(MOST, "mamba_d_state", "state_size").orElse(16);
        long kernel = config.optional(1000, "mamba_d_conv", "conv_kernel").orElse(4);
        long expand = config.optional(1000, "mamba_expand", "expand").orElse(2);
        double inner = (double) expand * config.hiddenSize();
        return checked(config, (kernel - 1) * inner, inner * state, stateBytes);
    }

    private static KvLayer.Recurrent checked(ModelConfig config, double convolution, double state, int stateBytes)
            throws ModelException {
        if (convolution > 1e12 || state > 1e12) {
            throw config.incomplete("a believable size for the recurrent state");
        }
        return new KvLayer.Recurrent((long) convolution, (long) state, stateBytes);
    }
}
