package org.gatehouse.daemon;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import org.gatehouse.gateway.routing.RouteView;
import org.gatehouse.gateway.routing.Traffic;
import org.gatehouse.gateway.routing.TrafficView;
import org.gatehouse.gateway.routing.health.Breaker;
import org.gatehouse.gateway.routing.targets.TargetView;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.telemetry.MetricText;

/** Targets and routes as a part of the metrics page. Thread-safe. */
final class RouteMetrics {
    private static final double NANOS = 1e9;

    private final Traffic traffic;
    private final Supplier<PolicySnapshot> policy;

    RouteMetrics(Traffic traffic, Supplier<PolicySnapshot> policy) {
        this.traffic = traffic;
        this.policy = policy;
    }

    private record Line(List<String> labels, TargetView view) {

        String[] and(String... more) {
            List<String> all = new ArrayList<>(labels);
            all.addAll(List.of(more));
            return all.toArray(String[]::new);
        }
    }

    /** All lines, each ended; empty before the first call. */
    String page() {
        TrafficView view = traffic.view();
        Map<UUID, TargetView> targets = new HashMap<>();
        view.targets().forEach(target -> targets.put(target.id(), target));
        List<Line> lines = lines(targets);
        if (lines.isEmpty()) {
            return "";
        }
        MetricText text = new MetricText();
        text.counter("gatehouse_target_attempts_total", "Calls that were sent to a target.");
        lines.forEach(line -> text.sample(line.view().attempts(), line.and()));
        text.counter("gatehouse_target_failures_total", "Calls that a target failed, by cause.");
        lines.forEach(line -> new TreeMap<>(line.view().failures()).forEach(
                (cause, count) -> text.sample(count, line.and("cause", LiveTraffic.word(cause)))));
        text.gauge("gatehouse_target_breaker_state", "1 for how a target's breaker stands.");
        for (Line line : lines) {
            for (Breaker.State state : Breaker.State.values()) {
                text.sample(line.view().breaker() == state ? 1 : 0, line.and("state", LiveTraffic.word(state)));
            }
        }
        text.gauge("gatehouse_target_in_flight", "Calls that are at a target.");
        lines.forEach(line -> text.sample(line.view().inFlight(), line.and()));
        known(text, lines, "gatehouse_target_first_byte_seconds",
                "How soon a streamed answer begins: a peak mean that fades with time.",
                target -> target.firstByteStreamed().toNanos() / NANOS);
        known(text, lines, "gatehouse_target_tokens_per_second", "How fast answers come after their first byte.",
                TargetView::tokensPerSecond);
        further(text, view);
        return text.toString();
    }

    private List<Line> lines(Map<UUID, TargetView> targets) {
        List<Line> lines = new ArrayList<>();
        Map<List<String>, Integer> seen = new HashMap<>();
        for (ModelRoute route : policy.get().models().values()) {
            for (ModelRoute.Target target : route.targets()) {
                TargetView view = targets.get(target.id());
                List<String> labels = List.of("model", route.name(), "upstream", target.upstream().name(), "target",
                        target.upstreamModel());
                // Two series of one name would spoil the page.
                int times = seen.merge(labels, 1, Integer::sum);
                if (view != null) {
                    lines.add(new Line(times == 1
                            ? labels
                            : List.of("model", route.name(), "upstream", target.upstream().name(), "target",
                                    target.upstreamModel() + "#" + times),
                            view));
                }
            }
        }
        return lines;
    }

    private static void known(MetricText text, List<Line> lines, String name, String help,
            ToDoubleFunction<TargetView> reading) {
        text.gauge(name, help);
        for (Line line : lines) {
            double value = reading.applyAsDouble(line.view());
            if (value > 0) {
                text.sample(value, line.and());
            }
        }
    }

    private void further(MetricText text, TrafficView view) {
        Map<UUID, String> names = new HashMap<>();
        policy.get().models().values().forEach(route -> names.put(route.id(), route.name()));
        text.counter("gatehouse_route_further_attempts_total", "Attempts after the first ones of calls.");
        for (RouteView route : view.routes()) {
            String name = names.get(route.id());
            if (name != null) {
                text.sample(route.furtherAttempts(), "model", name);
            }
        }
    }
}
