package org.gatehouse.gateway.routing.queue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * A call's place in the queue, then at the model. Whoever got it must {@linkplain #leave leave} it, whatever happened:
 * then the next call has its turn. Thread-safe.
 */
public final class Turn {
    private final FairQueue queue;
    final FairQueue.Department department;
    final boolean batch;
    final long expectedCost;
    final long deadline;
    final long number;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final CountDownLatch decided = new CountDownLatch(1);
    private volatile @Nullable Runnable onDecided;
    volatile long startedAt;

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

    Turn(FairQueue queue, FairQueue.Department department, boolean batch, long expectedCost, long deadline,
            long number) {
        this.queue = queue;
        this.department = department;
        this.batch = batch;
        this.expectedCost = expectedCost;
        this.deadline = deadline;
        this.number = number;
    }

    /** How it stands now. */
    public State state() {
        return state.get();
    }

    /** Runs an action once it no longer waits; at once, on this thread, when it does not now. One action at most. */
    public void onDecided(Runnable action) {
        onDecided = action;
        if (state.get() != State.WAITING) {
            runAction();
        }
    }

    /**
     * Waits for the turn, no longer than its deadline.
     *
     * @return whether it came; when not, the turn need not be left
     */
    public boolean await() throws InterruptedException {
        long left = queue.nanosUntil(deadline);
        if (!decided.await(Math.max(0, left), TimeUnit.NANOSECONDS) && state.get() == State.WAITING) {
            queue.expire(this);
        }
        return state.get() == State.SERVED;
    }

    /**
     * The call is over, or gave up waiting. Has an effect once.
     *
     * @param promptTokens that it used
     * @param outputTokens that it used
     */
    public void leave(long promptTokens, long outputTokens) {
        queue.leave(this, promptTokens, outputTokens);
    }

    /** Under the queue's lock. */
    boolean become(State from, State to) {
        return state.compareAndSet(from, to);
    }

    /** Outside of the queue's lock. */
    void tell() {
        decided.countDown();
        runAction();
    }

    private synchronized void runAction() {
        Runnable action = onDecided;
        onDecided = null;
        if (action != null) {
            action.run();
        }
    }
}
