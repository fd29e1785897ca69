package org.gatehouse.supervisor.planning;

import java.util.Objects;

/**
 * How a checkpoint's weights are quantised. Immutable.
 *
 * @param method as {@code quantization_config.quant_method} names it, in lower case; {@code none} without one
 * @param bits of a quantised number; 0 if unknown or not quantised
 * @param groupSize numbers that share a scale; 0 if unknown or not grouped
 */
public record Quantisation(String method, int bits, int groupSize) {
    /** Not quantised. */
    public static final Quantisation NONE = new Quantisation("none", 0, 0);

    /** Checks the name. */
    public Quantisation {
        Objects.requireNonNull(method, "method");
    }

    /** Whether the weights are quantised at all. */
    public boolean isPresent() {
        return !method.equals("none");
    }
}
