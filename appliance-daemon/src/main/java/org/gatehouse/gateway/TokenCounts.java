package org.gatehouse.gateway;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.metering.PromptCounter;

/**
 * Answers how many tokens a prompt has, on the box itself: by the model's vocabulary where it is known, else by a guess that
 * says so in {@code x-gatehouse-estimated}. Nobody outside is asked, so it costs nothing. Thread-safe.
 */
public final class TokenCounts {
    private final PromptCounter prompts;

    /** Takes what counts. */
    public TokenCounts(PromptCounter prompts) {
        this.prompts = prompts;
    }

    void answer(Exchange exchange, Conclusion conclusion) {
        exchange.goesNowhere();
        exchange.reservation().settle(Usage.NOTHING, null);
        OptionalLong exact = prompts.count(exchange);
        long tokens = exact.orElse(exchange.likelyPromptTokens());
        if (exact.isEmpty()) {
            exchange.reply().header("x-gatehouse-estimated", "true");
        }
        String json = exchange.arrival().dialect().name().equals("gemini")
                ? "{\"totalTokens\":" + tokens + "}"
                : "{\"input_tokens\":" + tokens + "}";
        conclusion.answer(exchange, json.getBytes(StandardCharsets.UTF_8));
    }
}
