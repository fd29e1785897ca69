package org.gatehouse.supervisor.models;

import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** Tells the threads of an import to end. Thread-safe. */
final class StopSignal {
    /** Why. The first one counts, but a cancel outdoes a pause. */
    enum Reason {
        PAUSE, CLOSE, CANCEL
    }

    private final Set<Thread> threads = new HashSet<>();
    private @Nullable Reason reason;

    /** The calling thread takes part until {@link #leave}. */
    synchronized void join() {
        threads.add(Thread.currentThread());
        if (reason != null) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized void leave() {
        threads.remove(Thread.currentThread());
        // A signal that came too late must not hit what this thread does next.
        if (Thread.interrupted() && reason == null) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized void stop(Reason why) {
        if (reason == null || why == Reason.CANCEL) {
            reason = why;
        }
        threads.forEach(Thread::interrupt);
    }

    synchronized @Nullable Reason reason() {
        return reason;
    }

    /** Throws if the thread should end. */
    void check() throws InterruptedException {
        if (Thread.currentThread().isInterrupted() || reason() != null) {
            throw new InterruptedException();
        }
    }
}
