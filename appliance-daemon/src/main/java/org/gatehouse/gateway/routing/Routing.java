package org.gatehouse.gateway.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Stage;
import org.gatehouse.gateway.exchange.Verdict;
import org.gatehouse.gateway.relay.Ending;
import org.gatehouse.gateway.upstream.Translation;
import org.gatehouse.gateway.upstream.Trouble;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Surface;

/** Chooses the target that serves a call, and who may take over from it. */
public final class Routing implements Stage, Failover {
    private final Translation translation;

    /** Takes what knows how calls get through. */
    public Routing(Translation translation) {
        this.translation = translation;
    }

    @Override
    public Verdict pass(Exchange exchange) {
        Surface surface = exchange.arrival().surface();
        List<ModelRoute.Target> candidates = new ArrayList<>(exchange.route().targets().size());
        boolean any = false;
        for (ModelRoute.Target target : exchange.route().targets()) {
            any |= target.weight() > 0;
            if (target.weight() > 0 && translation.serves(target, surface)) {
                candidates.add(target);
            }
        }
        if (candidates.isEmpty() && any) {
            return Refusal.of(Reason.INVALID_REQUEST, "The model '" + exchange.route().name()
                    + "' cannot be called on " + surface.id() + ". Use another endpoint or model.");
        }
        if (candidates.isEmpty()) {
            return Refusal.retry(Reason.NO_HEALTHY_UPSTREAM, "The model '" + exchange.route().name()
                    + "' has no upstream that can be used now. Try again later, or name another model.",
                    Duration.ofSeconds(5));
        }
        exchange.orElse(candidates);
        ModelRoute.Target first = candidates.getFirst();
        exchange.routedTo(first, translation.passage(surface, first.upstream()));
        exchange.leased(exchange.request().streamed() && candidates.stream()
                .allMatch(target -> translation.passage(surface, target.upstream()).runningUsage()));
        return Verdict.GO_ON;
    }

    @Override
    public Plan of(Exchange exchange) {
        return new InOrder(exchange.candidates());
    }

    private static final class InOrder implements Plan {
        private final List<ModelRoute.Target> candidates;
        private int at;

        private InOrder(List<ModelRoute.Target> candidates) {
            this.candidates = candidates;
        }

        @Override
        public ModelRoute.@Nullable Target failed(Trouble trouble) {
            at++;
            return switch (trouble.cause()) {
                case CONTENT_POLICY, TOO_LARGE -> null;
                // Refused by a provider, the request is wrong; not so where only its protocol lacks a word for something.
                case INVALID_REQUEST -> trouble.status() == null ? next() : null;
                case CONTEXT_TOO_LONG, AUTHENTICATION, PERMISSION, NOT_FOUND, RATE_LIMITED,
                        OUT_OF_MONEY, OVERLOADED, TIMEOUT, SERVER_ERROR, BROKEN_ANSWER ->
                    next();
            };
        }

        private ModelRoute.@Nullable Target next() {
            return at < candidates.size() ? candidates.get(at) : null;
        }

        @Override
        public ModelRoute.@Nullable Target ended(Ending ending) {
            return null;
        }
    }
}
