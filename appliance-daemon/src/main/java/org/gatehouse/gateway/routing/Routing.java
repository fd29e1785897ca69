package org.gatehouse.gateway.routing;

import java.util.Optional;

import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Stage;
import org.gatehouse.gateway.exchange.Verdict;
import org.gatehouse.governance.snapshot.ModelRoute;

/** Chooses the target that serves a call, by the strategy it was given. */
public final class Routing implements Stage {
    private final Strategy strategy;

    /** How a target is chosen among those of a route. Thread-safe. */
    @FunctionalInterface
    public interface Strategy {

        /** The target; empty when none may be used now. */
        Optional<ModelRoute.Target> choose(Exchange exchange, ModelRoute route);
    }

    /** Takes the strategy. */
    public Routing(Strategy strategy) {
        this.strategy = strategy;
    }

    /** The first target that is not switched off by a weight of 0. */
    public static Routing toFirstTarget() {
        return new Routing((_, route) -> {
            for (ModelRoute.Target target : route.targets()) {
                if (target.weight() > 0) {
                    return Optional.of(target);
                }
            }
            return Optional.empty();
        });
    }

    @Override
    public Verdict pass(Exchange exchange) {
        Optional<ModelRoute.Target> target = strategy.choose(exchange, exchange.route());
        if (target.isEmpty()) {
            return Refusal.retry(Reason.NO_HEALTHY_UPSTREAM, "The model '" + exchange.route().name()
                    + "' has no upstream that can be used now. Try again later, or name another model.",
                    java.time.Duration.ofSeconds(5));
        }
        exchange.routedTo(target.get());
        return Verdict.GO_ON;
    }
}
