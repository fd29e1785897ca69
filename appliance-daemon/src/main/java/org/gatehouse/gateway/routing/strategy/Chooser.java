package org.gatehouse.gateway.routing.strategy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.gatehouse.gateway.routing.targets.CallTraits;
import org.gatehouse.gateway.routing.targets.TargetState;
import org.gatehouse.governance.snapshot.ComplexityTerms;
import org.gatehouse.governance.snapshot.RouteTerms.Strategy;

/** Chooses by any strategy; one for each route, since turns are a route's own. Thread-safe. */
public final class Chooser {
    private final SmoothWeights weights = new SmoothWeights();
    private final AtomicInteger turns = new AtomicInteger();

    /** One of the options, of which there is at least one, all well and qualified. */
    public Option choose(Strategy strategy, ComplexityTerms complexity, List<Option> options, CallTraits call,
            long now) {
        if (options.size() == 1) {
            return options.getFirst();
        }
        return switch (strategy) {
            case WEIGHTED -> weights.choose(options);
            case LEAST_IN_FLIGHT -> leastInFlight(options);
            case LOWEST_LATENCY -> lowestLatency(options, call, now);
            case CHEAPEST -> cheapest(options, call);
            case COMPLEXITY -> strongEnough(options, complexity, call);
            case PRIORITY -> reserved(options);
        };
    }

    private Option leastInFlight(List<Option> options) {
        Option best = options.getFirst();
        double least = Double.MAX_VALUE;
        int start = Math.floorMod(turns.getAndIncrement(), options.size());
        for (int i = 0; i < options.size(); i++) {
            Option option = options.get((start + i) % options.size());
            // The call itself counts: of two idle targets the one with more weight is less busy with it.
            double load = (option.state().inFlight() + 1.0) / option.candidate().weight();
            if (load < least) {
                best = option;
                least = load;
            }
        }
        return best;
    }

    /** A target of unknown speed is taken for as fast as the fastest, with two calls at most, until it is known. */
    private Option lowestLatency(List<Option> options, CallTraits call, long now) {
        boolean streamed = call.streamed();
        double fastest = Double.MAX_VALUE;
        for (Option option : options) {
            double expected = option.state().expectedNanos(streamed, now);
            if (expected >= 0) {
                fastest = Math.min(fastest, expected);
            }
        }
        if (fastest == Double.MAX_VALUE) {
            return leastInFlight(options);
        }
        Option best = null;
        double least = Double.MAX_VALUE;
        int start = Math.floorMod(turns.getAndIncrement(), options.size());
        for (int i = 0; i < options.size(); i++) {
            Option option = options.get((start + i) % options.size());
            TargetState state = option.state();
            double expected = state.expectedNanos(streamed, now);
            if (expected < 0 && state.looksUnderWay()) {
                continue;
            }
            // A floor of a microsecond lets the calls in flight decide between two of which nothing was heard for long.
            double score = Math.max(expected < 0 ? fastest : expected, 1000) * (state.inFlight() + 1);
            if (best == null || score < least || score == least && expected < 0) {
                best = option;
                least = score;
            }
        }
        return best == null ? leastInFlight(options) : best;
    }

    private Option cheapest(List<Option> options, CallTraits call) {
        List<Option> equals = new ArrayList<>(options.size());
        long least = Long.MAX_VALUE;
        for (Option option : options) {
            long cost = option.candidate().cost(call);
            if (cost < least) {
                equals.clear();
                least = cost;
            }
            if (cost == least) {
                equals.add(option);
            }
        }
        return equals.size() == 1 ? equals.getFirst() : weights.choose(equals);
    }

    private Option strongEnough(List<Option> options, ComplexityTerms terms, CallTraits call) {
        int score = call.features() == null ? Complexity.MOST : Complexity.of(call.features(), terms).points();
        List<Option> strong = new ArrayList<>(options.size());
        int strongest = 0;
        for (Option option : options) {
            int strength = option.candidate().terms().strength();
            strongest = Math.max(strongest, strength);
            if (strength >= score) {
                strong.add(option);
            }
        }
        if (strong.isEmpty()) {
            for (Option option : options) {
                if (option.candidate().terms().strength() == strongest) {
                    strong.add(option);
                }
            }
        }
        return cheapest(strong, call);
    }

    private Option reserved(List<Option> options) {
        List<Option> highest = new ArrayList<>(options.size());
        int priority = -1;
        for (Option option : options) {
            int from = option.candidate().terms().fromPriority();
            if (from > priority) {
                highest.clear();
                priority = from;
            }
            if (from == priority) {
                highest.add(option);
            }
        }
        return highest.size() == 1 ? highest.getFirst() : weights.choose(highest);
    }
}
