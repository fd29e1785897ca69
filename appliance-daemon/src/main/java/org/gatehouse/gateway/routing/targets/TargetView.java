package org.gatehouse.gateway.routing.targets;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.routing.health.Breaker;

/**
 * A target at one moment. Immutable.
 *
 * @param name of its last call; empty before the first
 * @param attempts calls sent there since the start of the box
 * @param served calls that were answered well
 * @param abandoned calls whose client left, or whose answer came too late to be needed
 * @param failures calls that failed, by cause; without those that are 0
 * @param breaker where its breaker stands
 * @param coolDown until calls may go there again; zero when they may
 * @param firstByteStreamed how soon a streamed answer begins: a peak mean that fades with time; zero when unknown
 * @param firstBytePlain how soon a plain answer comes, likewise
 * @param tokensPerSecond how fast answers come after their first byte; 0 when unknown
 * @param inFlight calls that are there
 * @param waiting of which so many have no first byte yet
 * @param load what its engine last said of itself; {@code null} when it did not, or long ago
 */
public record TargetView(UUID id, String name, long attempts, long served, long abandoned, Map<Cause, Long> failures,
        Breaker.State breaker, Duration coolDown, Duration firstByteStreamed, Duration firstBytePlain,
        double tokensPerSecond, int inFlight, int waiting, @Nullable LocalLoad load) {

    /** Copies the map. */
    public TargetView {
        failures = Map.copyOf(failures);
    }
}
