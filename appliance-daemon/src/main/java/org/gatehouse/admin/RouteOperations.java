package org.gatehouse.admin;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.gatehouse.admin.LiveRoutes.ArmFigures;
import org.gatehouse.admin.LiveRoutes.Counts;
import org.gatehouse.admin.RouteViews.ArmStatus;
import org.gatehouse.admin.RouteViews.PromotionDraft;
import org.gatehouse.admin.RouteViews.RouteStatus;
import org.gatehouse.admin.RouteViews.TargetStatus;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.PublicModel;
import org.gatehouse.governance.RouteRules;

/** What becomes of a model's calls, and what can be done about it at once. */
final class RouteOperations {
    private static final String ROUTE = Operation.BASE + "models/{id}/route";

    private final Governance governance;
    private final LiveRoutes live;
    private final AdminTrail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    RouteOperations(Governance governance, LiveRoutes live, AdminTrail trail, Clock clock, Supplier<UUID> ids) {
        this.governance = governance;
        this.live = live;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    List<Operation> all() {
        return List.of(
                Operation.get(ROUTE, "getRoute", "models",
                        "How a model's targets, their keys and the arms of its split do, live.",
                        new Operation.Reply.One(200, RouteStatus.class), call -> Answer.Json.of(status(stored(call))))
                        .needing(Permission.VIEW_BOX),
                Operation.post(ROUTE + "/targets/{targetId}/reset", "resetTarget", "models",
                        "Takes a target for well again: closes its breaker and ends its cool-down.", null,
                        new Operation.Reply.One(200, RouteStatus.class), this::reset),
                Operation.post(ROUTE + "/split/promote", "promoteArm", "models",
                        "Gives all subjects of the split to one arm; the others stay, with nothing.",
                        Operation.Body.of(PromotionDraft.class), new Operation.Reply.One(200, PublicModel.class),
                        call -> NounOperations.answer(governance.splits().promote(call.actor(), call.id(),
                                call.version(), call.form(PromotionDraft.class).arm())))
                        .matchingVersion(),
                Operation.post(ROUTE + "/split/rollback", "rollBackSplit", "models",
                        "Gives all subjects of the split back to the control, its first arm.", null,
                        new Operation.Reply.One(200, PublicModel.class),
                        call -> NounOperations
                                .answer(governance.splits().rollBack(call.actor(), call.id(), call.version())))
                        .matchingVersion());
    }

    private PublicModel stored(Call call) {
        return governance.models().find(call.id()).orElseThrow(() -> new Call.Ended(Problem
                .absent("There is no model with id " + call.id() + ". List them with GET /api/v1/models.")));
    }

    private RouteStatus status(PublicModel model) {
        Counts counts = live.counts(model.id());
        return new RouteStatus(clock.instant(), model.id(), model.name(), counts.calls(), counts.furtherAttempts(),
                counts.dryRunDiffered(),
                model.targets().stream().map(
                        target -> TargetStatus.of(target, live.target(target.id()), live.keys(target.upstreamId())))
                        .toList(),
                arms(model), governance.currentSettings().currency());
    }

    private List<ArmStatus> arms(PublicModel model) {
        RouteRules rules = model.route();
        RouteRules.TrafficSplit split = rules == null ? null : rules.split();
        if (split == null) {
            return List.of();
        }
        Map<String, ArmFigures> figures = live.arms(model.id()).stream()
                .filter(arm -> arm.split().equals(split.name()))
                .collect(Collectors.toMap(ArmFigures::arm, Function.identity()));
        return split.arms().stream().map(arm -> ArmStatus.of(arm, figures.get(arm.name()))).toList();
    }

    private Answer reset(Call call) {
        PublicModel model = stored(call);
        String wanted = Objects.requireNonNull(call.path().get("targetId"));
        PublicModel.Target target = model.targets().stream().filter(one -> one.id().toString().equals(wanted))
                .findFirst().orElseThrow(() -> new Call.Ended(Problem.absent("The model " + model.name()
                        + " has no target with that id. Read them with GET " + ROUTE + ".")));
        trail.append(call.actor().did(ids.get(), clock.instant(), "reset", "targets", target.id().toString(), null,
                null));
        live.reset(target.id());
        return Answer.Json.of(status(model));
    }
}
