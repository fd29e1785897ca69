package org.gatehouse.gateway.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import org.gatehouse.gateway.routing.split.ArmOutcomes;
import org.gatehouse.gateway.routing.split.Outcome;
import org.gatehouse.gateway.routing.strategy.Chooser;
import org.gatehouse.gateway.routing.strategy.Overflowing;

/** The live state of one route: its turns, its budget, what its arms came to. Thread-safe. */
final class RouteState {
    final Chooser chooser = new Chooser();
    /** Has turns of its own, so that looking on changes nothing. */
    final Chooser dryRun = new Chooser();
    final Overflowing overflowing = new Overflowing();
    final RetryBudget budget = new RetryBudget();
    final LongAdder calls = new LongAdder();
    final LongAdder furtherAttempts = new LongAdder();
    final LongAdder dryRunDiffered = new LongAdder();
    private final Map<ArmKey, ArmOutcomes> arms = new ConcurrentHashMap<>();

    private record ArmKey(String split, String arm) {}

    ArmOutcomes arm(String split, String arm) {
        ArmKey key = new ArmKey(split, arm);
        ArmOutcomes outcomes = arms.get(key);
        return outcomes == null ? arms.computeIfAbsent(key, _ -> new ArmOutcomes()) : outcomes;
    }

    RouteView view(UUID id) {
        List<RouteView.Arm> views = new ArrayList<>();
        arms.forEach((key, outcomes) -> {
            Outcome outcome = outcomes.outcome(key.arm());
            views.add(new RouteView.Arm(key.split(), outcome));
        });
        return new RouteView(id, calls.sum(), furtherAttempts.sum(), dryRunDiffered.sum(), views);
    }
}
