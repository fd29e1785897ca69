package org.gatehouse.governance.snapshot;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What a route knows of one of its targets beside its address and weight. Immutable.
 *
 * @param tier 0 is asked first; a higher one when nothing below can serve
 * @param abilities what it can do
 * @param region where it lies, in the admin's words (such as {@code eu} or {@code cn-north}); {@code null} when nobody said
 * @param strength the complexity of prompts that it is good for, 0 to 100
 * @param fromPriority the lowest business priority of calls that may use it; 0 for all
 */
public record TargetTerms(int tier, Abilities abilities, @Nullable String region, int strength, int fromPriority) {

    /** First tier, able to do everything, for everybody. */
    public static final TargetTerms DEFAULT = new TargetTerms(0, Abilities.ALL, null, 100, 0);

    /**
     * What a model can do there.
     *
     * @param contextTokens the longest prompt and reply together, in tokens
     * @param tools whether it calls tools
     * @param vision whether it sees pictures
     * @param schema whether its answer keeps to a JSON schema
     * @param audio whether it hears
     */
    public record Abilities(int contextTokens, boolean tools, boolean vision, boolean schema, boolean audio) {
        /** Everything, at any length. */
        public static final Abilities ALL = new Abilities(Integer.MAX_VALUE, true, true, true, true);

        /** Checks the range. */
        public Abilities {
            if (contextTokens <= 0) {
                throw new IllegalArgumentException("contextTokens must be more than 0");
            }
        }
    }

    /** Checks the ranges. */
    public TargetTerms {
        Objects.requireNonNull(abilities, "abilities");
        if (tier < 0 || tier > 99 || strength < 0 || strength > 100 || fromPriority < 0) {
            throw new IllegalArgumentException("a tier is 0 to 99, a strength 0 to 100, a priority at least 0");
        }
    }

    /** The same at another tier. */
    public TargetTerms at(int otherTier) {
        return new TargetTerms(otherTier, abilities, region, strength, fromPriority);
    }
}
