package org.gatehouse.gateway;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.gatehouse.gateway.admission.Authentication;
import org.gatehouse.gateway.exchange.Dialect;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.ListedModel;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.routing.Routing;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Surface;

/**
 * {@code GET /v1/models} and {@code /v1/models/{id}}, and Gemini's below {@code /v1beta}: the public models that the caller's
 * key may use, no others.
 */
final class ModelList {
    private final Authentication authentication;
    private final Routing routing;

    ModelList(Authentication authentication, Routing routing) {
        this.authentication = authentication;
        this.routing = routing;
    }

    void answer(Exchange exchange, Conclusion conclusion) {
        if (authentication.pass(exchange) instanceof Refusal refusal) {
            conclusion.refuse(exchange, refusal);
            return;
        }
        Dialect dialect = exchange.arrival().dialect();
        String one = exchange.arrival().pathModel();
        if (one != null) {
            ModelRoute route = exchange.arrival().snapshot().models().get(one);
            if (route == null || !exchange.key().models().includes(one)) {
                conclusion.refuse(exchange, new Refusal(Reason.MODEL_NOT_FOUND,
                        "This key can use no model of that name. List the models to see those that it can.", "model",
                        null));
                return;
            }
            conclusion.answer(exchange, dialect.model(listed(exchange, route)));
            return;
        }
        List<ListedModel> models = exchange.arrival().snapshot().models().values().stream()
                .filter(route -> exchange.key().models().includes(route.name())).map(route -> listed(exchange, route))
                .sorted(Comparator.comparing(ListedModel::name)).toList();
        switch (dialect.models(models, exchange.arrival().hints().part())) {
            case Dialect.Listing.Listed listed -> conclusion.answer(exchange, listed.body());
            case Dialect.Listing.Wrong wrong -> conclusion.refuse(exchange, wrong.refusal());
        }
    }

    private ListedModel listed(Exchange exchange, ModelRoute route) {
        Set<Surface> surfaces = EnumSet.noneOf(Surface.class);
        for (Surface surface : Surface.values()) {
            if (route.surfaces().includes(surface) && exchange.key().surfaces().includes(surface)
                    && routing.serves(route, surface)) {
                surfaces.add(surface);
            }
        }
        boolean simulated = route.targets().stream().anyMatch(target -> target.upstream().simulated());
        return new ListedModel(route.name(), route.createdAt(), simulated, route.contextTokens(),
                route.maxOutputTokens(), surfaces);
    }
}
