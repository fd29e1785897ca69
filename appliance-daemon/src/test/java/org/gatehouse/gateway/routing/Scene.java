package org.gatehouse.gateway.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.gateway.routing.targets.CallTraits;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.governance.snapshot.HealthTerms;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.TargetTerms;

/** A route with a clock that stands until it is moved. */
public final class Scene {
    public static final UUID ROUTE = new UUID(9, 9);

    private final AtomicLong now = new AtomicLong(Duration.ofDays(1).toNanos());
    private final SplittableRandom random = new SplittableRandom(42);
    public final Traffic traffic = new Traffic(HealthTerms.DEFAULT, now::get, this::chance, 10_000);
    public final List<Candidate> candidates = new ArrayList<>();
    public RouteTerms terms = RouteTerms.DEFAULT;

    private synchronized double chance() {
        return random.nextDouble();
    }

    public long now() {
        return now.get();
    }

    public void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    public void pass(long millis) {
        pass(Duration.ofMillis(millis));
    }

    /** Adds a target: its name is its account, too. */
    public Candidate target(String name, int weight, TargetTerms targetTerms) {
        return target(name, weight, false, targetTerms, new KeyPool.Key(name, name));
    }

    public Candidate target(String name, int weight) {
        return target(name, weight, TargetTerms.DEFAULT);
    }

    public Candidate target(String name, int weight, boolean local, TargetTerms targetTerms, KeyPool.Key... keys) {
        UUID id = new UUID(1, candidates.size());
        Candidate candidate = new Candidate(id, new UUID(2, candidates.size()), name, weight, local, targetTerms,
                new Candidate.TokenPrice(1_000_000, 2_000_000), List.of(keys));
        candidates.add(candidate);
        return candidate;
    }

    public static CallTraits.Builder call() {
        return CallTraits.of(100, 100, "key-1").wants(CallTraits.Want.STREAM);
    }

    public Attempts begin(CallTraits call) {
        return traffic.begin(ROUTE, terms, candidates, call, now() + Duration.ofMinutes(5).toNanos());
    }

    public Attempts begin() {
        return begin(call().build());
    }

    /** The next attempt, of a call that has one. */
    public static Attempt go(Attempts attempts) {
        return attempts.next() instanceof Step.Go go ? go.attempt() : fail(attempts);
    }

    private static Attempt fail(Attempts attempts) {
        throw new AssertionError("no attempt: " + attempts.next() + ", " + attempts.explanation());
    }

    public static Step.Why end(Attempts attempts) {
        return attempts.next() instanceof Step.End end ? end.why() : fail(attempts, "went on");
    }

    private static Step.Why fail(Attempts attempts, String what) {
        throw new AssertionError(what + " after " + attempts.made());
    }

    /** Where a call goes that is served at once. */
    public String servedBy() {
        Attempt attempt = go(begin());
        attempt.served(1, 1);
        return attempt.candidate().name();
    }

    public RouteTerms strategy(RouteTerms.Strategy strategy) {
        terms = new RouteTerms(strategy, terms.dryRun(), terms.stickiness(), terms.retries(), terms.residency(),
                terms.overflow(), terms.complexity(), terms.split());
        return terms;
    }

    public void sticky(RouteTerms.Stickiness stickiness) {
        terms = new RouteTerms(terms.strategy(), terms.dryRun(), stickiness, terms.retries(), terms.residency(),
                terms.overflow(), terms.complexity(), terms.split());
    }

    public void retries(RouteTerms.Retries retries) {
        terms = new RouteTerms(terms.strategy(), terms.dryRun(), terms.stickiness(), retries, terms.residency(),
                terms.overflow(), terms.complexity(), terms.split());
    }

    public void overflow(RouteTerms.Overflow overflow) {
        terms = new RouteTerms(terms.strategy(), terms.dryRun(), terms.stickiness(), terms.retries(),
                terms.residency(), overflow, terms.complexity(), terms.split());
    }

    public void dryRun(RouteTerms.Strategy strategy) {
        terms = new RouteTerms(terms.strategy(), strategy, terms.stickiness(), terms.retries(), terms.residency(),
                terms.overflow(), terms.complexity(), terms.split());
    }
}
