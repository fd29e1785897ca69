package org.gatehouse.supervisor.planning;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Which kind a layer is where the configuration has no {@code layer_types} but a rule: a period, a list of numbers, a string of
 * letters, or only the family's name. The families' rules are those of transformers' configuration classes.
 */
sealed interface LayerPattern {

    /** The kind of layer number {@code layer}, counted from 0, in the words of {@code layer_types}. */
    String kindOf(int layer);

    /** All layers alike. */
    record Uniform(String kind) implements LayerPattern {
        @Override
        public String kindOf(int layer) {
            return kind;
        }
    }

    /** Each {@code period}-th layer is {@code rare}, starting with number {@code offset}; the others are {@code common}. */
    record Every(int period, int offset, String rare, String common) implements LayerPattern {
        @Override
        public String kindOf(int layer) {
            return layer % period == offset % period ? rare : common;
        }
    }

    /** These layers are {@code rare}, the others {@code common}. */
    record These(Set<Integer> layers, String rare, String common) implements LayerPattern {
        @Override
        public String kindOf(int layer) {
            return layers.contains(layer) ? rare : common;
        }
    }

    /** The rule that this configuration gives. */
    static LayerPattern of(ModelConfig config, int count) throws ModelException {
        Optional<LayerPattern> hybrid = recurrent(config, count);
        if (hybrid.isPresent()) {
            return hybrid.get();
        }
        JsonObject text = config.text();
        if (config.optional(1_000_000_000, "attention_chunk_size").isPresent()) {
            // Llama 4: layers without rotary positions see everything; 0 in this list marks them.
            List<Long> rotary = text.wholes("no_rope_layers");
            int period = config.optional(10_000, "no_rope_layer_interval").orElse(4);
            return rotary.size() == count
                    ? listed(rotary, 0, "full_attention", "chunked_attention")
                    : new Every(period, period - 1, "full_attention", "chunked_attention");
        }
        if (text.whole("sliding_window").isEmpty() || text.isFalse("use_sliding_window")) {
            return new Uniform("full_attention");
        }
        OptionalInt period = config.optional(10_000, "sliding_window_pattern", "_sliding_window_pattern");
        if (period.isPresent()) {
            return new Every(period.getAsInt(), period.getAsInt() - 1, "full_attention", "sliding_attention");
        }
        return switch (config.modelType()) {
            case "gemma2", "gpt_oss" -> new Every(2, 1, "full_attention", "sliding_attention");
            case "gemma3", "gemma3_text" -> new Every(6, 5, "full_attention", "sliding_attention");
            case "cohere2" -> new Every(4, 3, "full_attention", "sliding_attention");
            case "qwen2", "qwen3", "qwen2_moe", "qwen3_moe", "qwen2_vl" -> qwen(config, count);
            default -> new Uniform("sliding_attention");
        };
    }

    private static LayerPattern qwen(ModelConfig config, int count) throws ModelException {
        if (!config.text().isTrue("use_sliding_window")) {
            return new Uniform("full_attention");
        }
        Set<Integer> full = new HashSet<>();
        int before = config.optional(10_000, "max_window_layers").orElse(count);
        for (int layer = 0; layer < Math.min(before, count); layer++) {
            full.add(layer);
        }
        return new These(full, "full_attention", "sliding_attention");
    }

    private static Optional<LayerPattern> recurrent(ModelConfig config, int count) throws ModelException {
        JsonObject text = config.text();
        Optional<String> letters = text.text("hybrid_override_pattern");
        if (letters.isPresent() && letters.get().length() >= count) {
            return Optional.of(new Letters(letters.get()));
        }
        Optional<JsonObject> linear = text.object("linear_attn_config");
        if (linear.isPresent() && !linear.get().wholes("kda_layers").isEmpty()) {
            // Counted from 1 there.
            Set<Integer> recurrent = new HashSet<>();
            linear.get().wholes("kda_layers").forEach(layer -> recurrent.add((int) (layer - 1)));
            return Optional.of(new These(recurrent, "linear_attention", "full_attention"));
        }
        if (text.wholes("attn_type_list").size() == count) {
            return Optional.of(listed(text.wholes("attn_type_list"), 1, "full_attention", "lightning"));
        }
        if (!text.wholes("attn_layer_indices").isEmpty()) {
            Set<Integer> full = new HashSet<>();
            text.wholes("attn_layer_indices").forEach(layer -> full.add(layer.intValue()));
            return Optional.of(new These(full, "full_attention", "mamba"));
        }
        OptionalInt interval = config.optional(10_000, "full_attention_interval");
        if (interval.isPresent() && text.whole("linear_num_value_heads").isPresent()) {
            return Optional.of(new Every(interval.getAsInt(), interval.getAsInt() - 1, "full_attention",
                    "linear_attention"));
        }
        OptionalInt attentionPeriod = config.optional(10_000, "attn_layer_period");
        if (attentionPeriod.isPresent()) {
            int offset = Math.clamp(text.whole("attn_layer_offset").orElse(0), 0, 10_000);
            return Optional.of(new Every(attentionPeriod.getAsInt(), offset, "full_attention", "mamba"));
        }
        return switch (config.modelType()) {
            case "mamba", "falcon_mamba" -> Optional.of(new Uniform("mamba"));
            case "mamba2" -> Optional.of(new Uniform("mamba2"));
            case "falcon_h1" -> Optional.of(new Uniform("parallel_hybrid"));
            default -> Optional.empty();
        };
    }

    private static LayerPattern listed(List<Long> flags, long marked, String rare, String common) {
        Set<Integer> layers = new HashSet<>();
        for (int layer = 0; layer < flags.size(); layer++) {
            if (flags.get(layer) == marked) {
                layers.add(layer);
            }
        }
        return new These(layers, rare, common);
    }

    /** Nemotron-H: M a Mamba layer, * attention, - a feed-forward layer, E one with experts. */
    record Letters(String letters) implements LayerPattern {
        @Override
        public String kindOf(int layer) {
            return switch (letters.charAt(layer)) {
                case 'M' -> "mamba2";
                case '*' -> "full_attention";
                default -> "none";
            };
        }
    }
}
