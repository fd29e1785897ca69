package org.gatehouse.simulated.providers;

/**
 * What a reply costs when all of it is produced.
 *
 * @param model as the caller named it; empty for replies that no model made
 * @param inputTokens all of the prompt's, cached ones too
 * @param outputTokens all that are produced, reasoning too
 */
record Bill(String model, int inputTokens, int outputTokens) {
    static final Bill NONE = new Bill("", 0, 0);

    boolean isModelCall() {
        return !model.isEmpty();
    }
}
