package org.gatehouse.gateway.admission;

import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;

import org.gatehouse.governance.snapshot.Limit;

/**
 * The limits that refill: requests and tokens a minute, as token buckets that start full and refill evenly, and calls
 * at the same time. State is kept per limit and survives a change of its amount. Thread-safe and lock-free.
 */
public final class RateLimits {
    private static final Duration WINDOW = Duration.ofMinutes(1);
    /** Bucket4j refills one token a nanosecond at most; a limit above that limits nothing real. */
    private static final long HIGHEST = WINDOW.toNanos();

    private final ConcurrentHashMap<UUID, Meter> meters = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<UUID, AtomicLong> inFlight = new ConcurrentHashMap<>();
    private final TimeMeter time;

    /** Takes the monotonic clock that refills the buckets. */
    public RateLimits(LongSupplier nanoTime) {
        this.time = new TimeMeter() {
            @Override
            public long currentTimeNanos() {
                return nanoTime.getAsLong();
            }

            @Override
            public boolean isWallClockBased() {
                return false;
            }
        };
    }

    private record Meter(long amount, Bucket bucket) {}

    /**
     * Forgets the state of limits that are no more. A concurrency limit that calls are still inside of is forgotten the
     * next time, so that their leaving is not lost should the limit bind somebody again.
     */
    public void retain(Set<UUID> limits) {
        meters.keySet().retainAll(limits);
        inFlight.entrySet().removeIf(entry -> !limits.contains(entry.getKey()) && entry.getValue().get() == 0);
    }

    /** How many limits it remembers anything of. */
    public int remembered() {
        return meters.size() + inFlight.size();
    }

    /** Takes tokens from a per-minute limit, all or none. */
    Taken take(Limit limit, long tokens) {
        if (tokens > limit.amount()) {
            return new Taken(false, availableOf(limit), 0, true);
        }
        if (tokens == 0) {
            return new Taken(true, availableOf(limit), 0, false);
        }
        ConsumptionProbe probe = bucket(limit).tryConsumeAndReturnRemaining(tokens);
        return new Taken(probe.isConsumed(), probe.getRemainingTokens(), probe.getNanosToWaitForRefill(), false);
    }

    /**
     * What {@link #take} did.
     *
     * @param remaining what is left now
     * @param waitNanos how long until it would succeed; 0 when it did
     * @param never whether it asks for more than the limit can ever hold
     */
    record Taken(boolean taken, long remaining, long waitNanos, boolean never) {}

    /** Puts back what a call took and did not use. */
    void giveBack(Limit limit, long tokens) {
        if (tokens > 0 && limit.amount() > 0) {
            bucket(limit).addTokens(tokens);
        }
    }

    /** Takes what a call used beyond its grant; the bucket goes below zero and later calls wait. */
    void overdraw(Limit limit, long tokens) {
        if (tokens > 0 && limit.amount() > 0) {
            bucket(limit).consumeIgnoringRateLimits(tokens);
        }
    }

    /** What a per-minute limit holds right now, at least 0. */
    long availableOf(Limit limit) {
        return limit.amount() == 0 ? 0 : Math.max(0, bucket(limit).getAvailableTokens());
    }

    /** The same to look at: what nobody has called yet is whole. */
    public long left(Limit limit) {
        return meters.containsKey(limit.id()) ? availableOf(limit) : limit.amount();
    }

    /** Nanoseconds until a per-minute limit holds that many tokens. */
    long nanosUntil(Limit limit, long tokens) {
        EstimationProbe probe = bucket(limit).estimateAbilityToConsume(Math.min(tokens, limit.amount()));
        return probe.getNanosToWaitForRefill();
    }

    /** Enters a concurrency limit, or not. */
    boolean enter(Limit limit) {
        AtomicLong count = inFlight.computeIfAbsent(limit.id(), _ -> new AtomicLong());
        while (true) {
            long now = count.get();
            if (now >= limit.amount()) {
                return false;
            }
            if (count.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /** Leaves a concurrency limit. */
    void leave(Limit limit) {
        AtomicLong count = inFlight.get(limit.id());
        if (count != null) {
            count.updateAndGet(now -> Math.max(0, now - 1));
        }
    }

    /** Calls that are inside a concurrency limit, for tests and metrics. */
    public long inFlight(UUID limit) {
        AtomicLong count = inFlight.get(limit);
        return count == null ? 0 : count.get();
    }

    private Bucket bucket(Limit limit) {
        Meter meter = meters.get(limit.id());
        if (meter != null && meter.amount() == limit.amount()) {
            return meter.bucket();
        }
        return meters.compute(limit.id(), (_, current) -> {
            if (current != null && current.amount() == limit.amount()) {
                return current;
            }
            long capacity = Math.min(limit.amount(), HIGHEST);
            if (current == null) {
                return new Meter(limit.amount(), Bucket.builder()
                        .addLimit(bandwidth -> bandwidth.capacity(capacity).refillGreedy(capacity, WINDOW))
                        .withCustomTimePrecision(time).build());
            }
            current.bucket().replaceConfiguration(
                    BucketConfiguration.builder()
                            .addLimit(bandwidth -> bandwidth.capacity(capacity).refillGreedy(capacity, WINDOW)).build(),
                    TokensInheritanceStrategy.PROPORTIONALLY);
            return new Meter(limit.amount(), current.bucket());
        }).bucket();
    }
}
