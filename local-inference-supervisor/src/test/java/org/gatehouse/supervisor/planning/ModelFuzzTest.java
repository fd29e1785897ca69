package org.gatehouse.supervisor.planning;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/** Damages each kind of file at random, with fixed seeds: what comes out is a model or a problem, never an exception. */
class ModelFuzzTest {
    private static final int ROUNDS = 500;
    private static final List<String> VALUES = List.of("-1", "0", "1", "1e400", "9223372036854775807",
            "99999999999999999999999", "0.5", "NaN", "true", "null", "\"\"", "\"\\ud800\"", "[]", "[0,-1,4]", "{}",
            "{\"num_heads\":-3}", "[[[[]]]]");

    @TempDir
    Path directory;

    private RandomGenerator random;
    private ModelFiles files;

    @BeforeEach
    void begin() {
        random = RandomGeneratorFactory.of("Xoroshiro128PlusPlus").create(20_260_101L);
        files = new ModelFiles(directory);
    }

    private void readsWithoutException(Path path, Object damage) {
        assertThatCode(() -> {
            if (ModelDirectory.read(path) instanceof ModelReading.Known(ModelDescription model)) {
                KvCache cache = model.kvCache(KvType.AUTO, new Shape(2, 3), 8192);
                assertThat(cache.bytesPerSequence(model.longestContext())).isNotNegative();
            }
        }).as("%s", damage).doesNotThrowAnyException();
    }

    private byte[] damaged(byte[] whole) {
        byte[] bytes = random.nextInt(4) == 0
                ? Arrays.copyOf(whole, random.nextInt(whole.length + 1))
                : whole.clone();
        for (int change = random.nextInt(6); change > 0 && bytes.length > 0; change--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    @Test
    void damagedWeightFilesOfBothFormatsAreModelsOrProblems() throws IOException {
        files.config(ModelFiles.LLAMA_8B).shard("model.safetensors", ModelFiles.llama(1, 4, 4, 4, 4));
        Path safetensors = directory.resolve("model.safetensors");
        byte[] wholeSafetensors = Files.readAllBytes(safetensors);
        byte[] wholeGguf = GgufFile.tinyLlama().tensor("token_embd.weight", 1, 1, 2, 32, 3).bytes();
        Path gguf = directory.resolve("model.gguf");
        for (int round = 0; round < ROUNDS; round++) {
            Files.write(safetensors, damaged(wholeSafetensors));
            readsWithoutException(directory, round);
            Files.write(gguf, damaged(wholeGguf));
            readsWithoutException(gguf, round);
        }
    }

    @Test
    void damagedIndexesAreModelsOrProblems() throws IOException {
        files.config(ModelFiles.LLAMA_8B).shard("model.safetensors", ModelFiles.llama(1, 4, 4, 4, 4));
        byte[] index = "{\"metadata\":{},\"weight_map\":{\"model.norm.weight\":\"model.safetensors\"}}"
                .getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < ROUNDS; round++) {
            Files.write(directory.resolve("model.safetensors.index.json"), damaged(index));
            readsWithoutException(directory, round);
        }
    }

    @Test
    void strangeValuesInAnyFieldOfAConfigurationAreModelsOrProblems() {
        files.shard("model.safetensors", ModelFiles.llama(1, 4, 4, 4, 4));
        List<String> fields = List.of("hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
                "head_dim", "vocab_size", "max_position_embeddings", "sliding_window", "layer_types", "rope_scaling",
                "kv_lora_rank", "qk_rope_head_dim", "quantization_config", "text_config", "vision_config",
                "hybrid_override_pattern", "linear_attn_config", "full_attention_interval", "linear_num_value_heads",
                "attn_layer_period", "attn_layer_offset", "attn_type_list", "block_configs", "num_kv_shared_layers",
                "attention_chunk_size", "no_rope_layers", "is_encoder_decoder", "architectures", "torch_dtype",
                "model_type", "index_head_dim", "mamba_d_state", "intermediate_size", "sliding_window_pattern");
        List<String> families = List.of("\"mamba\"", "\"falcon_h1\"", "\"gemma3\"", "\"qwen3\"", "\"cohere2\"",
                "\"bert\"", "\"deepseek_v3\"");
        for (int round = 0; round < ROUNDS; round++) {
            Map<String, String> config = new HashMap<>(Map.of("hidden_size", "64", "num_hidden_layers", "4",
                    "num_attention_heads", "8", "model_type", families.get(random.nextInt(families.size()))));
            for (int change = random.nextInt(5); change >= 0; change--) {
                config.put(fields.get(random.nextInt(fields.size())), random.nextInt(3) == 0
                        ? Integer.toString(random.nextInt(64))
                        : VALUES.get(random.nextInt(VALUES.size())));
            }
            StringBuilder json = new StringBuilder("{");
            config.forEach((name, value) -> json.append(json.length() > 1 ? "," : "").append('"').append(name)
                    .append("\":").append(value));
            files.config(json.append('}').toString());
            readsWithoutException(directory, json);
        }
    }
}
