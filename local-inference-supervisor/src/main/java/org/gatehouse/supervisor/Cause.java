package org.gatehouse.supervisor;

import java.util.Objects;
import java.util.OptionalInt;

import org.jspecify.annotations.Nullable;

/**
 * Why an instance crashed or failed. Immutable.
 *
 * @param kind the class of failure
 * @param evidence the log line or the observation that shows it, at most 500 characters
 * @param longestContextTokens the context that would fit, where the engine said it; else {@code null}
 */
public record Cause(FailureKind kind, String evidence, @Nullable Integer longestContextTokens) {
    private static final int LONGEST_EVIDENCE = 500;

    /** Cuts the evidence to its bound. */
    public Cause {
        Objects.requireNonNull(kind, "kind");
        evidence = evidence.length() > LONGEST_EVIDENCE ? evidence.substring(0, LONGEST_EVIDENCE) + "…" : evidence;
    }

    /** A cause without a fitting context. */
    static Cause of(FailureKind kind, String evidence) {
        return new Cause(kind, evidence, null);
    }

    /** What to do about it. */
    public String advice() {
        return longestContextTokens == null
                ? kind.advice()
                : "Lower --max-model-len to " + longestContextTokens
                        + " or less, or give the deployment more GPU memory.";
    }

    /** The longest context that would fit, in tokens, when the engine said it. */
    public OptionalInt fittingContext() {
        return longestContextTokens == null ? OptionalInt.empty() : OptionalInt.of(longestContextTokens);
    }
}
