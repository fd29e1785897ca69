package org.gatehouse.supervisor.planning;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Number formats of safetensors files and how many bits an element has. */
enum TensorType {
    BOOL(8, false), U8(8, false), I8(8, false), F8_E5M2(8, false), F8_E4M3(8, false), F8_E8M0(8, false), F4(4,
            false), F6_E2M3(6, false), F6_E3M2(6, false), I16(16, false), U16(16, false), F16(16, true), BF16(16,
                    true), I32(32, false), U32(32, false), F32(32,
                            true), C64(64, false), F64(64, true), I64(64, false), U64(64, false);

    private static final Map<String, TensorType> BY_NAME = byName();

    private final int bits;
    private final boolean ordinaryFloat;

    TensorType(int bits, boolean ordinaryFloat) {
        this.bits = bits;
        this.ordinaryFloat = ordinaryFloat;
    }

    private static Map<String, TensorType> byName() {
        Map<String, TensorType> types = new HashMap<>();
        for (TensorType type : values()) {
            types.put(type.name(), type);
        }
        return Map.copyOf(types);
    }

    /** The type of this name, if it is known. */
    static Optional<TensorType> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    int bits() {
        return bits;
    }

    /** Whether engines convert it to the model's number format while loading. */
    boolean isOrdinaryFloat() {
        return ordinaryFloat;
    }
}
