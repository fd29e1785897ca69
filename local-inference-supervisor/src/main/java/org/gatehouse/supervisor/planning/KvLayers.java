package org.gatehouse.supervisor.planning;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Reads from a configuration what each layer keeps between two tokens. */
final class KvLayers {
    private static final KvLayer NOTHING = new KvLayer.None();
    private static final Set<String> ENCODERS = Set.of("bert", "roberta", "xlm-roberta", "camembert", "electra",
            "modernbert", "nomic_bert", "distilbert", "deberta", "deberta-v2", "albert", "mpnet", "gte");

    private final ModelConfig config;
    private final JsonObject text;
    private final int count;

    private KvLayers(ModelConfig config) throws ModelException {
        this.config = config;
        this.text = config.text();
        this.count = config.layers();
    }

    /** One entry for each layer, from the first to the last. */
    static List<KvLayer> of(ModelConfig config) throws ModelException {
        return new KvLayers(config).read();
    }

    private List<KvLayer> read() throws ModelException {
        if (ENCODERS.contains(config.modelType())) {
            return repeated(NOTHING);
        }
        if (config.root().isTrue("is_encoder_decoder")) {
            return repeated(decoderLayer());
        }
        List<KvLayer> layers = new ArrayList<>();
        List<String> kinds = kinds();
        List<Object> blocks = text.list("block_configs");
        List<Long> heads = headsByLayer();
        int shared = Math.clamp(text.whole("num_kv_shared_layers").orElse(0), 0, count);
        for (int layer = 0; layer < count; layer++) {
            KvLayer kept = layer >= count - shared ? NOTHING : layer(kinds.get(layer));
            if (layer < blocks.size() && blocks.get(layer) instanceof JsonObject block) {
                kept = fromBlock(block);
            } else if (layer < heads.size()) {
                // Hybrid models say 0 for their layers without attention.
                kept = heads.get(layer) == 0
                        ? NOTHING
                        : withHeads(kept, full(
                                config.inRange("num_key_value_heads[" + layer + "]", heads.get(layer), 1_000_000)));
            }
            layers.add(kept);
        }
        return List.copyOf(layers);
    }

    /** The kind of each layer, in the words of transformers' {@code layer_types}, whatever field says it. */
    private List<String> kinds() throws ModelException {
        for (String field : List.of("layer_types", "layers_block_type")) {
            List<String> types = text.texts(field);
            if (types.size() == count) {
                return types;
            }
        }
        List<String> kinds = new ArrayList<>();
        LayerPattern pattern = LayerPattern.of(config, count);
        for (int layer = 0; layer < count; layer++) {
            kinds.add(pattern.kindOf(layer));
        }
        return kinds;
    }

    private KvLayer layer(String kind) throws ModelException {
        return switch (kind.toLowerCase(Locale.ROOT)) {
            case "sliding_attention", "local_attention", "local" -> window("sliding_window", "window_size");
            case "chunked_attention" -> window("attention_chunk_size");
            case "linear_attention", "mamba", "mamba2", "recurrent", "conv", "lightning" -> recurrent(kind);
            case "parallel_hybrid" -> new KvLayer.Both(attention(), recurrent("mamba"));
            case "mlp", "moe", "none" -> NOTHING;
            default -> attention();
        };
    }

    private KvLayer attention() throws ModelException {
        OptionalInt rank = config.optional(1_000_000, "kv_lora_rank");
        if (rank.isPresent()) {
            int rotary = config.optional(1_000_000, "qk_rope_head_dim").orElse(0);
            // An indexer keeps one byte a number and a 4-byte scale for each 128 of them.
            int index = config.optional(1_000_000, "index_head_dim").orElse(0);
            return new KvLayer.Latent(rank.getAsInt() + rotary, index == 0 ? 0 : index + 4 * Math.ceilDiv(index, 128));
        }
        return full(config.keyValueHeads());
    }

    /** Bounded so that bytes of a thousand layers times a hundred million tokens still fit into a long. */
    private KvLayer.Full full(int heads) throws ModelException {
        KvLayer.Full full = new KvLayer.Full(heads, config.headSize(), config.valueHeadSize());
        config.inRange("key and value numbers of a layer's heads", (long) heads * (full.keySize() + full.valueSize()),
                10_000_000);
        return full;
    }

    private KvLayer window(String... names) throws ModelException {
        OptionalInt tokens = config.optional(1_000_000_000, names);
        KvLayer attention = attention();
        return tokens.isPresent() && attention instanceof KvLayer.Full full
                ? new KvLayer.Window(full.heads(), full.keySize(), full.valueSize(), tokens.getAsInt())
                : attention;
    }

    private KvLayer recurrent(String kind) throws ModelException {
        return RecurrentState.of(config, kind);
    }

    private KvLayer decoderLayer() throws ModelException {
        KvLayer.Full own = full(config.keyValueHeads());
        int encoderTokens = config.optional(10_000_000, "max_source_positions", "max_position_embeddings").orElse(1500);
        return new KvLayer.Both(own,
                new KvLayer.Cross(own.heads(), own.keySize(), own.valueSize(), encoderTokens));
    }

    /** Models cut down by architecture search say for each block how many query heads share a key, or that it has none. */
    private KvLayer fromBlock(JsonObject block) throws ModelException {
        Optional<JsonObject> attention = block.object("attention");
        if (attention.isEmpty() || attention.get().isTrue("no_op") || attention.get().isTrue("replace_with_linear")) {
            return NOTHING;
        }
        OptionalLong heads = attention.get().whole("num_key_value_heads");
        OptionalLong shared = attention.get().whole("n_heads_in_group");
        if (heads.isEmpty() && shared.isEmpty()) {
            return NOTHING;
        }
        long number = heads.isPresent()
                ? heads.getAsLong()
                : config.attentionHeads() / Math.max(1, shared.getAsLong());
        return full(config.inRange("block_configs heads", number, 1_000_000));
    }

    private List<Long> headsByLayer() {
        List<Long> heads = text.wholes("num_key_value_heads");
        return heads.isEmpty() ? text.wholes("num_kv_heads") : heads;
    }

    /** The layer with as many heads as this one has. */
    private static KvLayer withHeads(KvLayer layer, KvLayer.Full own) {
        return switch (layer) {
            case KvLayer.Full _ -> own;
            case KvLayer.Window window ->
                new KvLayer.Window(own.heads(), window.keySize(), window.valueSize(), window.tokens());
            case KvLayer.Latent _,KvLayer.Cross _,KvLayer.Recurrent _,KvLayer.Both _,KvLayer.None _ -> layer;
        };
    }

    private List<KvLayer> repeated(KvLayer layer) {
        return Collections.nCopies(count, layer);
    }
}
