package org.gatehouse.supervisor.models;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** The files of a small model with well-formed weights. */
record ModelFiles(Map<String, byte[]> files) {

    /** A model whose weights have this many bytes of tensors. */
    static ModelFiles of(int tensorBytes) {
        Map<String, byte[]> files = new TreeMap<>();
        files.put("config.json", text("{\"architectures\":[\"TinyForCausalLM\"],\"num_hidden_layers\":2}"));
        files.put("tokenizer.json", text("{\"version\":\"1.0\"}"));
        files.put("model.safetensors", safetensors(tensorBytes));
        return new ModelFiles(files);
    }

    ModelFiles with(String path, byte[] content) {
        Map<String, byte[]> changed = new TreeMap<>(files);
        changed.put(path, content);
        return new ModelFiles(changed);
    }

    ModelFiles without(String path) {
        Map<String, byte[]> changed = new TreeMap<>(files);
        changed.remove(path);
        return new ModelFiles(changed);
    }

    byte[] get(String path) {
        byte[] content = files.get(path);
        if (content == null) {
            throw new IllegalArgumentException(path);
        }
        return content;
    }

    long bytes() {
        return files.values().stream().mapToLong(content -> content.length).sum();
    }

    /** Writes them below this directory. */
    Path writeTo(Path directory) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        return directory;
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** One tensor of random bytes, which do not compress, like real weights. */
    static byte[] safetensors(int tensorBytes) {
        byte[] header = text(
                "{\"w\":{\"dtype\":\"U8\",\"shape\":[" + tensorBytes + "],\"data_offsets\":[0," + tensorBytes
                        + "]}}");
        byte[] tensor = new byte[tensorBytes];
        new Random(tensorBytes).nextBytes(tensor);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
        out.writeBytes(header);
        out.writeBytes(tensor);
        return out.toByteArray();
    }
}
