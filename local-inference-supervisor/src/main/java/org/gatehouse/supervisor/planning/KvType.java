package org.gatehouse.supervisor.planning;

/** The number format of the KV cache. */
public enum KvType {
    /** The model's own. */
    AUTO("auto", 0),
    /** 16 bits. */
    BFLOAT16("bfloat16", 2),
    /** 16 bits. */
    FLOAT16("float16", 2),
    /** 8 bits, in the variant that the engine prefers. */
    FP8("fp8", 1),
    /** 8 bits, 4 of them exponent. */
    FP8_E4M3("fp8_e4m3", 1),
    /** 8 bits, 5 of them exponent. */
    FP8_E5M2("fp8_e5m2", 1);

    private final String flag;
    private final int bytes;

    KvType(String flag, int bytes) {
        this.flag = flag;
        this.bytes = bytes;
    }

    /** As vLLM's and SGLang's command lines spell it. */
    public String flag() {
        return flag;
    }

    /** Whether an element has 8 bits. */
    public boolean isEightBit() {
        return bytes == 1;
    }

    /** Bytes of one number in the cache of a model that computes in this format. */
    public int bytes(DataType model) {
        return this == AUTO ? model.bytes() : bytes;
    }
}
