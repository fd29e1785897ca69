package org.gatehouse.gateway.protocol;

import java.time.Instant;

/**
 * How an answer is presented to its client. Immutable.
 *
 * @param id the answer's id where the provider gave none, without the protocol's prefix
 * @param model the public model name: clients see what they asked for
 * @param at when the answer was begun
 * @param usageInStream whether the client wants the usage in the stream (OpenAI's {@code include_usage}; the other
 *     protocols always tell)
 * @param promptTokens the best guess of the prompt's tokens, for protocols that tell it first; at least 0
 */
public record Presentation(String id, String model, Instant at, boolean usageInStream, long promptTokens) {}
