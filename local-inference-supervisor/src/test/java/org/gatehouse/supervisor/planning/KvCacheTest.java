package org.gatehouse.supervisor.planning;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class KvCacheTest {
    private static final long CONTEXT_128K = 131_072;
    private static final double GIB = 1L << 30;

    private static List<KvLayer> layers(String config) throws IOException, ModelException {
        return KvLayers.of(new ModelConfig(Path.of("config.json"),
                JsonObject.read(new ByteArrayInputStream(config.getBytes(StandardCharsets.UTF_8)))));
    }

    private static KvCache cache(String config, int elementBytes, int tensorParallel) throws Exception {
        return KvCache.of(layers(config), elementBytes, 2, new Shape(tensorParallel, 1), 8192);
    }

    @Test
    void llama8bTakes131072BytesPerTokenAnd16GibAt128k() throws Exception {
        KvCache cache = cache(ModelFiles.LLAMA_8B, 2, 1);

        assertThat(cache.bytesPerToken()).isEqualTo(131_072);
        assertThat(cache.bytesPerSequence(CONTEXT_128K) / GIB).isEqualTo(16.0);
    }

    @Test
    void llama70bTakes327680BytesPerTokenAnd40GibAt128k() throws Exception {
        KvCache cache = cache(ModelFiles.LLAMA_70B, 2, 1);

        assertThat(cache.bytesPerToken()).isEqualTo(327_680);
        assertThat(cache.bytesPerSequence(CONTEXT_128K) / GIB).isEqualTo(40.0);
    }

    @Test
    void qwen3With32bTakes262144BytesPerTokenAnd32GibAt128k() throws Exception {
        KvCache cache = cache(ModelFiles.QWEN3_32B, 2, 1);

        assertThat(cache.bytesPerToken()).isEqualTo(262_144);
        assertThat(cache.bytesPerSequence(CONTEXT_128K) / GIB).isEqualTo(32.0);
    }

    @Test
    void deepSeekV3Takes70272BytesPerTokenAndIsNotDividedByTensorParallel() throws Exception {
        KvCache cache = cache(ModelFiles.DEEPSEEK_V3, 2, 1);

        assertThat(cache.bytesPerToken()).isEqualTo(70_272);
        assertThat(cache.bytesPerSequence(CONTEXT_128K)).isEqualTo(70_272 * CONTEXT_128K);
        assertThat(cache.bytesPerSequence(CONTEXT_128K) / GIB).isCloseTo(8.6, within(0.05));
        assertThat(cache(ModelFiles.DEEPSEEK_V3, 2, 8).bytesPerToken()).isEqualTo(70_272);
    }

    @Test
    void headsAreDividedUntilEachGpuHasOneAndThenRepeated() throws Exception {
        assertThat(cache(ModelFiles.LLAMA_70B, 2, 4).bytesPerToken()).isEqualTo(327_680 / 4);
        assertThat(cache(ModelFiles.LLAMA_70B, 2, 8).bytesPerToken()).isEqualTo(327_680 / 8);
        assertThat(cache(ModelFiles.LLAMA_70B, 2, 16).bytesPerToken()).isEqualTo(327_680 / 8);
    }

    @Test
    void eightBitCacheTakesHalf() throws Exception {
        assertThat(cache(ModelFiles.LLAMA_8B, 1, 1).bytesPerToken()).isEqualTo(65_536);
        assertThat(KvType.FP8.bytes(DataType.BFLOAT16)).isEqualTo(1);
        assertThat(KvType.AUTO.bytes(DataType.FLOAT32)).isEqualTo(4);
    }

    @Test
    void pipelineStagesDivideTheLayersAndTheLargestCounts() throws Exception {
        assertThat(Stages.sizes(61, 2)).containsExactly(31, 30);
        assertThat(Stages.sizes(62, 4)).containsExactly(15, 16, 16, 15);
        assertThat(KvCache.of(layers(ModelFiles.DEEPSEEK_V3), 2, 2, new Shape(1, 2), 0).bytesPerToken())
                .isEqualTo(31L * 576 * 2);
    }

    @Test
    void slidingWindowsStopGrowing() throws Exception {
        String gemma = """
                {"model_type":"gemma3_text","hidden_size":5376,"num_hidden_layers":62,"num_attention_heads":32,
                 "num_key_value_heads":16,"head_dim":128,"sliding_window":1024,"sliding_window_pattern":6}""";
        KvCache cache = KvCache.of(layers(gemma), 2, 2, Shape.SINGLE, 2048);
        long page = 16 * 2 * 128 * 2;
        // 10 of 62 layers see everything; 52 hold 1023 + 2048 tokens in 192 blocks and one more.
        assertThat(cache.bytesPerToken()).isEqualTo(10 * page);
        assertThat(cache.bytesPerSequence(CONTEXT_128K)).isEqualTo(10 * page * CONTEXT_128K + 52 * page * 193 * 16);
        assertThat(cache.bytesPerSequence(160)).isEqualTo(62 * page * 160);
    }

    @Test
    void windowsWhoseBlocksCannotBeSharedAreChargedInFull() {
        KvCache cache = KvCache.of(List.of(new KvLayer.Full(3, 64, 64), new KvLayer.Window(2, 64, 64, 128)), 2, 2,
                Shape.SINGLE, 0);

        assertThat(cache.bytesPerToken()).isEqualTo((3 + 2) * 128 * 2);
        assertThat(cache.hasConstantPart()).isFalse();
    }

    @Test
    void layerTypesNameTheKindOfEachLayer() throws Exception {
        assertThat(layers("""
                {"model_type":"gpt_oss","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":8,"head_dim":8,
                 "num_key_value_heads":4,"sliding_window":128,"layer_types":["sliding_attention","full_attention"]}"""))
                .containsExactly(new KvLayer.Window(4, 8, 8, 128), new KvLayer.Full(4, 8, 8));
    }

    @Test
    void chunkedLayersOfLlama4AreBoundedAndThoseWithoutRotaryPositionsAreNot() throws Exception {
        assertThat(layers("""
                {"model_type":"llama4","text_config":{"model_type":"llama4_text","hidden_size":64,
                 "num_hidden_layers":4,"num_attention_heads":8,"num_key_value_heads":2,"attention_chunk_size":8192,
                 "no_rope_layers":[1,1,1,0]}}""")).containsExactly(new KvLayer.Window(2, 8, 8, 8192),
                new KvLayer.Window(2, 8, 8, 8192), new KvLayer.Window(2, 8, 8, 8192), new KvLayer.Full(2, 8, 8));
    }

    @Test
    void mambaStateIsConstantForEachSequence() throws Exception {
        String qwenNext = """
                {"model_type":"qwen3_next","hidden_size":2048,"num_hidden_layers":4,"num_attention_heads":16,
                 "num_key_value_heads":2,"head_dim":256,"full_attention_interval":4,"linear_conv_kernel_dim":4,
                 "linear_key_head_dim":128,"linear_num_key_heads":16,"linear_num_value_heads":32,
                 "linear_value_head_dim":128}""";
        long convolution = 3 * (2 * 16 * 128 + 32 * 128);
        long state = 32L * 128 * 128;
        assertThat(layers(qwenNext)).startsWith(new KvLayer.Recurrent(convolution, state, 4))
                .endsWith(new KvLayer.Full(2, 256, 256));

        KvCache cache = KvCache.of(layers(qwenNext), 2, 2, Shape.SINGLE, 0);
        assertThat(cache.bytesPerToken()).isEqualTo(2 * 512 * 2);
        assertThat(cache.bytesPerSequence(1600) - cache.bytesPerSequence(16)).isEqualTo(1584 * cache.bytesPerToken());
        assertThat(cache.bytesPerSequence(0)).isEqualTo(3 * (convolution * 2 + state * 4));
    }

    @Test
    void familiesWithTheirOwnFieldNamesAreRead() throws Exception {
        assertThat(layers("""
                {"model_type":"falcon","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":8,
                 "multi_query":true}""")).containsExactly(new KvLayer.Full(1, 8, 8));
        assertThat(layers("""
                {"model_type":"chatglm","hidden_size":64,"num_layers":1,"num_attention_heads":8,"kv_channels":16,
                 "multi_query_attention":true,"multi_query_group_num":2}""")).containsExactly(new KvLayer.Full(2, 16,
                16));
        assertThat(layers("""
                {"model_type":"gpt2","n_embd":64,"n_layer":1,"n_head":8}"""))
                .containsExactly(new KvLayer.Full(8, 8, 8));
        assertThat(layers("""
                {"model_type":"dbrx","d_model":64,"n_layers":1,"n_heads":8,"attn_config":{"kv_n_heads":2}}"""))
                .containsExactly(new KvLayer.Full(2, 8, 8));
        assertThat(layers("""
                {"model_type":"nemotron_h","hidden_size":64,"num_hidden_layers":3,"num_attention_heads":8,
                 "num_key_value_heads":2,"head_dim":8,"hybrid_override_pattern":"M-*","mamba_num_heads":4,
                 "mamba_head_dim":8,"ssm_state_size":16,"n_groups":2,"conv_kernel":4}""")).containsExactly(
                new KvLayer.Recurrent(3 * (4 * 8 + 2 * 2 * 16), 4 * 8 * 16, 4), new KvLayer.None(),
                new KvLayer.Full(2, 8, 8));
        assertThat(layers("""
                {"model_type":"bert","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":8}"""))
                .containsExactly(new KvLayer.None());
    }

    @Test
    void longestContextIsTheLastThatFits() throws Exception {
        KvCache cache = cache(ModelFiles.LLAMA_8B, 2, 1);
        long budget = (1L << 30) + 5;

        long longest = cache.longestContext(budget, CONTEXT_128K);

        assertThat(longest).isEqualTo(8192);
        assertThat(cache.bytesPerSequence(longest)).isLessThanOrEqualTo(budget);
        assertThat(cache.bytesPerSequence(longest + 1)).isGreaterThan(budget);
        assertThat(cache.longestContext(1, CONTEXT_128K)).isZero();
        assertThat(cache.longestContext(1L << 40, CONTEXT_128K)).isEqualTo(CONTEXT_128K);
        assertThat(cache.sequences(1L << 34, 4096)).isEqualTo(32);
    }
}
