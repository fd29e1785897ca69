package org.gatehouse.gateway.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.routing.health.Breaker;
import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.gateway.routing.sticky.Sessions;
import org.gatehouse.gateway.routing.targets.CallTraits;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.gateway.routing.targets.LocalLoad;
import org.gatehouse.gateway.routing.targets.TargetState;
import org.gatehouse.gateway.routing.targets.TargetView;
import org.gatehouse.governance.snapshot.HealthTerms;
import org.gatehouse.governance.snapshot.RouteTerms;

/**
 * Where calls go, and what is known of all targets: the one door of this room. It decides; others send, wait and probe.
 * Thread-safe; no threads, no I/O, never blocks for more than a few instructions.
 */
public final class Traffic {
    private final HealthTerms health;
    private final LongSupplier nanoTime;
    private final DoubleSupplier random;
    private final Sessions sessions;
    private final Map<UUID, RouteState> routes = new ConcurrentHashMap<>();
    private final Map<UUID, TargetState> targets = new ConcurrentHashMap<>();
    private final Map<UUID, KeyPool> keys = new ConcurrentHashMap<>();

    /**
     * Knows nothing yet.
     *
     * @param nanoTime the clock of all its times
     * @param random numbers from 0 to below 1, safe for threads
     * @param mostSessions remembered at most
     */
    public Traffic(HealthTerms health, LongSupplier nanoTime, DoubleSupplier random, int mostSessions) {
        this.health = health;
        this.nanoTime = nanoTime;
        this.random = random;
        this.sessions = new Sessions(mostSessions);
    }

    /**
     * A call's way through the targets of a route.
     *
     * @param candidates the route's targets in their order; build them once for a snapshot
     * @param deadline when the caller gives up, on the clock of routing
     */
    public Attempts begin(UUID route, RouteTerms terms, List<Candidate> candidates, CallTraits call, long deadline) {
        RouteState state = routes.get(route);
        if (state == null) {
            state = routes.computeIfAbsent(route, _ -> new RouteState());
        }
        state.calls.increment();
        state.budget.call(terms.retries(), now());
        return new Attempts(this, route, state, terms, candidates, call, deadline);
    }

    long now() {
        return nanoTime.getAsLong();
    }

    double chance() {
        return random.getAsDouble();
    }

    Sessions sessions() {
        return sessions;
    }

    TargetState target(UUID id) {
        TargetState state = targets.get(id);
        return state == null ? targets.computeIfAbsent(id, each -> new TargetState(each, health, random)) : state;
    }

    /** The breaker of a target that calls have met; {@code null} for another one. */
    @Nullable
    Breaker breaker(UUID id) {
        TargetState state = targets.get(id);
        return state == null ? null : state.breaker();
    }

    KeyPool keysOf(UUID upstream) {
        KeyPool pool = keys.get(upstream);
        return pool == null ? keys.computeIfAbsent(upstream, _ -> new KeyPool(health)) : pool;
    }

    /** What a local target's engine says of itself; to be told every few seconds. */
    public void load(UUID target, int running, int waiting, int cachePercent) {
        target(target).load(new LocalLoad(running, waiting, cachePercent, now()));
    }

    /** A key of an upstream passed a test, or was replaced. */
    public void keyTested(UUID upstream, String key) {
        keysOf(upstream).tested(key);
    }

    /** A target was checked without a call. */
    public void checked(UUID target, boolean well) {
        Breaker known = breaker(target);
        if (well) {
            if (known != null) {
                known.checkedWell(now());
            }
        } else {
            target(target).breaker().checkedBadly(now());
        }
    }

    /** An admin says that a target is well. */
    public void reset(UUID target) {
        target(target).breaker().reset(now());
    }

    /** Whether a target can be called now, as far as its health goes. */
    public boolean isUsable(UUID target) {
        return target(target).isUsable(now());
    }

    /** How long until a target may be called again; zero when it may. */
    public Duration coolDown(UUID target) {
        return Duration.ofNanos(target(target).breaker().nanosClosed(now()));
    }

    /** Remembers that a session, or an answer that the next call may continue, is at a target. */
    public void bind(UUID route, String session, UUID target, RouteTerms.Stickiness terms) {
        sessions.bind(route, session, target, terms.idle().toNanos(), now());
    }

    /** Forgets what a new policy no longer has. Sessions age by themselves. */
    public void keep(Map<UUID, List<Candidate>> byRoute) {
        Set<UUID> keptTargets = new HashSet<>();
        Map<UUID, Set<String>> keptKeys = new HashMap<>();
        for (List<Candidate> candidates : byRoute.values()) {
            for (Candidate candidate : candidates) {
                keptTargets.add(candidate.id());
                Set<String> names = keptKeys.computeIfAbsent(candidate.upstream(), _ -> new HashSet<>());
                candidate.keys().forEach(key -> names.add(key.id()));
            }
        }
        routes.keySet().retainAll(byRoute.keySet());
        targets.keySet().retainAll(keptTargets);
        keys.keySet().retainAll(keptKeys.keySet());
        keys.forEach((upstream, pool) -> pool.keep(keptKeys.getOrDefault(upstream, Set.of())));
    }

    /** A target's live figures; {@code null} when it had no call yet. */
    public @Nullable TargetView view(UUID target) {
        TargetState state = targets.get(target);
        return state == null ? null : state.view(now());
    }

    /** All of it. */
    public TrafficView view() {
        long now = now();
        List<RouteView> routeViews = new ArrayList<>();
        routes.forEach((id, state) -> routeViews.add(state.view(id)));
        List<TargetView> targetViews = new ArrayList<>();
        targets.values().forEach(state -> targetViews.add(state.view(now)));
        Map<UUID, List<KeyPool.View>> keyViews = new HashMap<>();
        keys.forEach((upstream, pool) -> keyViews.put(upstream, pool.view(now)));
        return new TrafficView(routeViews, targetViews, keyViews, sessions.size());
    }
}
