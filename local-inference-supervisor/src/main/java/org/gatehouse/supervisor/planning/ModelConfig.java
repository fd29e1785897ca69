package org.gatehouse.supervisor.planning;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

import com.fasterxml.jackson.core.JsonProcessingException;

import org.gatehouse.supervisor.planning.ModelProblem.Kind;

/**
 * A model's {@code config.json} under the names that its family gave the fields. Values that decide on memory are checked against
 * ranges far beyond any real model, so that arithmetic on them cannot overflow.
 */
final class ModelConfig {
    static final String FILE = "config.json";
    private static final int MOST_LAYERS = 1_000;
    private static final long LARGEST_BYTES = 16_000_000;
    private static final List<String> NESTED = List.of("text_config", "llm_config", "language_config",
            "thinker_config");

    private final Path file;
    private final JsonObject root;
    private final JsonObject text;

    ModelConfig(Path file, JsonObject root) {
        this.file = file;
        this.root = root;
        this.text = nested(root);
    }

    /** Reads the directory's configuration. */
    static ModelConfig in(Path directory) throws ModelException {
        Path file = directory.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new ModelException(Kind.NO_CONFIG, directory, "The directory has no config.json",
                    "Name the directory that holds the model's config.json and *.safetensors files.");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new ModelConfig(file, JsonObject.read(new BoundedStream(in, LARGEST_BYTES)));
        } catch (JsonProcessingException damaged) {
            throw new ModelException(Kind.CONFIG_INVALID, file,
                    "config.json is no valid JSON: " + damaged.getOriginalMessage(),
                    "Copy or download this file again.");
        } catch (IOException unreadable) {
            throw new ModelException(Kind.CONFIG_INVALID, file,
                    "config.json cannot be read: " + unreadable.getMessage(),
                    "Check the file's owner and permissions, or copy it again.");
        }
    }

    /** Multimodal models keep their text model's fields one level down, some of them two. */
    private static JsonObject nested(JsonObject object) {
        for (String name : NESTED) {
            Optional<JsonObject> inner = object.object(name);
            if (inner.isPresent() && !inner.get().fields().isEmpty()) {
                return nested(inner.get());
            }
        }
        return object;
    }

    /** The text model's fields. */
    JsonObject text() {
        return text;
    }

    /** The whole model's fields. */
    JsonObject root() {
        return root;
    }

    Path file() {
        return file;
    }

    String architecture() {
        List<String> names = root.texts("architectures");
        return names.isEmpty() ? root.text("model_type").orElse("unknown") : names.getFirst();
    }

    String modelType() {
        return text.text("model_type").or(() -> root.text("model_type")).orElse("").toLowerCase(Locale.ROOT);
    }

    int layers() throws ModelException {
        return required(MOST_LAYERS, "num_hidden_layers", "n_layer", "n_layers", "num_layers", "decoder_layers");
    }

    int hiddenSize() throws ModelException {
        return required(10_000_000, "hidden_size", "n_embd", "d_model", "dim", "model_dim");
    }

    /** Query heads; 0 in models without attention. */
    int attentionHeads() throws ModelException {
        return optional(1_000_000, "num_attention_heads", "n_head", "n_heads", "decoder_attention_heads", "num_heads")
                .orElse(0);
    }

    /** Numbers in a head. */
    int headSize() throws ModelException {
        OptionalInt named = optional(1_000_000, "head_dim", "kv_channels", "attention_head_dim");
        if (named.isPresent()) {
            return named.getAsInt();
        }
        int heads = attentionHeads();
        if (heads == 0) {
            throw incomplete("num_attention_heads");
        }
        return Math.max(1, hiddenSize() / heads);
    }

    /** Numbers in a value's head, where they differ from a key's. */
    int valueHeadSize() throws ModelException {
        return optional(1_000_000, "v_head_dim", "value_head_dim").orElse(headSize());
    }

    /** Key/value heads of the layers that do not say it for themselves. */
    int keyValueHeads() throws ModelException {
        if (text.isTrue("multi_query") && !text.isTrue("new_decoder_architecture")) {
            return 1;
        }
        if (!text.isFalse("multi_query_attention")) {
            OptionalInt groups = optional(1_000_000, "multi_query_group_num");
            if (groups.isPresent()) {
                return groups.getAsInt();
            }
        }
        OptionalInt named = optional(1_000_000, "num_key_value_heads", "num_kv_heads", "n_head_kv", "n_kv_heads",
                "num_attention_groups");
        if (named.isPresent()) {
            return named.getAsInt();
        }
        Optional<JsonObject> attention = text.object("attn_config");
        if (attention.isPresent() && attention.get().whole("kv_n_heads").isPresent()) {
            return inRange("kv_n_heads", attention.get().whole("kv_n_heads").getAsLong(), 1_000_000);
        }
        int heads = attentionHeads();
        if (heads == 0) {
            throw incomplete("num_attention_heads");
        }
        return heads;
    }

    int vocabularySize() throws ModelException {
        return optional(100_000_000, "vocab_size", "padded_vocab_size").orElse(0);
    }

    /** Width of the dense feed-forward part; four times the hidden size where nothing is said. */
    int feedForwardSize() throws ModelException {
        OptionalInt named = optional(100_000_000, "intermediate_size", "n_inner", "ffn_dim", "ffn_hidden_size",
                "decoder_ffn_dim");
        return named.isPresent() ? named.getAsInt() : 4 * hiddenSize();
    }

    int experts() throws ModelException {
        return optional(1_000_000, "num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts").orElse(0);
    }

    /** Heads of the vision tower; 0 without one. */
    int visionHeads() throws ModelException {
        for (String name : List.of("vision_config", "visual")) {
            Optional<JsonObject> vision = root.object(name);
            if (vision.isPresent() && vision.get().whole("num_heads", "num_attention_heads", "heads").isPresent()) {
                return inRange(name + ".num_heads",
                        vision.get().whole("num_heads", "num_attention_heads", "heads").getAsLong(), 1_000_000);
            }
        }
        return 0;
    }

    boolean tiedEmbeddings(boolean headStored) {
        if (text.has("tie_word_embeddings") || root.has("tie_word_embeddings")) {
            return text.isTrue("tie_word_embeddings") || root.isTrue("tie_word_embeddings");
        }
        return !headStored;
    }

    DataType dataType() {
        return text.text("torch_dtype", "dtype").or(() -> root.text("torch_dtype", "dtype")).flatMap(DataType::named)
                .orElse(DataType.BFLOAT16);
    }

    Quantisation quantisation() {
        Optional<JsonObject> found = root.object("quantization_config", "compression_config")
                .or(() -> text.object("quantization_config", "compression_config"));
        if (found.isEmpty()) {
            return Quantisation.NONE;
        }
        JsonObject fields = found.get();
        String method = fields.text("quant_method").orElse(fields.isTrue("load_in_4bit") ? "bitsandbytes" : "unknown")
                .toLowerCase(Locale.ROOT);
        long bits = fields.whole("bits", "w_bit", "weight_bits").orElse(switch (method) {
            case "fp8", "fbgemm_fp8" -> 8;
            case "mxfp4" -> 4;
            default -> fields.isTrue("load_in_4bit") ? 4 : fields.isTrue("load_in_8bit") ? 8 : 0;
        });
        long group = fields.whole("group_size", "q_group_size").orElse(0);
        return new Quantisation(method, Math.clamp(bits, 0, 64), Math.clamp(group, 0, 1_000_000));
    }

    /** A field that must be there, 1 to the given most. */
    int required(long most, String... names) throws ModelException {
        return optional(most, names).orElseThrow(() -> incomplete(names[0]));
    }

    /** A field that may be missing; 1 to the given most if it is there. */
    OptionalInt optional(long most, String... names) throws ModelException {
        for (String name : names) {
            if (text.whole(name).isPresent()) {
                return OptionalInt.of(inRange(name, text.whole(name).getAsLong(), most));
            }
        }
        return OptionalInt.empty();
    }

    int inRange(String name, long value, long most) throws ModelException {
        if (value < 1 || value > most) {
            throw new ModelException(Kind.CONFIG_INVALID, file, "config.json says " + name + " = " + value
                    + ", which no model can have (1 to " + most + ")", "Copy or download this file again.");
        }
        return (int) value;
    }

    ModelException incomplete(String name) {
        return new ModelException(Kind.CONFIG_INCOMPLETE, file,
                "config.json does not say " + name + ", without which memory cannot be computed",
                "Use the model's own config.json, in the form that the transformers library writes.");
    }
}
