package org.gatehouse.supervisor.planning;

/** What an engine makes of a checkpoint's numbers while it loads them. */
public enum LoadQuantisation {
    /** Nothing: the checkpoint as it is, quantised or not. */
    AS_STORED(""),
    /** 8-bit floating point with a scale for each matrix. */
    FP8("fp8"),
    /** bitsandbytes' 4 bits with a scale for each 64 numbers. */
    FOUR_BIT("bitsandbytes");

    private final String flag;

    LoadQuantisation(String flag) {
        this.flag = flag;
    }

    /** As vLLM's and SGLang's {@code --quantization} spells it; empty for nothing. */
    public String flag() {
        return flag;
    }

    /** How the numbers of this model arrive in memory. */
    LoadFormat format(ModelDescription model, DataType computed) {
        if (model.quantisation().isPresent()) {
            return LoadFormat.AS_STORED;
        }
        double whole = computed.bytes() * 8.0;
        return switch (this) {
            case AS_STORED -> new LoadFormat(whole, whole);
            case FP8 -> new LoadFormat(8, whole);
            case FOUR_BIT -> new LoadFormat(4.5, whole);
        };
    }
}
