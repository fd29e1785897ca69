package org.gatehouse.gateway.upstream;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.exchange.ClientPresence;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.upstream.LocalEngines.Standing;

/**
 * One call's search for an engine of a deployment: chooses among those that serve, and where none does yet waits for as
 * long as the caller's policy lets it, or says how long to stay away. Confined to the call's thread.
 */
public final class BerthSearch {
    /** Until a supervisor has noticed what a failed connect has shown. */
    private static final Duration NOTICED = Duration.ofSeconds(1);

    private final Berths berths;
    private final LocalEngines engines;
    private final Exchange exchange;
    private final String deployment;
    private final String model;
    private final LongSupplier nanoTime;
    private final long begun;
    private final long mayWaitNanos;
    private final Set<String> tried = new HashSet<>();

    BerthSearch(Berths berths, LocalEngines engines, Exchange exchange, String deployment, LongSupplier nanoTime) {
        this.berths = berths;
        this.engines = engines;
        this.exchange = exchange;
        this.deployment = deployment;
        this.model = exchange.target().upstreamModel();
        this.nanoTime = nanoTime;
        this.begun = nanoTime.getAsLong();
        Duration total = exchange.target().upstream().timeouts().total();
        Duration allowed = exchange.key().engineTerms().longestWait();
        this.mayWaitNanos = (allowed.compareTo(total) < 0 ? allowed : total).toNanos();
    }

    /** What {@link #next} found. */
    public sealed interface Found {

        /** A place at an engine, to be closed. */
        record Place(Berth berth) implements Found {}

        /** None, and what to tell the caller. */
        record Nothing(Trouble trouble) implements Found {}

        /** The client left while it waited. */
        record ClientLeft() implements Found {}
    }

    /** The next place to try; never an instance that was {@linkplain #unreachable given up}. */
    public Found next() {
        Standing standing = engines.standing(deployment, model);
        Found found = at(standing);
        return found == null ? await(standing) : found;
    }

    /** Gives up a place to whose instance no connection came about, before anything was sent. */
    public void unreachable(Berth berth) {
        berth.close();
        tried.add(berth.instance().name());
        engines.unreachable(deployment, berth.instance().name());
    }

    /** What is clear at once; {@code null} when only waiting may help. */
    private @Nullable Found at(Standing standing) {
        return switch (standing) {
            case Standing.Ready ready -> {
                Berth best = berths.takeLeastBusy(ready.instances(), tried);
                yield best == null ? null : new Found.Place(best);
            }
            case Standing.Refused refused ->
                new Found.Nothing(Trouble.of(Cause.NOT_FOUND, Refusal.of(Reason.NO_HEALTHY_UPSTREAM,
                        named() + refused.why() + ". Name another model, or ask the box's administrators.")));
            case Standing.Loading _,Standing.Asleep _ -> null;
        };
    }

    private Found await(Standing first) {
        engines.wanted(deployment, model);
        Duration left = left(first);
        // A caller that cannot be served within what it may wait is better told so now.
        if (left.toNanos() > remaining() || !berths.queue(deployment)) {
            return notYet(first);
        }
        Thread caller = Thread.currentThread();
        try (LocalEngines.Watch _ = engines.onChange(deployment, model, () -> LockSupport.unpark(caller));
                ClientPresence.Watch _ = exchange.presence().onGone(() -> LockSupport.unpark(caller))) {
            return stand();
        } finally {
            berths.leaveQueue(deployment);
        }
    }

    private Found stand() {
        while (true) {
            if (exchange.presence().gone()) {
                return new Found.ClientLeft();
            }
            Standing standing = engines.standing(deployment, model);
            Found found = at(standing);
            if (found != null) {
                return found;
            }
            long remaining = remaining();
            if (remaining <= 0) {
                return notYet(standing);
            }
            LockSupport.parkNanos(this, remaining);
        }
    }

    private long remaining() {
        return mayWaitNanos - (nanoTime.getAsLong() - begun);
    }

    private Found notYet(Standing standing) {
        String what = switch (standing) {
            case Standing.Loading _ -> "is loading";
            case Standing.Asleep _ -> "is waking up";
            case Standing.Ready _ -> "cannot be reached at the moment";
            case Standing.Refused refused -> refused.why();
        };
        return new Found.Nothing(Trouble.of(Cause.OVERLOADED,
                Refusal.retry(Reason.NO_HEALTHY_UPSTREAM, named() + what + ". Try again later.",
                        left(standing))));
    }

    private static Duration left(Standing standing) {
        return switch (standing) {
            case Standing.Loading loading -> loading.left();
            case Standing.Asleep asleep -> asleep.left();
            case Standing.Ready _,Standing.Refused _ -> NOTICED;
        };
    }

    private String named() {
        return "The model '" + exchange.route().name() + "' ";
    }
}
