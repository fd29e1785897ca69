package org.gatehouse.gateway.routing.targets;

/**
 * What a prompt looks like from outside, for the score of its complexity. Immutable.
 *
 * @param promptTokens its likely length
 * @param outputTokens the answer's requested length; 0 when none was named
 * @param code whether it holds program code
 * @param mathematics whether it holds formulas
 * @param reasoningWords words that ask for thought
 * @param steps questions and numbered steps
 * @param tools tools that are offered
 * @param schema whether the answer must follow a schema
 * @param turns of the conversation before this one
 */
public record PromptFeatures(long promptTokens, long outputTokens, boolean code, boolean mathematics,
        int reasoningWords, int steps, int tools, boolean schema, int turns) {}
