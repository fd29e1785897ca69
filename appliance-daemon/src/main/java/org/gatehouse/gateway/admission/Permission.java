package org.gatehouse.gateway.admission;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Stage;
import org.gatehouse.gateway.exchange.Verdict;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.Surface;

/** Finds the public model that was asked for and whether this key may use it, here. Reads the snapshot only. */
public final class Permission implements Stage {
    /** A department's box may ask its company's, and that another; a call that comes by more goes round. */
    private static final int MOST_HOPS = 3;

    @Override
    public Verdict pass(Exchange exchange) {
        PolicySnapshot snapshot = exchange.arrival().snapshot();
        KeyRecord key = exchange.key();
        Surface surface = exchange.arrival().surface();
        String asked = exchange.request().model();
        ModelRoute route = asked == null ? onlyModelFor(snapshot, key, surface) : snapshot.models().get(asked);
        if (asked == null && route == null) {
            return Refusal.invalid("model",
                    "The field 'model' is missing. Name one of the models that GET /v1/models lists.");
        }
        if (route == null) {
            return new Refusal(Reason.MODEL_NOT_FOUND, "The model '" + shown(asked)
                    + "' does not exist on this box. Name one of the models that GET /v1/models lists.", "model", null);
        }
        exchange.resolvedTo(route);
        if (!key.models().includes(route.name())) {
            return new Refusal(Reason.MODEL_NOT_ALLOWED, "The key '" + key.name() + "' may not use the model '"
                    + route.name() + "'. Have the key's models changed, or name one that GET /v1/models lists.",
                    "model", null);
        }
        if (!route.surfaces().includes(surface)) {
            return new Refusal(Reason.INVALID_REQUEST, "The model '" + route.name() + "' cannot be called on "
                    + surface.id() + ". Name a model made for it.", "model", null);
        }
        if (exchange.arrival().hints().hops() > MOST_HOPS) {
            return new Refusal(Reason.ROUTE_LOOPS, "The route of the model '" + route.name()
                    + "' leads in a circle: this call has come through " + exchange.arrival().hints().hops()
                    + " boxes. Correct the base URL of the upstream that leads back here.", "model", null);
        }
        return Verdict.GO_ON;
    }

    /** Some surfaces let a client leave the model out; that is clear only when the key has a single one for them. */
    private static @Nullable ModelRoute onlyModelFor(PolicySnapshot snapshot, KeyRecord key, Surface surface) {
        ModelRoute only = null;
        for (ModelRoute route : snapshot.models().values()) {
            if (key.models().includes(route.name()) && route.surfaces().includes(surface)) {
                if (only != null) {
                    return null;
                }
                only = route;
            }
        }
        return only;
    }

    private static String shown(@Nullable String model) {
        String text = model == null ? "" : model;
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }
}
