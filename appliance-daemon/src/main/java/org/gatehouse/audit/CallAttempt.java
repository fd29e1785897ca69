package org.gatehouse.audit;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A try at a target that failed before the client had anything of an answer, so that another target was tried. Immutable.
 *
 * @param upstream the upstream's name
 * @param model what it calls the model
 * @param instance which engine of it, where it has several
 * @param key which of the box's keys for it, where it has several
 * @param cause why it failed, lower case with underscores: {@code overloaded}, {@code rate_limited}, …
 * @param status the HTTP status that it answered with; {@code null} when it did not answer
 * @param startMicros microseconds from the call's start to the try's
 * @param totalMicros microseconds that the try took
 * @param inputTokens what the target says the try used all the same; in the call's own usage, too
 * @param outputTokens likewise
 * @param cost what the try cost; in the call's own cost, too; {@code null} when nothing
 */
public record CallAttempt(String upstream, String model, @Nullable String instance, @Nullable String key,
        String cause, @Nullable Integer status, long startMicros, long totalMicros, long inputTokens,
        long outputTokens, @Nullable Cost cost) {

    /** Checks what must be there. */
    public CallAttempt {
        Objects.requireNonNull(upstream, "upstream");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(cause, "cause");
        if (startMicros < 0 || totalMicros < 0 || inputTokens < 0 || outputTokens < 0) {
            throw new IllegalArgumentException("nothing of a try is negative");
        }
    }
}
