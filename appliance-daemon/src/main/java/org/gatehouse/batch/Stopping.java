package org.gatehouse.batch;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.gatehouse.gateway.exchange.ClientPresence;

/**
 * Why and how a batch stops. To its rows it is the client: when the batch is cancelled they see one that has left, and their calls
 * end within milliseconds, as any call's would. Thread-safe.
 */
final class Stopping implements ClientPresence {

    /** Why. */
    enum Why {
        NOT, CANCELLED, EXPIRED, CLOSING
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by the lock.
    private final Set<Watching> watching = new LinkedHashSet<>();
    private volatile boolean halted;
    private volatile Why why = Why.NOT;

    /** Begins nothing new; what runs may end. */
    void halt() {
        lock.lock();
        try {
            halted = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends what runs, too. The first reason counts. */
    void stop(Why reason) {
        List<Watching> told;
        lock.lock();
        try {
            if (why != Why.NOT) {
                return;
            }
            why = reason;
            halted = true;
            changed.signalAll();
            told = List.copyOf(watching);
            watching.clear();
        } finally {
            lock.unlock();
        }
        told.forEach(one -> Thread.ofVirtual().start(one.action));
    }

    /** Whether nothing new may begin. */
    boolean halted() {
        return halted;
    }

    /** Why it stops. */
    Why why() {
        return why;
    }

    /** Waits so long, or until nothing new may begin. */
    void pause(Duration longest) throws InterruptedException {
        lock.lock();
        try {
            long left = longest.toNanos();
            while (!halted && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean gone() {
        return why != Why.NOT;
    }

    @Override
    public Watch onGone(Runnable action) {
        Watching one = new Watching(action);
        lock.lock();
        try {
            if (why == Why.NOT) {
                watching.add(one);
                return () -> forget(one);
            }
        } finally {
            lock.unlock();
        }
        action.run();
        return () -> {};
    }

    private void forget(Watching one) {
        lock.lock();
        try {
            watching.remove(one);
        } finally {
            lock.unlock();
        }
    }

    /** Told apart by identity: the same action may watch twice. */
    private static final class Watching {
        private final Runnable action;

        private Watching(Runnable action) {
            this.action = action;
        }
    }
}
