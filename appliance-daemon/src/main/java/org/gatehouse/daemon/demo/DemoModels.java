package org.gatehouse.daemon.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * The demo's models: real headers, as the planner reads them, over weights that are holes in a file and take no space on the disk.
 *
 * @param name its directory's name
 * @param layers how many
 * @param hidden width
 * @param feedForward inner width of each layer
 * @param keyValueHeads heads of the KV cache, of 128 each
 * @param vocabulary tokens
 */
record DemoModels(String name, int layers, int hidden, int feedForward, int keyValueHeads, int vocabulary) {
    static final DemoModels SMALL = new DemoModels("simulated-8b", 32, 4096, 14_336, 8, 128_256);
    static final DemoModels LARGE = new DemoModels("simulated-32b", 64, 5120, 27_648, 8, 152_064);
    private static final int HEAD = 128;
    private static final int CONTEXT = 8192;

    /** Makes the directory below this one, unless it is there. */
    Path in(Path parent) throws IOException {
        Path directory = Files.createDirectories(parent.resolve(name));
        Files.writeString(directory.resolve("config.json"), String.format(Locale.ROOT, """
                {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":%d,"intermediate_size":%d,
                 "num_hidden_layers":%d,"num_attention_heads":%d,"num_key_value_heads":%d,"head_dim":%d,"vocab_size":%d,
                 "max_position_embeddings":%d,"torch_dtype":"bfloat16","tie_word_embeddings":false}
                """, hidden, feedForward, layers, hidden / HEAD, keyValueHeads, HEAD, vocabulary, CONTEXT));
        Weights weights = new Weights();
        tensors(weights);
        weights.write(directory.resolve("model.safetensors"));
        return directory;
    }

    private void tensors(Weights weights) {
        long keyValue = (long) keyValueHeads * HEAD;
        weights.add("model.embed_tokens.weight", vocabulary, hidden);
        for (int layer = 0; layer < layers; layer++) {
            String at = "model.layers." + layer + ".";
            weights.add(at + "input_layernorm.weight", hidden, 1);
            weights.add(at + "self_attn.q_proj.weight", hidden, hidden);
            weights.add(at + "self_attn.k_proj.weight", keyValue, hidden);
            weights.add(at + "self_attn.v_proj.weight", keyValue, hidden);
            weights.add(at + "self_attn.o_proj.weight", hidden, hidden);
            weights.add(at + "post_attention_layernorm.weight", hidden, 1);
            weights.add(at + "mlp.gate_proj.weight", feedForward, hidden);
            weights.add(at + "mlp.up_proj.weight", feedForward, hidden);
            weights.add(at + "mlp.down_proj.weight", hidden, feedForward);
        }
        weights.add("model.norm.weight", hidden, 1);
        weights.add("lm_head.weight", vocabulary, hidden);
    }

    /** A safetensors file in the making: a length, a JSON header, then the numbers. */
    private static final class Weights {
        private final StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        private long bytes;

        void add(String tensor, long rows, long columns) {
            long end = bytes + 2 * rows * columns;
            header.append(",\"").append(tensor).append("\":{\"dtype\":\"BF16\",\"shape\":[").append(rows);
            if (columns > 1) {
                header.append(',').append(columns);
            }
            header.append("],\"data_offsets\":[").append(bytes).append(',').append(end).append("]}");
            bytes = end;
        }

        void write(Path file) throws IOException {
            byte[] json = (header + "}").getBytes(StandardCharsets.UTF_8);
            ByteBuffer start = ByteBuffer.allocate(Long.BYTES + json.length).order(ByteOrder.LITTLE_ENDIAN);
            start.putLong(json.length).put(json).flip();
            long size = start.remaining() + bytes;
            if (Files.exists(file) && Files.size(file) == size) {
                return;
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    StandardOpenOption.SPARSE)) {
                channel.write(start);
                channel.write(ByteBuffer.allocate(1), size - 1);
            }
        }
    }
}
