package org.gatehouse.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The files of a model as small as can be, which is whole nevertheless. Immutable. */
public record StoredModelFiles(Map<String, byte[]> files) {
    private static final int HIDDEN = 8;
    private static final int WORDS = 16;

    /** A Llama of one layer, 16 words and 1,096 numbers. */
    public static StoredModelFiles tiny() {
        return of("""
                {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":8,"intermediate_size":16,
                 "num_hidden_layers":1,"num_attention_heads":2,"num_key_value_heads":1,"vocab_size":16,
                 "max_position_embeddings":4096,"torch_dtype":"bfloat16","tie_word_embeddings":true}
                """, WORDS);
    }

    /** The same with weights of about so many bytes. */
    public static StoredModelFiles ofBytes(int bytes) {
        return of(new String(tiny().files.get("config.json"), StandardCharsets.UTF_8), bytes / 2 / HIDDEN);
    }

    private static StoredModelFiles of(String config, int words) {
        Map<String, byte[]> files = new TreeMap<>();
        files.put("config.json", config.getBytes(StandardCharsets.UTF_8));
        files.put("tokenizer.json", "{\"version\":\"1.0\"}".getBytes(StandardCharsets.UTF_8));
        files.put("model.safetensors", weights(words));
        return new StoredModelFiles(files);
    }

    private static byte[] weights(int words) {
        int[][] shapes = {{words, HIDDEN}, {HIDDEN, HIDDEN}, {4, HIDDEN}, {4, HIDDEN}, {HIDDEN, HIDDEN}, {16, HIDDEN},
                {16, HIDDEN}, {HIDDEN, 16}, {HIDDEN}, {HIDDEN}, {HIDDEN}};
        String[] names = {"model.embed_tokens", "model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.k_proj",
                "model.layers.0.self_attn.v_proj", "model.layers.0.self_attn.o_proj", "model.layers.0.mlp.gate_proj",
                "model.layers.0.mlp.up_proj", "model.layers.0.mlp.down_proj", "model.layers.0.input_layernorm",
                "model.layers.0.post_attention_layernorm", "model.norm"};
        StringBuilder header = new StringBuilder("{");
        int end = 0;
        for (int i = 0; i < names.length; i++) {
            int[] shape = shapes[i];
            int begin = end;
            end += 2 * shape[0] * (shape.length > 1 ? shape[1] : 1);
            header.append(i == 0 ? "" : ",").append('"').append(names[i])
                    .append(".weight\":{\"dtype\":\"BF16\",\"shape\":[").append(shape[0])
                    .append(shape.length > 1 ? "," + shape[1] : "").append("],\"data_offsets\":[").append(begin)
                    .append(',').append(end).append("]}");
        }
        byte[] text = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).array());
        out.writeBytes(text);
        out.writeBytes(new byte[end]);
        return out.toByteArray();
    }

    /** These files and one more, or one of them with another content. */
    public StoredModelFiles with(String path, byte[] content) {
        Map<String, byte[]> changed = new TreeMap<>(files);
        changed.put(path, content);
        return new StoredModelFiles(changed);
    }

    /** These files but one. */
    public StoredModelFiles without(String path) {
        Map<String, byte[]> changed = new TreeMap<>(files);
        changed.remove(path);
        return new StoredModelFiles(changed);
    }

    /** Writes them below this directory. */
    public Path writeTo(Path directory) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        return directory;
    }

    /** Packs them. */
    public Path zipTo(Path archive) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        }
        return archive;
    }
}
