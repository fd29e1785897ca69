package org.gatehouse.gateway.protocol.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning.Effort;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.protocol.Terms;

/** How much the model is told to think: {@code thinking} with a budget, or {@code output_config.effort}. */
final class Thoughts {
    /** The service's own least. */
    private static final long LEAST_BUDGET = 1024;
    private static final long LOW_BUDGET = 2048;
    private static final long MEDIUM_BUDGET = 8192;
    private static final long HIGH_BUDGET = 16_384;
    private static final long MAXIMAL_BUDGET = 32_768;

    private Thoughts() {}

    /**
     * Writes it.
     *
     * @param most the output's cap, which thoughts count against
     * @param forced whether the model must call a tool: it cannot think then
     * @param continuesWithoutThoughts whether the last assistant turn waits for its tools and has lost its thoughts
     * @return whether the model will think
     */
    static boolean write(ChatRequest request, Terms terms, long most, boolean forced, boolean continuesWithoutThoughts,
            ObjectNode out, Losses losses) {
        Reasoning wish = request.reasoning();
        if (wish == null) {
            return false;
        }
        boolean none = wish.effort() == Effort.NONE;
        if (terms.reasoning() == Terms.ReasoningStyle.NONE) {
            if (!none) {
                losses.say("reasoning dropped: the model cannot");
            }
            return false;
        }
        if (none) {
            out.putObject("thinking").put("type", "disabled");
            return false;
        }
        if (forced) {
            // "Thinking may not be enabled when tool_choice forces tool use."
            losses.say("reasoning dropped: it does not go with a tool that must be called");
            return false;
        }
        return terms.reasoning() == Terms.ReasoningStyle.BUDGET
                ? budget(wish, most, continuesWithoutThoughts, out, losses)
                : effort(wish, out);
    }

    private static boolean budget(Reasoning wish, long most, boolean continuesWithoutThoughts, ObjectNode out,
            Losses losses) {
        if (continuesWithoutThoughts) {
            // With a budget, an assistant turn whose tools are being answered must start with its thoughts.
            losses.say("reasoning dropped: the conversation lacks the thoughts of its last turn");
            return false;
        }
        if (most <= LEAST_BUDGET) {
            losses.say("reasoning dropped: it takes max_tokens above " + LEAST_BUDGET);
            return false;
        }
        Long named = wish.budgetTokens();
        long budget = Math.max(LEAST_BUDGET, named == null ? budgetOf(wish.effort()) : named);
        if (budget >= most) {
            // A quarter is left for the answer, where the least budget leaves that much.
            budget = Math.max(LEAST_BUDGET, most - Math.max(1, most / 4));
            if (named != null) {
                losses.say("thinking budget lowered to " + budget + ": it must be below max_tokens");
            }
        } else if (named != null && named < LEAST_BUDGET) {
            losses.say("thinking budget raised to " + LEAST_BUDGET + ": the provider takes no less");
        }
        ObjectNode thinking = out.putObject("thinking").put("type", "enabled").put("budget_tokens", budget);
        if (Boolean.FALSE.equals(wish.shown())) {
            thinking.put("display", "omitted");
        }
        return true;
    }

    private static boolean effort(Reasoning wish, ObjectNode out) {
        ObjectNode thinking = out.putObject("thinking").put("type", "adaptive");
        if (wish.shown() != null) {
            thinking.put("display", wish.shown() ? "summarized" : "omitted");
        }
        Effort effort = wish.effort();
        Long budget = wish.budgetTokens();
        if (effort == null && budget != null) {
            effort = effortOf(budget);
        }
        if (effort != null) {
            outputConfig(out).put("effort", word(effort));
        }
        return true;
    }

    /** The {@code output_config} of a request, made when it is not there. */
    static ObjectNode outputConfig(ObjectNode out) {
        JsonNode config = out.get("output_config");
        return config instanceof ObjectNode object ? object : out.putObject("output_config");
    }

    private static long budgetOf(@Nullable Effort effort) {
        return switch (effort) {
            case NONE, MINIMAL -> LEAST_BUDGET;
            case LOW -> LOW_BUDGET;
            case MEDIUM -> MEDIUM_BUDGET;
            case HIGH -> HIGH_BUDGET;
            case MAXIMAL -> MAXIMAL_BUDGET;
            case null -> MEDIUM_BUDGET;
        };
    }

    private static Effort effortOf(long budget) {
        if (budget <= LOW_BUDGET) {
            return Effort.LOW;
        }
        if (budget <= MEDIUM_BUDGET) {
            return Effort.MEDIUM;
        }
        return budget < MAXIMAL_BUDGET ? Effort.HIGH : Effort.MAXIMAL;
    }

    private static String word(Effort effort) {
        return switch (effort) {
            case NONE, MINIMAL, LOW -> "low";
            case MEDIUM -> "medium";
            case HIGH -> "high";
            case MAXIMAL -> "max";
        };
    }
}
