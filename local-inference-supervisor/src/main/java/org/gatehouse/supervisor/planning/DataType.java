package org.gatehouse.supervisor.planning;

import java.util.Locale;
import java.util.Optional;

/** The number format in which a model computes. */
public enum DataType {
    /** 16 bits with the range of 32; needs compute capability 8.0. */
    BFLOAT16("bfloat16", 2),
    /** 16 bits. */
    FLOAT16("float16", 2),
    /** 32 bits. */
    FLOAT32("float32", 4);

    private final String flag;
    private final int bytes;

    DataType(String flag, int bytes) {
        this.flag = flag;
        this.bytes = bytes;
    }

    /** As configurations and command lines spell it. */
    public String flag() {
        return flag;
    }

    /** Bytes of one number. */
    public int bytes() {
        return bytes;
    }

    /** From a configuration's {@code torch_dtype}. */
    static Optional<DataType> named(String name) {
        return switch (name.toLowerCase(Locale.ROOT).replace("torch.", "")) {
            case "bfloat16", "bf16" -> Optional.of(BFLOAT16);
            case "float16", "half", "fp16" -> Optional.of(FLOAT16);
            case "float32", "float", "fp32" -> Optional.of(FLOAT32);
            default -> Optional.empty();
        };
    }
}
