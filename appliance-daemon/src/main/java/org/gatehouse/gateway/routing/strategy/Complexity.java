package org.gatehouse.gateway.routing.strategy;

import java.util.ArrayList;
import java.util.List;

import org.gatehouse.gateway.routing.targets.PromptFeatures;
import org.gatehouse.governance.snapshot.ComplexityTerms;

/**
 * How complex a prompt looks, and why. Immutable.
 *
 * @param points 0 to {@value #MOST}
 * @param parts what made them, in words for people; their sum may be more than {@code points}
 */
public record Complexity(int points, List<Part> parts) {
    /** The most complex. */
    public static final int MOST = 100;

    /**
     * One reason.
     *
     * @param feature its name, as the terms call it
     * @param points what it added
     */
    public record Part(String feature, int points) {}

    /** Copies the list. */
    public Complexity {
        parts = List.copyOf(parts);
    }

    /** Scores a prompt. */
    public static Complexity of(PromptFeatures prompt, ComplexityTerms terms) {
        List<Part> parts = new ArrayList<>(8);
        add(parts, "length", Math.min(terms.lengthAtMost(),
                Math.min(prompt.promptTokens(), 10_000_000) * terms.perThousandTokens() / 1000));
        add(parts, "code", prompt.code() ? terms.code() : 0);
        add(parts, "mathematics", prompt.mathematics() ? terms.mathematics() : 0);
        add(parts, "reasoning", (long) Math.min(3, prompt.reasoningWords()) * terms.reasoning());
        add(parts, "steps", (long) Math.clamp(prompt.steps() - 1L, 0, 4) * terms.steps());
        add(parts, "tools", prompt.tools() > 0 ? terms.tools() : 0);
        add(parts, "schema", prompt.schema() ? terms.schema() : 0);
        add(parts, "turns", (long) Math.min(10, prompt.turns()) * terms.perTurn());
        add(parts, "output", Math.min(8000, prompt.outputTokens()) * terms.perThousandOutputTokens() / 1000);
        int sum = 0;
        for (Part part : parts) {
            sum = Math.min(MOST, sum + part.points());
        }
        return new Complexity(sum, parts);
    }

    private static void add(List<Part> parts, String feature, long points) {
        if (points > 0) {
            parts.add(new Part(feature, (int) Math.min(MOST, points)));
        }
    }
}
