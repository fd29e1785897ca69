package org.gatehouse.gateway.metering;

import java.util.OptionalLong;

import org.gatehouse.gateway.exchange.Exchange;

/** Cannot count prompts. */
public final class NoCounter implements PromptCounter {
    @Override
    public long upperBound(Exchange exchange) {
        return 0;
    }

    @Override
    public OptionalLong count(Exchange exchange) {
        return OptionalLong.empty();
    }
}
