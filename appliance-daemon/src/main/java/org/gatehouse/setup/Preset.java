package org.gatehouse.setup;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Declaration;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.RouteRules;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.Scope;

/** How strictly departments are held from the beginning. Everything in it can be changed later. */
enum Preset {
    /** Everything is recorded, nothing is refused. */
    OPEN(false, false, "Every call is recorded. Budgets only warn, there are no rate limits."),
    /** Budgets and rates hold. */
    BALANCED(true, false, "Budgets stop calls when they are used up, and each department has rate limits."),
    /** The same, and nothing leaves the box. */
    STRICT(true, true, "As balanced, and calls may not leave the box: models are served by local engines only.");

    private static final long REQUESTS_PER_MINUTE = 600;
    private static final long TOKENS_PER_MINUTE = 1_000_000;

    private final boolean rates;
    private final boolean localOnly;
    private final String about;

    Preset(boolean rates, boolean localOnly, String about) {
        this.rates = rates;
        this.localOnly = localOnly;
        this.about = about;
    }

    /** The name in the API. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one that was chosen; the least strict before. */
    static Preset chosen(SetupRows rows) {
        JsonNode answer = rows.step(Steps.ORGANIZATION).answer();
        String said = answer == null ? "" : answer.path("preset").asText();
        return Stream.of(values()).filter(preset -> preset.word().equals(said)).findFirst().orElse(OPEN);
    }

    String about() {
        return about;
    }

    boolean rates() {
        return rates;
    }

    /** Whether budgets stop calls. */
    boolean hard() {
        return rates;
    }

    List<Declaration.DeclaredLimit> limits(Declaration.DeclaredScope department) {
        return rates
                ? List.of(new Declaration.DeclaredLimit(department, Limit.Kind.REQUESTS_PER_MINUTE,
                        REQUESTS_PER_MINUTE),
                        new Declaration.DeclaredLimit(department, Limit.Kind.TOKENS_PER_MINUTE, TOKENS_PER_MINUTE))
                : List.of();
    }

    /** Takes away the limits of departments that a stricter preset gave. Says how many. */
    static int removeRates(Governance governance, Actor actor) {
        List<org.gatehouse.governance.RateLimit> given = governance.limits().all().stream()
                .filter(limit -> limit.scope().type() == Scope.Type.DEPARTMENT
                        && (limit.kind() == Limit.Kind.REQUESTS_PER_MINUTE && limit.amount() == REQUESTS_PER_MINUTE
                                || limit.kind() == Limit.Kind.TOKENS_PER_MINUTE
                                        && limit.amount() == TOKENS_PER_MINUTE))
                .toList();
        given.forEach(limit -> governance.limits().delete(actor, limit.id(), null, false));
        return given.size();
    }

    /** A model as it is under this preset: kept on the box, or not. */
    Declaration.DeclaredModel held(Declaration.DeclaredModel model) {
        RouteRules route = model.route();
        RouteRules.Residency residency = route == null ? null : route.residency();
        if ((residency != null && residency.localOnly()) == localOnly) {
            return model;
        }
        RouteRules rules = route == null ? RouteRules.DEFAULT : route;
        List<String> regions = residency == null ? List.of() : residency.regions();
        RouteRules.Residency held = !localOnly && regions.isEmpty()
                ? null
                : new RouteRules.Residency(localOnly, regions);
        RouteRules changed = new RouteRules(rules.strategy(), rules.dryRun(), rules.stickiness(), rules.retries(), held,
                rules.overflow(), rules.complexity(), rules.split());
        return new Declaration.DeclaredModel(model.name(), model.tokenizer(), model.contextTokens(),
                model.maxOutputTokens(), model.surfaces(), model.targets(), changed, model.cache());
    }
}
