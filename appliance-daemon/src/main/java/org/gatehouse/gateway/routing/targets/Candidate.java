package org.gatehouse.gateway.routing.targets;

import java.util.List;
import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.governance.snapshot.TargetTerms;

/**
 * A target of a route, as routing looks at it. Immutable; to be built once for a policy snapshot, not for each call.
 *
 * @param id the target's
 * @param upstream whose keys it is called with; health of keys is shared among the targets of one upstream
 * @param name for people: in views, reasons and the trail
 * @param weight relative share of calls, at least 0; 0 switches it off
 * @param local whether it runs on this box
 * @param price what tokens cost there; {@code null} when nobody said
 * @param keys with which it may be called; never empty: one that wants no key has one that stands for that
 */
public record Candidate(UUID id, UUID upstream, String name, int weight, boolean local, TargetTerms terms,
        @Nullable TokenPrice price, List<KeyPool.Key> keys) {

    /**
     * What tokens cost, in millionths of the box's currency for a million tokens.
     *
     * @param input of a prompt
     * @param output of an answer
     */
    public record TokenPrice(long input, long output) {

        /** Checks the range. */
        public TokenPrice {
            if (input < 0 || output < 0) {
                throw new IllegalArgumentException("prices are at least 0");
            }
        }

        /** What so many tokens cost, in a millionth of a millionth of the currency. Too much counts as the most there is. */
        public long of(long inputTokens, long outputTokens) {
            long cost = Math.multiplyHigh(input, inputTokens) != 0 || Math.multiplyHigh(output, outputTokens) != 0
                    ? Long.MAX_VALUE
                    : input * inputTokens + output * outputTokens;
            return cost < 0 ? Long.MAX_VALUE : cost;
        }
    }

    /** Copies the list and checks what must be there. */
    public Candidate {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(upstream, "upstream");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(terms, "terms");
        keys = List.copyOf(keys);
        if (weight < 0 || keys.isEmpty()) {
            throw new IllegalArgumentException("a candidate has a weight of at least 0 and a key");
        }
    }

    /** What a call costs there by the best guess; the most there is when no price is known. */
    public long cost(CallTraits call) {
        return price == null ? Long.MAX_VALUE : price.of(call.promptTokens(), call.outputTokens());
    }
}
