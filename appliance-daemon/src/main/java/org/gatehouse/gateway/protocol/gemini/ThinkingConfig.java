package org.gatehouse.gateway.protocol.gemini;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning.Effort;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.protocol.Terms;

/** How much to think: newer models are told a level, those before Gemini 3 a budget. */
final class ThinkingConfig {
    // What Google itself makes of reasoning_effort at its OpenAI-compatible endpoint; the last is the most that Flash takes.
    private static final long LOW_TOKENS = 1_024;
    private static final long MEDIUM_TOKENS = 8_192;
    private static final long HIGH_TOKENS = 24_576;

    private final Terms terms;
    private final Losses losses;

    ThinkingConfig(Terms terms, Losses losses) {
        this.terms = terms;
        this.losses = losses;
    }

    void write(@Nullable Reasoning reasoning, @Nullable Long cap, ObjectNode config) {
        if (reasoning == null) {
            return;
        }
        ObjectNode thinking = config.objectNode();
        switch (terms.reasoning()) {
            case NONE -> {
                if (reasoning.effort() != Effort.NONE) {
                    losses.say("reasoning dropped: this model does not think");
                }
                return;
            }
            case EFFORT -> {
                String level = level(reasoning);
                if (level != null) {
                    thinking.put("thinkingLevel", level);
                }
            }
            case BUDGET -> {
                Long budget = budget(reasoning);
                if (budget != null) {
                    // Thoughts count against the cap; a quarter of it is left for the answer, unless the client said how much.
                    boolean said = cap != null && reasoning.budgetTokens() != null && budget < cap;
                    thinking.put("thinkingBudget", cap == null || said ? budget : Math.min(budget, cap * 3 / 4));
                }
            }
        }
        if (reasoning.shown() != null) {
            thinking.put("includeThoughts", reasoning.shown());
        } else if (reasoning.effort() != Effort.NONE) {
            // OpenAI's chat has no way to ask for thoughts: whoever shows them in it shows them unasked.
            thinking.put("includeThoughts", true);
        }
        if (!thinking.isEmpty()) {
            config.set("thinkingConfig", thinking);
        }
    }

    private @Nullable String level(Reasoning reasoning) {
        Effort effort = reasoning.effort();
        Long budget = reasoning.budgetTokens();
        if (effort == null && budget != null) {
            effort = budget < LOW_TOKENS
                    ? Effort.MINIMAL
                    : budget < MEDIUM_TOKENS ? Effort.LOW : budget < HIGH_TOKENS ? Effort.MEDIUM : Effort.HIGH;
        }
        return switch (effort) {
            case null -> null;
            case NONE -> {
                losses.say("reasoning lowered to minimal: this model can not do without");
                yield "MINIMAL";
            }
            case MINIMAL -> "MINIMAL";
            case LOW -> "LOW";
            case MEDIUM -> "MEDIUM";
            case HIGH, MAXIMAL -> "HIGH";
        };
    }

    private static @Nullable Long budget(Reasoning reasoning) {
        if (reasoning.budgetTokens() != null) {
            return reasoning.budgetTokens();
        }
        return switch (reasoning.effort()) {
            case null -> null;
            case NONE -> 0L;
            case MINIMAL, LOW -> LOW_TOKENS;
            case MEDIUM -> MEDIUM_TOKENS;
            case HIGH, MAXIMAL -> HIGH_TOKENS;
        };
    }
}
