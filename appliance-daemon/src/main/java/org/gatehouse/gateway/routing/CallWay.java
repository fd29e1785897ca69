package org.gatehouse.gateway.routing;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Way;
import org.gatehouse.gateway.upstream.Translation;
import org.gatehouse.governance.snapshot.ModelRoute;

/** The way of one call. */
final class CallWay implements Way {
    private static final int MICROS = 6;

    private final Exchange exchange;
    private final Attempts attempts;
    private final Map<UUID, ModelRoute.Target> targets;
    private final Translation translation;
    private volatile Attempt attempt;

    CallWay(Exchange exchange, Attempts attempts, Attempt first, Map<UUID, ModelRoute.Target> targets,
            Translation translation) {
        this.exchange = exchange;
        this.attempts = attempts;
        this.attempt = first;
        this.targets = targets;
        this.translation = translation;
        route(first);
    }

    private ModelRoute.Target route(Attempt next) {
        ModelRoute.Target target = targets.get(next.candidate().id());
        if (target == null) {
            throw new IllegalStateException("a candidate is a target of its route");
        }
        exchange.routedTo(target, translation.passage(exchange, target.upstream()));
        return target;
    }

    /** Every target that might serve the call, the first one included. */
    List<ModelRoute.Target> candidates() {
        return attempts.qualified().stream().map(candidate -> targets.get(candidate.id())).toList();
    }

    @Override
    public String key() {
        return attempt.key().id();
    }

    @Override
    public boolean another() {
        return attempts.anotherIsUsable(attempt);
    }

    @Override
    public @Nullable Duration firstByteWithin() {
        return attempt.firstByteWithin();
    }

    @Override
    public boolean shouldMoveOn() {
        return attempt.shouldMoveOn();
    }

    @Override
    public boolean begun() {
        return attempt.begun();
    }

    @Override
    public void waits() {
        attempt.waits();
    }

    @Override
    public void goesOut() {
        attempt.goesOut();
    }

    @Override
    public void firstByte() {
        attempt.firstByte();
    }

    @Override
    public void life() {
        attempt.life();
    }

    @Override
    public ModelRoute.@Nullable Target failed(Cause cause, @Nullable Duration retryAfter, boolean committed) {
        if (committed) {
            attempts.committed();
        }
        attempt.failed(cause, retryAfter);
        return next();
    }

    @Override
    public ModelRoute.@Nullable Target turnedAway(boolean committed) {
        if (committed) {
            attempts.committed();
        }
        attempt.turnedAway();
        return next();
    }

    private ModelRoute.@Nullable Target next() {
        if (!(attempts.next() instanceof Step.Go go)) {
            return null;
        }
        attempt = go.attempt();
        long until = System.nanoTime() + go.pause().toNanos();
        for (long left = go.pause().toNanos(); left > 0 && !exchange.presence().gone(); left = until
                - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
        return route(go.attempt());
    }

    @Override
    public void served(long outputTokens, @Nullable BigDecimal cost) {
        attempt.served(outputTokens, cost == null ? 0 : cost.movePointRight(MICROS).longValue());
    }

    @Override
    public void abandoned() {
        attempt.abandoned();
    }
}
