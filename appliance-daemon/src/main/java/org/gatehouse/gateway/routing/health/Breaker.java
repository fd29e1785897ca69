package org.gatehouse.gateway.routing.health;

import java.time.Duration;
import java.util.function.DoubleSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.HealthTerms;

/**
 * Keeps calls from a target that fails, and finds out when it is well again. Closed it lets everything through; open
 * nothing until its cool-down is over; then, half open, a few probes, whose success closes it. A call that set out
 * before the last change of state says nothing about the new one. Thread-safe; all times are of one nanosecond clock.
 */
public final class Breaker {
    /** A provider that says "come back tomorrow" is asked sooner: it may have been mistaken, or paid. */
    private static final long LONGEST_ASKED_NANOS = Duration.ofMinutes(15).toNanos();
    /** A probe of which nothing was heard for so long is forgotten. */
    private static final long PROBE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final double JITTER = 0.2;
    /** Calls at once to an ill target for want of a well one. */
    private static final int MOST_RESORTS = 8;

    private final HealthTerms terms;
    private final DoubleSupplier random;
    private final SlidingWindow window;
    private volatile State state = State.CLOSED;
    private long generation;
    private int inARow;
    private int trips;
    private long changedAt;
    private long openUntil;
    private boolean forSilence;
    private int probing;
    private int probesGood;
    private int resorts;
    private long lastResortAt;
    private long lastProbeAt;

    /** Where a breaker stands. */
    public enum State {
        /** Calls pass. */
        CLOSED,
        /** None passes. */
        OPEN,
        /** A few pass, to see. */
        HALF_OPEN
    }

    /**
     * A call's leave to go.
     *
     * @param generation of the state in which it was given
     */
    public record Pass(long generation, Kind kind) {

        /** Why a call may go. */
        public enum Kind {
            /** The target is well. */
            USUAL,
            /** To find out whether it is well again. */
            PROBE,
            /** It is ill, and so are all others. */
            RESORT
        }
    }

    /** Takes its terms, and chance: numbers from 0 to below 1, safe for threads. */
    public Breaker(HealthTerms terms, DoubleSupplier random) {
        this.terms = terms;
        this.random = random;
        this.window = new SlidingWindow(terms.window());
    }

    /** Whether {@link #pass} would let a call through. */
    public boolean wouldPass(long now) {
        if (state == State.CLOSED) {
            return true;
        }
        synchronized (this) {
            return switch (state) {
                case CLOSED -> true;
                case OPEN -> now - openUntil >= 0;
                case HALF_OPEN -> probing < terms.probes() || now - lastProbeAt >= PROBE_NANOS;
            };
        }
    }

    /** Leave for one call; {@code null} when it must not go. Each pass is given back by exactly one of the four ends. */
    public synchronized @Nullable Pass pass(long now) {
        if (state == State.CLOSED) {
            return new Pass(generation, Pass.Kind.USUAL);
        }
        if (state == State.OPEN) {
            if (now - openUntil < 0) {
                return null;
            }
            become(State.HALF_OPEN, now);
        }
        if (probing > 0 && now - lastProbeAt >= PROBE_NANOS) {
            probing = 0;
        }
        if (probing >= terms.probes()) {
            return null;
        }
        return probe(now);
    }

    /**
     * Leave for one call to an ill target because there is no well one; {@code null} when enough such calls are out. How
     * it goes shortens the illness when it goes well, and lengthens nothing.
     */
    public synchronized @Nullable Pass lastResort(long now) {
        if (state == State.CLOSED) {
            return new Pass(generation, Pass.Kind.USUAL);
        }
        if (resorts > 0 && now - lastResortAt >= PROBE_NANOS) {
            resorts = 0;
        }
        if (resorts >= MOST_RESORTS) {
            return null;
        }
        resorts++;
        lastResortAt = now;
        return new Pass(generation, Pass.Kind.RESORT);
    }

    private Pass probe(long now) {
        probing++;
        lastProbeAt = now;
        return new Pass(generation, Pass.Kind.PROBE);
    }

    private void release(Pass pass) {
        switch (pass.kind()) {
            case USUAL -> {
            }
            case PROBE -> probing = Math.max(0, probing - 1);
            case RESORT -> resorts = Math.max(0, resorts - 1);
        }
    }

    /** The call was answered: well, or with an error that is not the target's. */
    public synchronized void answered(Pass pass, long now) {
        if (pass.generation() != generation) {
            return;
        }
        if (state == State.CLOSED) {
            inARow = 0;
            window.count(false, now);
        } else if (pass.kind() != Pass.Kind.USUAL) {
            release(pass);
            if (++probesGood >= terms.probesToClose()) {
                become(State.CLOSED, now);
            }
        }
    }

    /**
     * The target failed the call.
     *
     * @param retryAfter how long it asked to be left alone; {@code null} when it did not say
     */
    public synchronized void failed(Pass pass, @Nullable Duration retryAfter, long now) {
        if (pass.generation() != generation) {
            return;
        }
        if (state == State.CLOSED) {
            inARow++;
            window.count(true, now);
            if (inARow >= terms.failuresInARow()
                    || window.isBad(terms.leastCalls(), terms.failurePercent(), now)) {
                open(retryAfter, now);
            }
        } else if (pass.kind() == Pass.Kind.PROBE) {
            open(retryAfter, now);
        } else {
            release(pass);
            probesGood = 0;
        }
    }

    /** The call ended without saying anything of the target: its client left, or its key was at fault. */
    public synchronized void unused(Pass pass) {
        if (pass.generation() == generation) {
            release(pass);
        }
    }

    /** The target says nothing at all: opens at once, until it says something. */
    public synchronized void silent(long now) {
        if (state == State.CLOSED) {
            open(null, now);
            forSilence = true;
        }
    }

    /** A call that waited got a first byte: a breaker that was opened for silence was opened in error. */
    public void life(long now) {
        if (state != State.CLOSED) {
            synchronized (this) {
                if (forSilence) {
                    become(State.CLOSED, now);
                }
            }
        }
    }

    /** An active check went well: as good as a probe. */
    public synchronized void checkedWell(long now) {
        if (state == State.OPEN && now - openUntil >= 0) {
            become(State.HALF_OPEN, now);
        }
        if (state == State.HALF_OPEN && ++probesGood >= terms.probesToClose()) {
            become(State.CLOSED, now);
        }
    }

    /** An active check failed: counts as a call would. */
    public synchronized void checkedBadly(long now) {
        if (state == State.HALF_OPEN || state == State.OPEN && now - openUntil >= 0) {
            open(null, now);
        } else if (state == State.CLOSED) {
            failed(new Pass(generation, Pass.Kind.USUAL), null, now);
        }
    }

    /** Closes it, whatever it was: an admin says so. */
    public synchronized void reset(long now) {
        trips = 0;
        become(State.CLOSED, now);
    }

    private void open(@Nullable Duration retryAfter, long now) {
        boolean soon = trips > 0
                && (state != State.CLOSED || now - changedAt < terms.openAtMost().toNanos());
        trips = soon ? Math.min(trips + 1, 30) : 1;
        long longest = terms.openAtMost().toNanos();
        long first = terms.openFor().toNanos();
        long nanos = trips > 30 || first > longest >> (trips - 1) ? longest : first << (trips - 1);
        // Not below what was asked for, and not at the same moment as all others that were told the same.
        nanos += (long) (nanos * JITTER * random.getAsDouble());
        if (retryAfter != null) {
            long asked = Math.min(toNanos(retryAfter), LONGEST_ASKED_NANOS);
            nanos = Math.max(nanos, asked + (long) (asked * JITTER / 2 * random.getAsDouble()));
        }
        become(State.OPEN, now);
        openUntil = now + nanos;
    }

    private void become(State next, long now) {
        generation++;
        changedAt = now;
        inARow = 0;
        probing = 0;
        probesGood = 0;
        resorts = 0;
        forSilence = forSilence && next == State.HALF_OPEN;
        window.clear();
        state = next;
    }

    private static long toNanos(Duration duration) {
        return duration.isNegative() ? 0 : duration.getSeconds() > 100_000 ? Long.MAX_VALUE / 4 : duration.toNanos();
    }

    /** Where it stands. An open one whose cool-down is over is still open until a call comes. */
    public State state() {
        return state;
    }

    /** Nanoseconds until calls may pass again, 0 when they may. */
    public synchronized long nanosClosed(long now) {
        return switch (state) {
            case CLOSED -> 0;
            case OPEN -> Math.max(0, openUntil - now);
            case HALF_OPEN -> wouldPass(now) ? 0 : Math.max(0, PROBE_NANOS - (now - lastProbeAt));
        };
    }
}
