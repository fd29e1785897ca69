package org.gatehouse.gateway.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.routing.health.Bearing;
import org.gatehouse.gateway.routing.health.Breaker;
import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.governance.snapshot.HealthTerms;

/**
 * Says which targets and keys should be checked without a call, and takes in what came of it. Local targets are checked
 * always, those that cost money only while they are ill or a key of theirs is out. Each check runs once at a time.
 * Thread-safe; somebody else's thread runs the checks.
 */
public final class ActiveChecks {
    /** A check of which nothing was heard for so long is forgotten. */
    private static final long LOST_NANOS = Duration.ofMinutes(1).toNanos();
    private static final double JITTER = 0.2;

    private final Traffic traffic;
    private final HealthTerms terms;
    private final LongSupplier nanoTime;
    private final DoubleSupplier random;
    private final Map<Subject, Long> next = new HashMap<>();

    private record Subject(UUID id, @Nullable String key) {}

    /**
     * Something to check.
     *
     * @param key with which to ask
     * @param forKey whether the key is in question rather than the target
     */
    public record Check(Candidate candidate, KeyPool.Key key, boolean forKey) {}

    /** Asks a target something cheap, within a deadline of its own. */
    @FunctionalInterface
    public interface Probe {
        /** What was wrong; {@code null} when all was well. Must not throw. */
        @Nullable
        Cause ask(Check check);
    }

    /** Takes where results go, the clock of that, and chance. */
    public ActiveChecks(Traffic traffic, HealthTerms terms, LongSupplier nanoTime, DoubleSupplier random) {
        this.traffic = traffic;
        this.terms = terms;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /** What is to be checked now. Each check must be {@linkplain #finished finished}. */
    public synchronized List<Check> due(List<Candidate> candidates) {
        long now = nanoTime.getAsLong();
        List<Check> due = new ArrayList<>();
        Set<Subject> present = new HashSet<>();
        if (terms.checkEvery().isZero()) {
            return due;
        }
        for (Candidate candidate : candidates) {
            // One that no call has met yet is well, and stays unknown: looking after it is no traffic.
            Breaker breaker = traffic.breaker(candidate.id());
            boolean ill = isIll(breaker);
            if (candidate.local() || ill) {
                // While a target cools down nothing that a check could find would change anything.
                long wait = ill && breaker != null ? breaker.nanosClosed(now) : 0;
                add(due, present, new Check(candidate, candidate.keys().getFirst(), false), wait, now);
            }
            for (KeyPool.Key key : candidate.keys()) {
                if (traffic.keysOf(candidate.upstream()).isOut(key)) {
                    add(due, present, new Check(candidate, key, true), 0, now);
                }
            }
        }
        next.keySet().retainAll(present);
        return due;
    }

    private void add(List<Check> due, Set<Subject> present, Check check, long wait, long now) {
        Subject subject = subject(check);
        if (!present.add(subject)) {
            return;
        }
        Long at = next.get(subject);
        if (at == null) {
            // Not all at the same moment after a start.
            next.put(subject, now + Math.max(wait, (long) (terms.openFor().toNanos() * random.getAsDouble())));
        } else if (now - at >= 0 && wait == 0) {
            next.put(subject, now + LOST_NANOS);
            due.add(check);
        }
    }

    private static boolean isIll(@Nullable Breaker breaker) {
        return breaker != null && breaker.state() != Breaker.State.CLOSED;
    }

    private static Subject subject(Check check) {
        return check.forKey()
                ? new Subject(check.candidate().upstream(), check.key().id())
                : new Subject(check.candidate().id(), null);
    }

    /** What came of a check: {@code null} when all was well. */
    public void finished(Check check, @Nullable Cause cause) {
        long now = nanoTime.getAsLong();
        Candidate candidate = check.candidate();
        if (cause == null) {
            traffic.keyTested(candidate.upstream(), check.key().id());
        } else {
            traffic.keysOf(candidate.upstream()).failed(check.key(), candidate.id(), cause, null, now);
        }
        if (!check.forKey()) {
            boolean ill = cause != null && Bearing.of(cause) == Bearing.TARGET;
            traffic.checked(candidate.id(), !ill);
        }
        Duration pause = cause == null && !isIll(traffic.breaker(candidate.id()))
                ? terms.checkEvery()
                : min(terms.checkEvery(), terms.openFor());
        synchronized (this) {
            next.put(subject(check), now + (long) (pause.toNanos() * (1 + JITTER * random.getAsDouble())));
        }
    }

    /** Runs whatever is due, one after the other, on this thread; says how many. */
    public int run(List<Candidate> candidates, Probe probe) {
        List<Check> due = due(candidates);
        for (Check check : due) {
            finished(check, probe.ask(check));
        }
        return due.size();
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
