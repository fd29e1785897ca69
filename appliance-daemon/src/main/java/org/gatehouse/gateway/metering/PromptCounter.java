package org.gatehouse.gateway.metering;

import java.util.OptionalLong;

import org.gatehouse.gateway.exchange.Exchange;

/** Counts a prompt before the model is asked. Thread-safe. */
public interface PromptCounter {

    /** Tokens that the prompt can have at most; costs nothing. */
    long upperBound(Exchange exchange);

    /** Tokens that the prompt has, by the model's own tokenizer; may ask the engine. Empty when nobody can tell. */
    OptionalLong count(Exchange exchange);
}
