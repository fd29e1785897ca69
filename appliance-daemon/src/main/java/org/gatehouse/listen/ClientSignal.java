package org.gatehouse.listen;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The departure of one client as a latch with listeners: set once, never reset. One per HTTP/1.1 connection and one per HTTP/2 stream.
 * Thread-safe; the lock guards the list of waiting actions only and is never held while one runs.
 */
final class ClientSignal implements ClientConnection {
    private static final System.Logger LOGGER = System.getLogger(ClientSignal.class.getName());

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Waiting> waiting = new ArrayList<>(2);
    private volatile boolean gone;

    /** A client of which nothing is known: it never leaves. */
    static ClientSignal unwatched() {
        return new ClientSignal();
    }

    @Override
    public boolean gone() {
        return gone;
    }

    @Override
    public Registration onGone(Runnable action) {
        Waiting registration = new Waiting(this, action);
        lock.lock();
        try {
            if (!gone) {
                waiting.add(registration);
                return registration;
            }
        } finally {
            lock.unlock();
        }
        start(List.of(registration));
        return registration;
    }

    /** Marks the client as gone and starts the waiting actions, each once, on one virtual thread; returns at once. Later calls do nothing. */
    void fire() {
        List<Waiting> due;
        lock.lock();
        try {
            if (gone) {
                return;
            }
            gone = true;
            due = List.copyOf(waiting);
            waiting.clear();
        } finally {
            lock.unlock();
        }
        start(due);
    }

    /** Drops what a finished call left registered, so that the next call on the connection starts clean. */
    void forgetCalls() {
        lock.lock();
        try {
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }

    private static void start(List<Waiting> due) {
        if (!due.isEmpty()) {
            Thread.ofVirtual().name("client-gone").start(() -> due.forEach(Waiting::run));
        }
    }

    private void remove(Waiting registration) {
        lock.lock();
        try {
            waiting.remove(registration);
        } finally {
            lock.unlock();
        }
    }

    /** One action; its own lock makes {@link #close()} wait for a run in progress. */
    private static final class Waiting implements Registration {
        private final ClientSignal signal;
        private final Runnable action;
        private final ReentrantLock running = new ReentrantLock();
        private boolean closed;

        Waiting(ClientSignal signal, Runnable action) {
            this.signal = signal;
            this.action = action;
        }

        void run() {
            running.lock();
            try {
                if (!closed) {
                    closed = true;
                    action.run();
                }
            } catch (RuntimeException | Error e) {
                LOGGER.log(System.Logger.Level.WARNING,
                        "The action for a client that left failed; the call goes on without it", e);
            } finally {
                running.unlock();
            }
        }

        @Override
        public void close() {
            signal.remove(this);
            running.lock();
            try {
                closed = true;
            } finally {
                running.unlock();
            }
        }
    }
}
