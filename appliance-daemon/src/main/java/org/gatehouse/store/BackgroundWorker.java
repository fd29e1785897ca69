package org.gatehouse.store;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * A daemon thread of its own that works until it is told to stop. It shares a lock and a condition with its owner, who
 * guards with them what the work waits for. Thread-safe.
 */
public final class BackgroundWorker implements AutoCloseable {

    private final ReentrantLock lock;
    private final Condition wakeUp;
    private final Duration longestStop;
    private final Thread thread;
    // Guarded by the lock.
    private boolean stopping;

    /**
     * Not started yet.
     *
     * @param name of the thread
     * @param lock the owner's
     * @param wakeUp a condition of that lock; it is signalled when it is time to stop
     * @param longestStop how long {@link #close} waits for the work in hand
     * @param work ends soon after {@link #stopping} or a pause said so
     */
    public BackgroundWorker(String name, ReentrantLock lock, Condition wakeUp, Duration longestStop, Runnable work) {
        this.lock = lock;
        this.wakeUp = wakeUp;
        this.longestStop = longestStop;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(work);
    }

    /** Starts it; once. */
    public void start() {
        thread.start();
    }

    /** Whether it was told to stop. */
    public boolean stopping() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits on the worker's thread while there is nothing to do.
     *
     * @param idle asked with the lock held, at first and after each signal
     * @return false when it is time to stop, or the thread was interrupted
     */
    public boolean pauseWhile(BooleanSupplier idle) {
        return pauseWhile(idle, Duration.ofNanos(Long.MAX_VALUE));
    }

    /** The same for a time at most; true when that is over. */
    public boolean pauseWhile(BooleanSupplier idle, Duration longest) {
        lock.lock();
        try {
            long left = longest.toNanos();
            while (!stopping && left > 0 && idle.getAsBoolean()) {
                left = wakeUp.awaitNanos(left);
            }
            return !stopping;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Tells it to stop and waits for that, as long as it may take. Not for the worker's own thread. */
    @Override
    public void close() {
        lock.lock();
        try {
            stopping = true;
            wakeUp.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(longestStop);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
