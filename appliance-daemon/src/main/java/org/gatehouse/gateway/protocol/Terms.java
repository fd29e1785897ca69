package org.gatehouse.gateway.protocol;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What a written request is told besides the client's wishes. Immutable.
 *
 * @param model what the provider calls the model
 * @param outputCap what limits allow at most; {@code null} when the client's own cap will do
 * @param usualOutput the cap for protocols that demand one, where neither the client nor limits named any; at least 1
 * @param reasoning how this model is told to think
 * @param highestTemperature what the provider takes at most: 1 or 2
 * @param schemas whether the model answers by a JSON schema natively; otherwise a schema is put to it as a forced tool, or
 *     refused where that cannot be
 * @param images whether the model sees pictures; otherwise they are refused
 * @param runningUsage whether vLLM is asked for the usage in each event
 */
public record Terms(String model, @Nullable Long outputCap, long usualOutput, ReasoningStyle reasoning,
        double highestTemperature, boolean schemas, boolean images, boolean runningUsage) {

    /** How a model is told to think. */
    public enum ReasoningStyle {
        /** It cannot; the wish is dropped. */
        NONE,
        /** By a step of effort. */
        EFFORT,
        /** By a budget of tokens. */
        BUDGET
    }

    /** One that is told nothing unusual. */
    public Terms(String model, @Nullable Long outputCap, long usualOutput, ReasoningStyle reasoning,
            double highestTemperature, boolean schemas, boolean images) {
        this(model, outputCap, usualOutput, reasoning, highestTemperature, schemas, images, false);
    }

    /** Checks what must be there. */
    public Terms {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(reasoning, "reasoning");
        if (usualOutput < 1) {
            throw new IllegalArgumentException("an answer has room for at least one token");
        }
    }

    /** A model that can do everything. */
    public static Terms of(String model, long usualOutput) {
        return new Terms(model, null, usualOutput, ReasoningStyle.EFFORT, 2, true, true, false);
    }
}
