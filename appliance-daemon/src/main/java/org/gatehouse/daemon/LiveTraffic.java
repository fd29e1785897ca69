package org.gatehouse.daemon;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.LiveRoutes;
import org.gatehouse.gateway.routing.RouteView;
import org.gatehouse.gateway.routing.Traffic;
import org.gatehouse.gateway.routing.split.Outcome;
import org.gatehouse.gateway.routing.targets.TargetView;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.Split;

/** The live figures of routing in the admin API's words. Thread-safe. */
record LiveTraffic(Traffic traffic, Supplier<PolicySnapshot> policy) implements LiveRoutes {

    @Override
    public Counts counts(UUID model) {
        return route(model).map(view -> new Counts(view.calls(), view.furtherAttempts(), view.dryRunDiffered()))
                .orElse(new Counts(0, 0, 0));
    }

    private Optional<RouteView> route(UUID model) {
        return traffic.view().routes().stream().filter(view -> view.id().equals(model)).findFirst();
    }

    @Override
    public List<ArmFigures> arms(UUID model) {
        List<RouteView.Arm> seen = route(model).map(RouteView::arms).orElse(List.of());
        List<ArmFigures> figures = new ArrayList<>(seen.size());
        for (RouteView.Arm arm : seen) {
            String control = control(model, arm.split());
            Outcome against = seen.stream()
                    .filter(other -> other.split().equals(arm.split()) && other.outcome().arm().equals(control))
                    .map(RouteView.Arm::outcome).findFirst().orElse(arm.outcome());
            figures.add(figures(arm.split(), arm.outcome(), against));
        }
        return figures;
    }

    private String control(UUID model, String split) {
        return policy.get().models().values().stream().filter(route -> route.id().equals(model))
                .map(route -> route.terms().split())
                .filter(known -> known != null && known.id().equals(split)).map(LiveTraffic::first).findFirst()
                .orElse("");
    }

    private static String first(@Nullable Split split) {
        return split == null ? "" : split.arms().getFirst().name();
    }

    private static ArmFigures figures(String split, Outcome outcome, Outcome control) {
        Outcome.Interval rate = outcome.successRate();
        boolean same = outcome.arm().equals(control.arm());
        return new ArmFigures(split, outcome.arm(), outcome.served(), outcome.failed(), outcome.crossed(), rate.low(),
                rate.rate(), rate.high(), outcome.firstByteMillis(), outcome.firstByteMargin(),
                outcome.tokensPerSecond(), outcome.costMicros(),
                (same ? Outcome.Verdict.UNDECIDED : outcome.succeedsComparedWith(control)).id(),
                (same ? Outcome.Verdict.UNDECIDED : outcome.beginsComparedWith(control)).id());
    }

    @Override
    public @Nullable TargetFigures target(UUID target) {
        TargetView view = traffic.view(target);
        if (view == null) {
            return null;
        }
        Map<String, Long> failures = view.failures().entrySet().stream()
                .collect(Collectors.toMap(entry -> word(entry.getKey()), Map.Entry::getValue));
        return new TargetFigures(view.attempts(), view.served(), view.abandoned(), failures, word(view.breaker()),
                view.coolDown(), view.inFlight(), view.waiting(), view.firstByteStreamed(), view.firstBytePlain(),
                view.tokensPerSecond());
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public List<KeyFigures> keys(UUID upstream) {
        return traffic.view().keys().getOrDefault(upstream, List.of()).stream()
                .map(key -> new KeyFigures(key.key(), key.account(), key.out() == null ? null : word(key.out()),
                        Duration.ofNanos(Math.max(0, key.restNanos()))))
                .toList();
    }

    @Override
    public void reset(UUID target) {
        traffic.reset(target);
    }
}
