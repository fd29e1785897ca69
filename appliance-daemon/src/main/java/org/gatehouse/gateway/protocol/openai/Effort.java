package org.gatehouse.gateway.protocol.openai;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.protocol.UntranslatableException;

/** Steps of thinking between words, steps and budgets. Stateless. */
final class Effort {

    private Effort() {}

    /** Reads {@code reasoning_effort} or {@code reasoning.effort}. */
    static Reasoning.@Nullable Effort read(Field word) throws UntranslatableException {
        if (word.absent()) {
            return null;
        }
        return switch (word.text()) {
            case "none" -> Reasoning.Effort.NONE;
            case "minimal" -> Reasoning.Effort.MINIMAL;
            case "low" -> Reasoning.Effort.LOW;
            case "medium" -> Reasoning.Effort.MEDIUM;
            case "high" -> Reasoning.Effort.HIGH;
            case "xhigh", "max" -> Reasoning.Effort.MAXIMAL;
            default -> throw word.wrong("one of none, minimal, low, medium, high, xhigh");
        };
    }

    /** OpenAI's own word. */
    static String word(Reasoning.Effort effort) {
        return switch (effort) {
            case NONE -> "none";
            case MINIMAL -> "minimal";
            case LOW -> "low";
            case MEDIUM -> "medium";
            case HIGH -> "high";
            case MAXIMAL -> "xhigh";
        };
    }

    /** One of {@code low}, {@code medium} and {@code high}, which all servers know. */
    static String plainWord(Reasoning.Effort effort) {
        return switch (effort) {
            case NONE, MINIMAL, LOW -> "low";
            case MEDIUM -> "medium";
            case HIGH, MAXIMAL -> "high";
        };
    }

    /** The wish as a step, whichever way it was put. */
    static Reasoning.Effort step(Reasoning reasoning) {
        if (reasoning.effort() != null) {
            return reasoning.effort();
        }
        Long budget = reasoning.budgetTokens();
        if (budget == null) {
            return Reasoning.Effort.MEDIUM;
        }
        if (budget <= 0) {
            return Reasoning.Effort.NONE;
        }
        if (budget <= 2048) {
            return Reasoning.Effort.LOW;
        }
        return budget <= 8192 ? Reasoning.Effort.MEDIUM : Reasoning.Effort.HIGH;
    }

    /** The wish as a budget in tokens, whichever way it was put; 0 for no thoughts. */
    static long budget(Reasoning reasoning) {
        if (reasoning.budgetTokens() != null) {
            return Math.max(0, reasoning.budgetTokens());
        }
        return switch (step(reasoning)) {
            case NONE -> 0;
            case MINIMAL -> 1024;
            case LOW -> 2048;
            case MEDIUM -> 8192;
            case HIGH -> 16_384;
            case MAXIMAL -> 32_768;
        };
    }
}
