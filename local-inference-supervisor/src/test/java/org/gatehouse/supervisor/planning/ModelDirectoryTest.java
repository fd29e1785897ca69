package org.gatehouse.supervisor.planning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.supervisor.planning.ModelFiles.Shelf;
import org.gatehouse.supervisor.planning.ModelProblem.Kind;

import static org.assertj.core.api.Assertions.assertThat;

class ModelDirectoryTest {
    private static final String TINY = """
            {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":8,"intermediate_size":16,
             "num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"vocab_size":32,
             "max_position_embeddings":64,"torch_dtype":"bfloat16","tie_word_embeddings":false}""";

    @TempDir
    Path directory;

    private ModelFiles files;

    @BeforeEach
    void begin() {
        files = new ModelFiles(directory);
    }

    private static Shelf tiny() {
        return ModelFiles.llama(2, 8, 16, 4, 32);
    }

    @Test
    void weightsOfLlama8bInTwoShardsAreExact() {
        Shelf whole = ModelFiles.llama(32, 4096, 14336, 1024, 128_256);
        files.config(ModelFiles.LLAMA_8B).shard("model.safetensors", whole).file("tokenizer.json", "{}");

        ModelDescription model = files.model();

        // What the publisher's own index says in metadata.total_size.
        assertThat(model.weights().totalBytes()).isEqualTo(16_060_522_496L);
        assertThat(model.weights().tensors()).isEqualTo(291);
        assertThat(model.longestContext()).isEqualTo(131_072);
        assertThat(model.hasTokenizer()).isTrue();
        assertThat(model.quantisation()).isEqualTo(Quantisation.NONE);
        assertThat(model.weights().bytesPerDevice(Shape.SINGLE, 32, 8, new LoadFormat(16, 16)))
                .isEqualTo(16_060_522_496L);
    }

    @Test
    void weightsOfLlama70bAndQwen3With32bAreExact() {
        files.config(ModelFiles.LLAMA_70B).shard("model.safetensors",
                ModelFiles.llama(80, 8192, 28_672, 1024, 128_256));
        assertThat(files.model().weights().totalBytes()).isEqualTo(141_107_412_992L);

        Shelf qwen = new Shelf().bf16("model.embed_tokens.weight", 151_936, 5120);
        for (int layer = 0; layer < 64; layer++) {
            String name = "model.layers." + layer + ".";
            qwen.bf16(name + "input_layernorm.weight", 5120).bf16(name + "post_attention_layernorm.weight", 5120)
                    .bf16(name + "self_attn.q_norm.weight", 128).bf16(name + "self_attn.k_norm.weight", 128)
                    .bf16(name + "self_attn.q_proj.weight", 8192, 5120)
                    .bf16(name + "self_attn.k_proj.weight", 1024, 5120)
                    .bf16(name + "self_attn.v_proj.weight", 1024, 5120)
                    .bf16(name + "self_attn.o_proj.weight", 5120, 8192)
                    .bf16(name + "mlp.gate_proj.weight", 25_600, 5120).bf16(name + "mlp.up_proj.weight", 25_600, 5120)
                    .bf16(name + "mlp.down_proj.weight", 5120, 25_600);
        }
        qwen.bf16("model.norm.weight", 5120).bf16("lm_head.weight", 151_936, 5120);
        files.config(ModelFiles.QWEN3_32B).shard("model.safetensors", qwen);

        // 32 762 123 264 parameters of two bytes.
        assertThat(files.model().weights().totalBytes()).isEqualTo(65_524_246_528L);
    }

    @Test
    void scalesOfQuantisedCheckpointsAreCountedAsTheyAreStored() {
        files.config(TINY).shard("model.safetensors",
                tiny().with("model.layers.0.mlp.up_proj.weight_scale_inv", "F32", 32, 4));
        Weights weights = files.model().weights();

        assertThat(weights.bytesPerDevice(Shape.SINGLE, 2, 2, LoadFormat.AS_STORED)).isEqualTo(weights.totalBytes());
        assertThat(weights.bytesPerDevice(Shape.SINGLE, 2, 2, new LoadFormat(16, 16)))
                .isEqualTo(weights.totalBytes() - 8);
    }

    @Test
    void tensorParallelDividesMatricesAndRepeatsNorms() {
        files.config(TINY).shard("model.safetensors", tiny());
        Weights weights = files.model().weights();
        LoadFormat whole = new LoadFormat(16, 16);
        long norms = 2 * 2 * 8 * 2 + 8 * 2;

        long one = weights.bytesPerDevice(Shape.SINGLE, 2, 2, whole);
        assertThat(one).isEqualTo(weights.totalBytes());
        assertThat(weights.bytesPerDevice(new Shape(2, 1), 2, 2, whole)).isEqualTo((one - norms) / 2 + norms);
        // Four GPUs, two key/value heads: those projections are repeated.
        long keyValue = 2 * 2 * 4 * 8 * 2;
        assertThat(weights.bytesPerDevice(new Shape(4, 1), 2, 2, whole))
                .isEqualTo((one - norms - keyValue) / 4 + keyValue / 2 + norms);
    }

    @Test
    void shardsOfTheIndexAreReadAndNothingElse() {
        Map<String, Shelf> shards = new LinkedHashMap<>();
        shards.put("model-00001-of-00002.safetensors", new Shelf().bf16("model.embed_tokens.weight", 32, 8));
        shards.put("model-00002-of-00002.safetensors", new Shelf().bf16("lm_head.weight", 32, 8));
        files.config(TINY).index(shards).shard("extra.safetensors", new Shelf().bf16("lm_head.weight", 99, 8));
        shards.forEach(files::shard);

        assertThat(files.model().weights().totalBytes()).isEqualTo(2 * 32 * 8 * 2);
        assertThat(files.model().weights().files()).isEqualTo(2);
    }

    @Test
    void directoryWithoutConfigSaysSo() {
        files.shard("model.safetensors", tiny());

        assertThat(files.problem().kind()).isEqualTo(Kind.NO_CONFIG);
        assertThat(files.problem().message()).contains(directory.toString()).contains("config.json").contains("Name");
    }

    @Test
    void missingDirectorySaysSo() {
        assertThat(ModelDirectory.read(directory.resolve("nowhere"))).isInstanceOfSatisfying(
                ModelReading.Unusable.class,
                unusable -> assertThat(unusable.problem().kind()).isEqualTo(Kind.NO_DIRECTORY));
    }

    @Test
    void truncatedShardSaysHowMuchIsMissing() {
        Shelf shelf = tiny();
        files.config(TINY).raw("model.safetensors", shelf.header(), shelf.bytes() - 7);

        assertThat(files.problem().kind()).isEqualTo(Kind.TRUNCATED);
        assertThat(files.problem().file()).hasFileName("model.safetensors");
        assertThat(files.problem().what()).contains("7 of " + shelf.bytes());
    }

    @Test
    void everyCutOfAFileIsAProblemAndNeverAnException() throws IOException {
        Path file = directory.resolve("model.safetensors");
        files.config(TINY).raw("model.safetensors", new Shelf().bf16("a", 4).header(), 8);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertThat(files.problem().kind()).as("cut to %d bytes", length).isIn(Kind.TRUNCATED,
                    Kind.HEADER_TOO_LARGE);
        }
    }

    @Test
    void dataBehindTheLastTensorIsAProblem() {
        Shelf shelf = tiny();
        files.config(TINY).raw("model.safetensors", shelf.header(), shelf.bytes() + 1);

        assertThat(files.problem().kind()).isEqualTo(Kind.SURPLUS_DATA);
    }

    @Test
    void missingShardIsNamed() {
        Map<String, Shelf> shards = Map.of("model-00001-of-00001.safetensors", tiny());
        files.config(TINY).index(shards);

        assertThat(files.problem().kind()).isEqualTo(Kind.SHARD_MISSING);
        assertThat(files.problem().file()).hasFileName("model-00001-of-00001.safetensors");
    }

    @Test
    void tensorThatTheIndexPromisesMustBeInItsShard() {
        files.config(TINY).shard("a.safetensors", tiny()).file("model.safetensors.index.json",
                "{\"weight_map\":{\"model.norm.weight\":\"a.safetensors\",\"gone\":\"a.safetensors\"}}");

        assertThat(files.problem().kind()).isEqualTo(Kind.TENSOR_MISSING);
        assertThat(files.problem().what()).contains("gone");
    }

    @Test
    void indexMayNotLeadOutOfTheDirectory() {
        files.config(TINY).file("model.safetensors.index.json",
                "{\"weight_map\":{\"a\":\"../other/model.safetensors\"}}");

        assertThat(files.problem().kind()).isEqualTo(Kind.INDEX_INVALID);
    }

    @Test
    void nameInTheIndexThatNoFileCanHaveIsAProblem() {
        files.config(TINY).file("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"\\ud800.safetensors\"}}");

        assertThat(files.problem().kind()).isIn(Kind.INDEX_INVALID, Kind.SHARD_MISSING);
    }

    @Test
    void tensorThatStandsTwiceIsAProblemInOneFileAndInTwo() {
        String entry = "\"a\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[0,2]}";
        files.config(TINY).raw("model.safetensors", "{" + entry + "," + entry + "}", 2);
        assertThat(files.problem().kind()).isEqualTo(Kind.TENSOR_TWICE);

        files.raw("model.safetensors", "{" + entry + "}", 2).raw("second.safetensors", "{" + entry + "}", 2);
        assertThat(files.problem().kind()).isEqualTo(Kind.TENSOR_TWICE);
    }

    @Test
    void tensorsMayNotClaimTheSameBytes() {
        files.config(TINY).raw("model.safetensors", """
                {"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},
                 "b":{"dtype":"BF16","shape":[2],"data_offsets":[2,6]}}""", 6);

        assertThat(files.problem().kind()).isEqualTo(Kind.TENSORS_OVERLAP);
    }

    @Test
    void bytesMustMatchTypeAndShape() {
        files.config(TINY).raw("model.safetensors", """
                {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4);

        assertThat(files.problem().kind()).isEqualTo(Kind.TENSOR_SIZE);
        assertThat(files.problem().what()).contains("needs 8");
    }

    @Test
    void shapeTooLargeForAnyNumberIsAProblem() {
        files.config(TINY).raw("model.safetensors", """
                {"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", 4);

        assertThat(files.problem().kind()).isEqualTo(Kind.HEADER_INVALID);
    }

    @Test
    void announcedHeaderBeyondTheFormatsBoundIsNotRead() throws IOException {
        files.config(TINY).file("model.safetensors", "\u00ff\u00ff\u00ff");
        byte[] huge = {0, 0, 0, 0, 0, 0, 0, 127, '{', '}'};
        Files.write(directory.resolve("model.safetensors"), huge);

        assertThat(files.problem().kind()).isEqualTo(Kind.HEADER_TOO_LARGE);
    }

    @Test
    void pointerOfGitLfsIsRecognised() {
        files.config(TINY).file("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:00\n");

        assertThat(files.problem().what()).contains("Git LFS");
    }

    @Test
    void unknownNumberFormatIsNamed() {
        files.config(TINY).raw("model.safetensors", """
                {"a":{"dtype":"F2","shape":[2],"data_offsets":[0,4]}}""", 4);

        assertThat(files.problem().kind()).isEqualTo(Kind.UNKNOWN_TYPE);
        assertThat(files.problem().what()).contains("F2");
    }

    @Test
    void impossibleAndMissingFieldsOfTheConfigurationAreNamed() {
        files.config(TINY.replace("\"num_hidden_layers\":2", "\"num_hidden_layers\":-2"));
        assertThat(files.problem().kind()).isEqualTo(Kind.CONFIG_INVALID);
        assertThat(files.problem().what()).contains("num_hidden_layers = -2");

        files.config(TINY.replace("\"hidden_size\":8,", ""));
        assertThat(files.problem().kind()).isEqualTo(Kind.CONFIG_INCOMPLETE);
        assertThat(files.problem().what()).contains("hidden_size");

        files.config(TINY.substring(0, 50));
        assertThat(files.problem().kind()).isEqualTo(Kind.CONFIG_INVALID);

        files.config("{\"a\":".repeat(100_000));
        assertThat(files.problem().kind()).isEqualTo(Kind.CONFIG_INVALID);
    }

    @Test
    void quantisationAndNestedTextModelAreRead() {
        files.config("""
                {"architectures":["SomethingForConditionalGeneration"],"torch_dtype":"float16",
                 "quantization_config":{"quant_method":"awq","bits":4,"group_size":128},
                 "vision_config":{"num_heads":16},"text_config":%s}""".formatted(TINY)).shard("model.safetensors",
                tiny().bf16("visual.blocks.0.attn.qkv.weight", 4, 4));
        ModelDescription model = files.model();

        assertThat(model.quantisation()).isEqualTo(new Quantisation("awq", 4, 128));
        assertThat(model.heads()).isEqualTo(new ModelDescription.Heads(4, 2, 16));
        assertThat(model.layers()).hasSize(2);
        assertThat(model.weights().of(TensorRole.TOWER).bytes()).isEqualTo(32);
    }

    @Test
    void digestTellsModelsApartAndIsTheSameForTheSame() {
        files.config(TINY).shard("model.safetensors", tiny());
        String first = files.model().digest();

        assertThat(files.model().digest()).isEqualTo(first);
        files.shard("model.safetensors", ModelFiles.llama(2, 8, 24, 4, 32));
        assertThat(files.model().digest()).isNotEqualTo(first);
    }
}
