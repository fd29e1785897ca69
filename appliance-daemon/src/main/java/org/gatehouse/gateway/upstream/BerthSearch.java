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
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.queue.Entry;
import org.gatehouse.gateway.queue.FairQueue;
import org.gatehouse.gateway.queue.Turn;
import org.gatehouse.gateway.upstream.LocalEngines.Standing;
import org.gatehouse.governance.snapshot.EngineTerms;

/**
 * One call's search for an engine of a deployment: takes its turn, chooses among those that serve, and where none does yet
 * waits for as long as the caller's policy lets it, or says how long to stay away. Confined to the call's thread, but for
 * {@link #hurry}. Whoever began one must {@linkplain #leave leave} it.
 */
public final class BerthSearch {
    /** Until a supervisor has noticed what a failed connect has shown. */
    private static final Duration NOTICED = Duration.ofSeconds(1);
    private static final LocalEngines.Watch NOBODY = () -> {};

    private final Berths berths;
    private final LocalEngines engines;
    private final Exchange exchange;
    private final String deployment;
    private final String model;
    private final LongSupplier nanoTime;
    private final Thread caller = Thread.currentThread();
    private final long begun;
    private final long mayWaitNanos;
    private final Set<String> tried = new HashSet<>();
    private @Nullable Turn turn;
    private boolean waited;
    private boolean watching;
    private boolean counted;
    private volatile boolean hurried;

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

    /** Whether the call had to wait before it got its place. */
    public boolean waited() {
        return waited;
    }

    /** Another target could serve the call sooner: a wait ends. From any thread. */
    public void hurry() {
        hurried = true;
        wake();
    }

    /**
     * The call is over here, whatever came of it: the next one has its turn. Has an effect once.
     *
     * @param promptTokens that it used
     * @param outputTokens that it used
     */
    public void leave(long promptTokens, long outputTokens) {
        Turn held = turn;
        turn = null;
        if (held != null) {
            if (promptTokens + outputTokens > 0) {
                held.leave(promptTokens, outputTokens);
            } else {
                held.giveBack();
            }
        }
    }

    /** What is clear at once; {@code null} when only waiting for an engine may help. */
    private @Nullable Found at(Standing standing) {
        return switch (standing) {
            case Standing.Ready ready -> {
                if (ready.instances().stream().allMatch(instance -> tried.contains(instance.name()))) {
                    yield null;
                }
                if (turn == null) {
                    Found none = inLine(ready);
                    if (none != null) {
                        yield none;
                    }
                    if (waited && engines.standing(deployment, model) instanceof Standing.Ready now) {
                        yield berth(now);
                    }
                }
                yield berth(ready);
            }
            case Standing.Refused refused -> refused(refused);
            case Standing.Loading _,Standing.Asleep _ -> null;
        };
    }

    private @Nullable Found berth(Standing.Ready ready) {
        Berth best = berths.takeLeastBusy(ready.instances(), tried);
        return best == null ? null : new Found.Place(best);
    }

    private Found refused(Standing.Refused refused) {
        return new Found.Nothing(Trouble.of(Cause.NOT_FOUND, Refusal.of(Reason.NO_HEALTHY_UPSTREAM,
                named() + refused.why() + ". Name another model, or ask the box's administrators.")));
    }

    /** Stands in line until it is the call's turn; what came of it instead, or {@code null} when it is. */
    private @Nullable Found inLine(Standing.Ready ready) {
        FairQueue queue = berths.queue(deployment, ready.terms());
        EngineTerms terms = exchange.key().engineTerms();
        Entry entry = queue.enter(exchange.key().departmentName(), terms.weight(), exchange.batch(),
                exchange.likelyPromptTokens(), likelyOutputTokens(), begun + mayWaitNanos);
        return switch (entry) {
            case Entry.TurnedAway(Entry.Why why, Duration retryAfter) -> new Found.Nothing(noRoom(switch (why) {
                case FULL -> "as many calls wait for it as may";
                case DEPARTMENT_FULL -> "as many calls of your department wait for it as may";
                case TOO_LATE -> "your call would not have its turn within the time that it may wait";
            }, retryAfter));
            case Entry.Admitted(Turn admitted) -> {
                turn = admitted;
                yield admitted.state() == Turn.State.SERVED ? null : stand(queue, admitted);
            }
        };
    }

    private @Nullable Found stand(FairQueue queue, Turn mine) {
        waited = true;
        endCount();
        exchange.way().waits();
        mine.onDecided(this::wake);
        try (LocalEngines.Watch _ = watching ? NOBODY : engines.onChange(deployment, model, this::wake);
                ClientPresence.Watch _ = exchange.presence().onGone(this::wake)) {
            while (true) {
                if (exchange.presence().gone()) {
                    return new Found.ClientLeft();
                }
                if (mine.state() == Turn.State.SERVED) {
                    exchange.way().goesOut();
                    return null;
                }
                long remaining = remaining();
                if (mine.state() != Turn.State.WAITING || remaining <= 0 || hurried) {
                    mine.expire();
                    if (mine.state() == Turn.State.SERVED) {
                        continue; // It came in the same moment.
                    }
                    return new Found.Nothing(noRoom("your call did not have its turn within the time that it may wait",
                            queue.retryAfter(exchange.key().departmentName(), exchange.batch())));
                }
                switch (engines.standing(deployment, model)) {
                    case Standing.Ready now -> queue.bounds(now.terms());
                    case Standing.Refused refused -> {
                        return refused(refused);
                    }
                    case Standing.Loading _,Standing.Asleep _ -> engines.wanted(deployment, model);
                }
                LockSupport.parkNanos(this, remaining);
            }
        } finally {
            if (mine.state() != Turn.State.SERVED) {
                leave(0, 0);
            }
        }
    }

    private long likelyOutputTokens() {
        ModelRequest.OutputCap cap = exchange.request().outputCap();
        return cap == null ? exchange.route().maxOutputTokens() : cap.tokens();
    }

    private Trouble noRoom(String why, Duration retryAfter) {
        return Trouble.noRoom(Refusal.retry(Reason.MODEL_BUSY, named() + "is busy: " + why
                + ". Try again later, or name another model.", retryAfter));
    }

    private Found await(Standing first) {
        // Whoever waits for an engine keeps no place from those that have one.
        leave(0, 0);
        engines.wanted(deployment, model);
        Duration left = left(first);
        // A caller that cannot be served within what it may wait is better told so now.
        if (left.toNanos() > remaining() || !count()) {
            return notYet(first);
        }
        watching = true;
        try (LocalEngines.Watch _ = engines.onChange(deployment, model, this::wake);
                ClientPresence.Watch _ = exchange.presence().onGone(this::wake)) {
            return standUntilReady();
        } finally {
            watching = false;
            endCount();
        }
    }

    private void wake() {
        LockSupport.unpark(caller);
    }

    /** One more waits for an engine; false when as many do as may. */
    private boolean count() {
        counted = counted || berths.waitForEngine(deployment);
        return counted;
    }

    private void endCount() {
        if (counted) {
            counted = false;
            berths.endWait(deployment);
        }
    }

    private Found standUntilReady() {
        while (true) {
            if (exchange.presence().gone()) {
                return new Found.ClientLeft();
            }
            Standing standing = engines.standing(deployment, model);
            Found found = at(standing);
            if (found != null) {
                return found;
            }
            leave(0, 0);
            long remaining = remaining();
            if (remaining <= 0 || hurried || !count()) {
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
