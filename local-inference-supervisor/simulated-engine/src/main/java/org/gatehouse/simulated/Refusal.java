package org.gatehouse.simulated;

/** Which calls an engine in good health refuses with status 400. */
public enum Refusal {
    /** None. */
    NONE,
    /** Prompts: it plays an engine for embeddings and rerank. */
    COMPLETIONS,
    /** Every call, of whatever kind. */
    EVERYTHING;

    /** Whether a model call to this path is refused. */
    boolean of(String path) {
        return switch (this) {
            case NONE -> false;
            case COMPLETIONS -> path.endsWith("/completions") || path.endsWith("/responses");
            case EVERYTHING -> true;
        };
    }
}
