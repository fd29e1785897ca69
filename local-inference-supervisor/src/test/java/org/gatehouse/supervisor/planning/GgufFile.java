package org.gatehouse.supervisor.planning;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds a GGUF file (version 3) as llama.cpp's converter lays it out. */
final class GgufFile {
    private final ByteArrayOutputStream settings = new ByteArrayOutputStream();
    private final ByteArrayOutputStream tensors = new ByteArrayOutputStream();
    private int settingCount;
    private int tensorCount;
    private long dataBytes;

    /** The settings of a Llama with 2 layers, 4 query heads and 2 key/value heads of 8. */
    static GgufFile tinyLlama() {
        return new GgufFile().text("general.architecture", "llama").whole("llama.block_count", 2)
                .whole("llama.embedding_length", 32).whole("llama.attention.head_count", 4)
                .whole("llama.attention.head_count_kv", 2).whole("llama.context_length", 4096)
                .whole("llama.feed_forward_length", 64).text("tokenizer.ggml.model", "gpt2")
                .texts("tokenizer.ggml.tokens", "a", "b", "c");
    }

    GgufFile whole(String name, int value) {
        named(name).writeBytes(little(8).putInt(4).putInt(value).array());
        return this;
    }

    GgufFile text(String name, String value) {
        named(name).writeBytes(little(4).putInt(8).array());
        put(settings, value);
        return this;
    }

    GgufFile texts(String name, String... values) {
        named(name).writeBytes(little(16).putInt(9).putInt(8).putLong(values.length).array());
        for (String value : values) {
            put(settings, value);
        }
        return this;
    }

    GgufFile wholes(String name, int... values) {
        named(name).writeBytes(little(16).putInt(9).putInt(5).putLong(values.length).array());
        for (int value : values) {
            settings.writeBytes(little(4).putInt(value).array());
        }
        return this;
    }

    /** A tensor of ggml's type number {@code type}, of which {@code blockElements} take {@code blockBytes}. */
    GgufFile tensor(String name, int type, int blockElements, int blockBytes, long... shape) {
        put(tensors, name);
        tensors.writeBytes(little(4).putInt(shape.length).array());
        long elements = 1;
        for (long side : shape) {
            tensors.writeBytes(little(8).putLong(side).array());
            elements *= side;
        }
        tensors.writeBytes(little(12).putInt(type).putLong(dataBytes).array());
        dataBytes = Math.ceilDiv(dataBytes + elements / blockElements * blockBytes, 32L) * 32;
        tensorCount++;
        return this;
    }

    /** The file with its data, which is all zeros. */
    byte[] bytes() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(little(24).putInt(0x46554747).putInt(3).putLong(tensorCount).putLong(settingCount).array());
        file.writeBytes(settings.toByteArray());
        file.writeBytes(tensors.toByteArray());
        file.writeBytes(new byte[(32 - file.size() % 32) % 32]);
        file.writeBytes(new byte[(int) dataBytes]);
        return file.toByteArray();
    }

    private ByteArrayOutputStream named(String name) {
        settingCount++;
        put(settings, name);
        return settings;
    }

    private static void put(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(little(8).putLong(bytes.length).array());
        out.writeBytes(bytes);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
