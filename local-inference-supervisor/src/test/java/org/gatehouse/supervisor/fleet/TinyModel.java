package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A model directory with real headers and about 1.1 GB of weights that take no space on the disk. */
final class TinyModel {
    /** Heads of its attention. */
    static final int HEADS = 16;
    /** What it was made for. */
    static final int CONTEXT = 32_768;
    private static final int LAYERS = 8;
    private static final long HIDDEN = 2048;
    private static final long FEED_FORWARD = 8192;
    private static final long KEY_VALUE = 1024;
    private static final long VOCABULARY = 32_000;

    private final StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
    private long bytes;

    private TinyModel() {}

    static Path in(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("config.json"), """
                {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":%d,"intermediate_size":%d,
                 "num_hidden_layers":%d,"num_attention_heads":%d,"num_key_value_heads":8,"vocab_size":%d,
                 "max_position_embeddings":%d,"torch_dtype":"bfloat16","tie_word_embeddings":false}""".formatted(HIDDEN,
                FEED_FORWARD, LAYERS, HEADS, VOCABULARY, CONTEXT));
        TinyModel model = new TinyModel();
        model.tensors();
        byte[] json = (model.header + "}").getBytes(StandardCharsets.UTF_8);
        ByteBuffer start = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(json.length).put(json).flip();
        try (FileChannel channel = FileChannel.open(directory.resolve("model.safetensors"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE)) {
            long size = start.remaining() + model.bytes;
            channel.write(start);
            channel.write(ByteBuffer.allocate(1), size - 1);
        }
        return directory;
    }

    private void tensors() {
        tensor("model.embed_tokens.weight", VOCABULARY, HIDDEN);
        for (int layer = 0; layer < LAYERS; layer++) {
            String name = "model.layers." + layer + ".";
            tensor(name + "input_layernorm.weight", HIDDEN);
            tensor(name + "post_attention_layernorm.weight", HIDDEN);
            tensor(name + "self_attn.q_proj.weight", HIDDEN, HIDDEN);
            tensor(name + "self_attn.k_proj.weight", KEY_VALUE, HIDDEN);
            tensor(name + "self_attn.v_proj.weight", KEY_VALUE, HIDDEN);
            tensor(name + "self_attn.o_proj.weight", HIDDEN, HIDDEN);
            tensor(name + "mlp.gate_proj.weight", FEED_FORWARD, HIDDEN);
            tensor(name + "mlp.up_proj.weight", FEED_FORWARD, HIDDEN);
            tensor(name + "mlp.down_proj.weight", HIDDEN, FEED_FORWARD);
        }
        tensor("model.norm.weight", HIDDEN);
        tensor("lm_head.weight", VOCABULARY, HIDDEN);
    }

    private void tensor(String name, long... shape) {
        long elements = 1;
        List<String> sides = new ArrayList<>();
        for (long side : shape) {
            elements *= side;
            sides.add(Long.toString(side));
        }
        long end = bytes + 2 * elements;
        header.append(",\"%s\":{\"dtype\":\"BF16\",\"shape\":[%s],\"data_offsets\":[%d,%d]}".formatted(name,
                String.join(",", sides), bytes, end));
        bytes = end;
    }
}
