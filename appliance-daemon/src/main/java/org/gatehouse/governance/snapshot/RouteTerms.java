package org.gatehouse.governance.snapshot;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * How the targets of a public model share its calls. Immutable.
 *
 * @param strategy how one target is chosen among those that qualify
 * @param dryRun a strategy that is asked too and only recorded, to see what it would do; {@code null} for none
 * @param stickiness what keeps a conversation where it is
 * @param retries how often and how long a failed call is tried again
 * @param residency where the calls of this route may go at all
 * @param overflow when a full local target gives calls to the others
 * @param complexity how prompts are scored for {@link Strategy#COMPLEXITY}
 * @param split a canary or a comparison; {@code null} for none
 */
public record RouteTerms(Strategy strategy, @Nullable Strategy dryRun, Stickiness stickiness, Retries retries,
        Residency residency, Overflow overflow, ComplexityTerms complexity, @Nullable Split split) {

    /** Weighted, sticky for clients that name a session, three attempts, anywhere, no overflow, no split. */
    public static final RouteTerms DEFAULT = new RouteTerms(Strategy.WEIGHTED, null, Stickiness.DEFAULT,
            Retries.DEFAULT, Residency.ANYWHERE, Overflow.NEVER, ComplexityTerms.DEFAULT, null);

    /** How one target is chosen among those of the lowest tier that qualify and are well. */
    public enum Strategy {
        /** Each gets its weight's share of the calls. */
        WEIGHTED,
        /** The one with the fewest calls in flight for its weight. */
        LEAST_IN_FLIGHT,
        /** The one whose first byte comes soonest, given what is in flight there. */
        LOWEST_LATENCY,
        /** The one for which this call costs least. */
        CHEAPEST,
        /** The cheapest one that is strong enough for the prompt. */
        COMPLEXITY,
        /** The one reserved for the highest business priority that the call reaches. */
        PRIORITY;

        /** The name in the API, lower case with underscores. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What keeps a conversation on its target.
     *
     * @param mode by what a conversation is known
     * @param idle how long after its last call a session is forgotten
     * @param keepFallback whether a conversation that moved to a higher tier stays there when the lower is well again: the
     *     provider's prompt cache is kept, the dearer target too
     */
    public record Stickiness(Mode mode, Duration idle, boolean keepFallback) {
        /** By session, for an hour, back from a fallback when that can be. */
        public static final Stickiness DEFAULT = new Stickiness(Mode.SESSION, Duration.ofHours(1), false);
        /** Each call goes where the strategy sends it. */
        public static final Stickiness NONE = new Stickiness(Mode.NONE, Duration.ofHours(1), false);

        /** By what a conversation is known. */
        public enum Mode {
            /** By nothing. */
            NONE,
            /** By its session, whose target is remembered. */
            SESSION,
            /** By its session, else by how its prompt begins; the target follows from that without a memory. */
            PREFIX;

            /** The name in the API, lower case. */
            public String id() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        /** Checks the range. */
        public Stickiness {
            Objects.requireNonNull(mode, "mode");
            if (!idle.isPositive()) {
                throw new IllegalArgumentException("a session is remembered for more than no time");
            }
        }
    }

    /**
     * How failed attempts are followed by others.
     *
     * @param attempts most attempts of one call, the first included, 1 to 10
     * @param sameTarget how often a target may be tried again after a passing failure when no other is left, 0 to 5
     * @param firstWait the wait before the first such repetition; each further one waits twice as long
     * @param longestWait a longer wait, the provider's own included, ends the call instead
     * @param firstByteWithin how long an attempt may take to its first byte while another target could be asked;
     *     {@code null}: as long as the upstream's own deadline allows
     * @param budgetPercent further attempts in percent of calls, 0 to 100: what keeps an outage from being multiplied
     * @param budgetPerSecond further attempts a second that are allowed in any case, so that rare calls may be tried again
     * @param continued whether an answer that breaks after its first byte is continued on another target
     */
    public record Retries(int attempts, int sameTarget, Duration firstWait, Duration longestWait,
            @Nullable Duration firstByteWithin, int budgetPercent, int budgetPerSecond, boolean continued) {
        /** Three attempts, one repetition after 200 ms, waits up to 2 s, 20 % and 10 a second. */
        public static final Retries DEFAULT = new Retries(3, 1, Duration.ofMillis(200), Duration.ofSeconds(2), null, 20,
                10, false);

        /** Checks the ranges. */
        public Retries {
            if (attempts < 1 || attempts > 10 || sameTarget < 0 || sameTarget > 5) {
                throw new IllegalArgumentException("a call has 1 to 10 attempts and 0 to 5 repetitions");
            }
            if (firstWait.isNegative() || longestWait.isNegative() || budgetPercent < 0 || budgetPercent > 100
                    || budgetPerSecond < 0) {
                throw new IllegalArgumentException("waits and budgets are at least 0, a budget is at most 100 percent");
            }
        }
    }

    /**
     * Where calls may go.
     *
     * @param localOnly whether they may not leave the box
     * @param regions the regions in which a target may lie, as the targets name theirs; empty for any. A target of the box
     *     lies where the box does and is always allowed
     */
    public record Residency(boolean localOnly, Set<String> regions) {
        /** No bound. */
        public static final Residency ANYWHERE = new Residency(false, Set.of());
        /** Not out of the box. */
        public static final Residency BOX = new Residency(true, Set.of());

        /** Copies the set. */
        public Residency {
            regions = Set.copyOf(regions);
        }

        /** Whether a target may be used. */
        public boolean allows(boolean local, @Nullable String region) {
            return local || !localOnly && (regions.isEmpty() || region != null && regions.contains(region));
        }
    }

    /**
     * When a local target counts as full, and its calls go to the next tiers first. Between the marks it stays as it was.
     *
     * @param allowed whether calls may overflow at all
     * @param waitingHigh waiting calls from which it is full
     * @param waitingLow waiting calls down to which it has room again
     * @param cacheHighPercent use of its KV cache from which it is full
     * @param cacheLowPercent use of its KV cache down to which it has room again
     */
    public record Overflow(boolean allowed, int waitingHigh, int waitingLow, int cacheHighPercent,
            int cacheLowPercent) {
        /** Calls stay, and wait. */
        public static final Overflow NEVER = new Overflow(false, 16, 4, 95, 80);

        /** Checks that each pair of marks has an order. */
        public Overflow {
            if (waitingLow < 0 || waitingHigh <= waitingLow || cacheLowPercent < 0
                    || cacheHighPercent <= cacheLowPercent || cacheHighPercent > 101) {
                throw new IllegalArgumentException("the high mark of an overflow lies above its low mark");
            }
        }
    }

    /** Checks what must be there. */
    public RouteTerms {
        Objects.requireNonNull(strategy, "strategy");
        Objects.requireNonNull(stickiness, "stickiness");
        Objects.requireNonNull(retries, "retries");
        Objects.requireNonNull(residency, "residency");
        Objects.requireNonNull(overflow, "overflow");
        Objects.requireNonNull(complexity, "complexity");
    }

    /** The same with another split; {@code null} for none. */
    public RouteTerms with(@Nullable Split other) {
        return new RouteTerms(strategy, dryRun, stickiness, retries, residency, overflow, complexity, other);
    }
}
