package org.gatehouse.gateway.queue;

import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * A call's place in the queue, then at the model. Whoever got it must {@linkplain #leave leave} it, whatever happened:
 * then the next call has its turn. Thread-safe.
 */
public final class Turn {
    private final FairQueue queue;
    final Department department;
    final boolean batch;
    final long expectedCost;
    final long enteredAt;
    final long deadline;
    final long number;
    /** Written under the queue's lock. */
    private volatile State state = State.WAITING;
    private @Nullable Runnable onDecided;
    long startedAt;

    /** How a turn stands. */
    public enum State {
        /** In the queue. */
        WAITING,
        /** At the model. */
        SERVED,
        /** The wait became too long. */
        EXPIRED,
        /** Left. */
        OVER
    }

    Turn(FairQueue queue, Department department, boolean batch, long expectedCost, long enteredAt, long deadline,
            long number) {
        this.queue = queue;
        this.department = department;
        this.batch = batch;
        this.expectedCost = expectedCost;
        this.enteredAt = enteredAt;
        this.deadline = deadline;
        this.number = number;
    }

    /** How it stands now. */
    public State state() {
        return state;
    }

    /** Runs an action once it no longer waits; at once, on this thread, when it does not now. One action at most. */
    public void onDecided(Runnable action) {
        synchronized (this) {
            onDecided = action;
        }
        if (state != State.WAITING) {
            tell();
        }
    }

    /**
     * Waits for the turn, no longer than its deadline.
     *
     * @return whether it came; when not, the turn need not be left
     */
    public boolean await() throws InterruptedException {
        Thread waiter = Thread.currentThread();
        onDecided(() -> LockSupport.unpark(waiter));
        while (state == State.WAITING) {
            long left = queue.nanosUntil(deadline);
            if (left <= 0) {
                expire();
                break;
            }
            LockSupport.parkNanos(this, left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        return state == State.SERVED;
    }

    /** Gives up waiting; without effect on a turn that came. */
    public void expire() {
        queue.expire(this);
    }

    /**
     * The call is over, or gave up waiting. Has an effect once.
     *
     * @param promptTokens that it used
     * @param outputTokens that it used
     */
    public void leave(long promptTokens, long outputTokens) {
        queue.leave(this, promptTokens, outputTokens, true);
    }

    /** As if it had never been: nothing was asked of the model. Has an effect once. */
    public void giveBack() {
        queue.leave(this, 0, 0, false);
    }

    /** Under the queue's lock. */
    boolean become(State from, State to) {
        if (state != from) {
            return false;
        }
        state = to;
        return true;
    }

    /** Outside of the queue's lock. */
    void tell() {
        Runnable action;
        synchronized (this) {
            action = onDecided;
            onDecided = null;
        }
        if (action != null) {
            action.run();
        }
    }
}
