package org.gatehouse.supervisor.planning;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Builds model directories as a model's publisher would: real headers, and data that takes no space on the disk. */
final class ModelFiles {
    static final String LLAMA_8B = """
            {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":4096,"intermediate_size":14336,
             "num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":128256,
             "max_position_embeddings":131072,"torch_dtype":"bfloat16","tie_word_embeddings":false,
             "rope_scaling":{"factor":8.0,"original_max_position_embeddings":8192,"rope_type":"llama3"}}""";
    static final String LLAMA_70B = """
            {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":8192,"intermediate_size":28672,
             "num_hidden_layers":80,"num_attention_heads":64,"num_key_value_heads":8,"vocab_size":128256,
             "max_position_embeddings":131072,"torch_dtype":"bfloat16","tie_word_embeddings":false}""";
    static final String QWEN3_32B = """
            {"architectures":["Qwen3ForCausalLM"],"model_type":"qwen3","hidden_size":5120,"intermediate_size":25600,
             "num_hidden_layers":64,"num_attention_heads":64,"num_key_value_heads":8,"head_dim":128,
             "vocab_size":151936,"max_position_embeddings":40960,"torch_dtype":"bfloat16","sliding_window":null,
             "use_sliding_window":false,"max_window_layers":64,"tie_word_embeddings":false}""";
    static final String DEEPSEEK_V3 = """
            {"architectures":["DeepseekV3ForCausalLM"],"model_type":"deepseek_v3","hidden_size":7168,
             "intermediate_size":18432,"num_hidden_layers":61,"num_attention_heads":128,"num_key_value_heads":128,
             "kv_lora_rank":512,"qk_rope_head_dim":64,"qk_nope_head_dim":128,"v_head_dim":128,"n_routed_experts":256,
             "vocab_size":129280,"max_position_embeddings":163840,"torch_dtype":"bfloat16",
             "rope_scaling":{"type":"yarn","factor":40,"original_max_position_embeddings":4096},
             "quantization_config":{"quant_method":"fp8","activation_scheme":"dynamic","weight_block_size":[128,128]}}""";

    private final Path directory;

    ModelFiles(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    ModelFiles config(String json) {
        return file("config.json", json);
    }

    ModelFiles file(String name, String content) {
        try {
            Files.writeString(directory.resolve(name), content);
            return this;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** A safetensors file whose tensors lie one after the other, of the size that they need. */
    ModelFiles shard(String name, Shelf shelf) {
        return raw(name, shelf.header(), shelf.bytes());
    }

    /** A file with this header, whatever it says, and so many bytes of data. */
    ModelFiles raw(String name, String header, long dataBytes) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer start = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(json.length).put(json).flip();
        try (FileChannel channel = FileChannel.open(directory.resolve(name), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            long size = start.remaining() + dataBytes;
            channel.write(start);
            if (dataBytes > 0) {
                channel.write(ByteBuffer.allocate(1), size - 1);
            }
            return this;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** An index that promises each of these tensors in its file. */
    ModelFiles index(Map<String, Shelf> shards) {
        List<String> entries = new ArrayList<>();
        shards.forEach((file, shelf) -> shelf.names()
                .forEach(tensor -> entries.add("\"%s\":\"%s\"".formatted(tensor, file))));
        return file("model.safetensors.index.json", "{\"weight_map\":{" + String.join(",", entries) + "}}");
    }

    ModelReading read() {
        return ModelDirectory.read(directory);
    }

    ModelDescription model() {
        return switch (read()) {
            case ModelReading.Known known -> known.model();
            case ModelReading.Unusable unusable -> throw new AssertionError(unusable.problem().message());
        };
    }

    ModelProblem problem() {
        return switch (read()) {
            case ModelReading.Unusable unusable -> unusable.problem();
            case ModelReading.Known known -> throw new AssertionError("read without a problem: " + known.model());
        };
    }

    /** The tensors of one file. */
    static final class Shelf {
        private final Map<String, String> entries = new LinkedHashMap<>();
        private long bytes;

        /** Adds a tensor behind the others. */
        Shelf with(String name, String type, int bitsPerElement, long... shape) {
            long elements = 1;
            List<String> sides = new ArrayList<>();
            for (long side : shape) {
                elements *= side;
                sides.add(Long.toString(side));
            }
            long end = bytes + elements * bitsPerElement / 8;
            entries.put(name, "\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}".formatted(name, type,
                    String.join(",", sides), bytes, end));
            bytes = end;
            return this;
        }

        Shelf bf16(String name, long... shape) {
            return with(name, "BF16", 16, shape);
        }

        List<String> names() {
            return List.copyOf(entries.keySet());
        }

        String header() {
            return "{\"__metadata__\":{\"format\":\"pt\"}," + String.join(",", entries.values()) + "}";
        }

        long bytes() {
            return bytes;
        }
    }

    /** The tensors of a Llama of this size, whole. */
    static Shelf llama(int layers, long hidden, long feedForward, long keyValue, long vocabulary) {
        Shelf shelf = new Shelf().bf16("model.embed_tokens.weight", vocabulary, hidden);
        for (int layer = 0; layer < layers; layer++) {
            String name = "model.layers." + layer + ".";
            shelf.bf16(name + "input_layernorm.weight", hidden).bf16(name + "post_attention_layernorm.weight", hidden)
                    .bf16(name + "self_attn.q_proj.weight", hidden, hidden)
                    .bf16(name + "self_attn.k_proj.weight", keyValue, hidden)
                    .bf16(name + "self_attn.v_proj.weight", keyValue, hidden)
                    .bf16(name + "self_attn.o_proj.weight", hidden, hidden)
                    .bf16(name + "mlp.gate_proj.weight", feedForward, hidden)
                    .bf16(name + "mlp.up_proj.weight", feedForward, hidden)
                    .bf16(name + "mlp.down_proj.weight", hidden, feedForward);
        }
        return shelf.bf16("model.norm.weight", hidden).bf16("lm_head.weight", vocabulary, hidden);
    }
}
