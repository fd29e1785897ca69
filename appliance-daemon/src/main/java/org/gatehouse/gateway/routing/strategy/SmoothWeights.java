package org.gatehouse.gateway.routing.strategy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Weighted turns, spread evenly: of weights 5, 1, 1 never five of the first in a row. Each round of as many calls as the
 * weights sum to is exact. The method is the one that nginx describes for its upstreams: every option gains its weight,
 * the highest is taken and pays the sum. Thread-safe.
 */
final class SmoothWeights {
    private final Map<UUID, long[]> credits = new HashMap<>();

    synchronized Option choose(List<Option> options) {
        if (credits.size() > 4 * options.size() + 64) {
            credits.clear(); // Targets of former policies; a lost round is nothing.
        }
        long sum = 0;
        long[] best = null;
        Option chosen = options.getFirst();
        for (Option option : options) {
            int weight = option.candidate().weight();
            long[] credit = credits.computeIfAbsent(option.candidate().id(), _ -> new long[1]);
            credit[0] += weight;
            sum += weight;
            if (best == null || credit[0] > best[0]) {
                best = credit;
                chosen = option;
            }
        }
        if (best != null) {
            best[0] -= sum;
        }
        // An option that is away for long neither saves up turns nor owes them.
        for (Option option : options) {
            long[] credit = credits.get(option.candidate().id());
            if (credit != null) {
                credit[0] = Math.clamp(credit[0], -sum, sum);
            }
        }
        return chosen;
    }
}
