package org.gatehouse.gateway.routing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.routing.health.Breaker;
import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.gateway.routing.targets.TargetState;

/**
 * One try of a call at one target. Whoever got it tells how it went, and ends it once with {@link #served}, {@link #failed}
 * or {@link #abandoned}; a second end has no effect. The ends belong to the call's thread; {@link #firstByte} and
 * {@link #life} may be told from any one.
 */
public final class Attempt {
    /** How often signs of life are worth a lock. */
    private static final long LIFE_NANOS = 50_000_000;

    private final Attempts attempts;
    private final Candidate candidate;
    private final KeyPool.Key key;
    private final TargetState state;
    private final Breaker.Pass pass;
    private final boolean streamed;
    private final int number;
    private final long sentAt;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();
    private boolean waits;
    private volatile long firstByteAt;
    private volatile long lifeAt;

    Attempt(Attempts attempts, Candidate candidate, KeyPool.Key key, TargetState state, Breaker.Pass pass,
            boolean streamed, int number, long now) {
        this.attempts = attempts;
        this.candidate = candidate;
        this.key = key;
        this.state = state;
        this.pass = pass;
        this.streamed = streamed;
        this.number = number;
        this.sentAt = now;
        state.sent(candidate.name(), streamed, now);
    }

    /** The target. */
    public Candidate candidate() {
        return candidate;
    }

    /** The key to call it with. */
    public KeyPool.Key key() {
        return key;
    }

    /** 1 for a call's first. */
    public int number() {
        return number;
    }

    /** Whether it is to find out if the target is well again: better not wait for it long. */
    public boolean isProbe() {
        return pass.kind() != Breaker.Pass.Kind.USUAL;
    }

    /**
     * How long to wait for the first byte before going on to the next target; {@code null}: as long as the upstream's own
     * deadline allows, because nobody else could serve.
     */
    public @Nullable Duration firstByteWithin() {
        return attempts.firstByteWithin(this);
    }

    /**
     * Whether the call should give this up and go on, since the target has fallen silent and another one is well. To be
     * asked now and then while no byte has come; false once one has.
     */
    public boolean shouldMoveOn() {
        return !begun.get() && !over.get() && !state.isUsable(attempts.now())
                && state.breaker().state() != Breaker.State.CLOSED && !isProbe() && attempts.anotherIsUsable(this);
    }

    /** It waits for its turn before the target. On the call's thread. */
    public void waits() {
        if (!waits && !begun()) {
            waits = true;
            state.waits();
        }
    }

    /** Its turn came. On the call's thread. */
    public void goesOut() {
        if (waits) {
            waits = false;
            state.goesOut(attempts.now());
        }
    }

    /** The first byte of an answer came (not of an error). */
    public void firstByte() {
        if (begun.compareAndSet(false, true)) {
            long now = attempts.now();
            firstByteAt = now;
            lifeAt = now;
            state.firstByte(streamed, now - sentAt, now);
        }
    }

    /** Whether the first byte of an answer came, or the attempt is over. */
    public boolean begun() {
        return begun.get() || over.get();
    }

    /** More of the answer came. May be told for every chunk. */
    public void life() {
        long now = attempts.now();
        if (now - lifeAt > LIFE_NANOS) {
            lifeAt = now;
            state.life(now);
        }
    }

    /**
     * The answer is whole.
     *
     * @param outputTokens of it
     * @param costMicros what it cost, in millionths of the box's currency
     */
    public void served(long outputTokens, long costMicros) {
        if (over.compareAndSet(false, true)) {
            firstByte();
            long now = attempts.now();
            long answerNanos = streamed ? now - firstByteAt : 0;
            state.served(pass, answerNanos > 0 ? outputTokens * 1e9 / answerNanos : 0, now);
            attempts.served(this, firstByteAt - sentAt, outputTokens, answerNanos, costMicros, now);
        }
    }

    /**
     * The target, or its provider, did not do it. Then {@link Attempts#next} says what to do.
     *
     * @param retryAfter how long it asked to be left alone; {@code null} when it did not say
     */
    public void failed(Cause cause, @Nullable Duration retryAfter) {
        if (over.compareAndSet(false, true)) {
            long now = attempts.now();
            overWithoutByte(cause != Cause.TIMEOUT, now);
            state.failed(pass, cause, retryAfter, now);
            attempts.failed(this, cause, retryAfter, now);
        }
    }

    /** Its client left, or its answer is no longer needed: says nothing of the target. */
    public void abandoned() {
        if (over.compareAndSet(false, true)) {
            long now = attempts.now();
            overWithoutByte(false, now);
            state.abandoned(pass);
            attempts.abandoned();
        }
    }

    /** There was no room before the target: it was not asked. Then {@link Attempts#next} says what to do. */
    public void turnedAway() {
        if (over.compareAndSet(false, true)) {
            overWithoutByte(false, attempts.now());
            state.turnedAway(pass);
            attempts.turnedAway(this);
        }
    }

    private void overWithoutByte(boolean answeredByTarget, long now) {
        if (begun.compareAndSet(false, true)) {
            if (waits) {
                state.goesOut(now);
            }
            state.overWithoutByte(streamed, answeredByTarget && !waits, now);
        }
    }

    /** Nanoseconds since it was sent. */
    long age(long now) {
        return now - sentAt;
    }
}
