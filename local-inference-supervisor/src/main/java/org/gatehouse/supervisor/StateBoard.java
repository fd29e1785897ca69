package org.gatehouse.supervisor;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Where one instance's actor shows how the instance stands, and others read it or wait for it. Shown by one thread. */
final class StateBoard {
    private final StateListener listener;
    private final Object changes = new Object();
    private volatile Instance shown;
    /** What the listener knows too. Guarded by {@code changes}. */
    private Instance announced;

    StateBoard(Instance first, StateListener listener) {
        this.shown = first;
        this.announced = first;
        this.listener = listener;
    }

    Instance now() {
        return shown;
    }

    /** Whoever waits is woken after the listener has returned, so that a route exists when a wait for readiness ends. */
    void show(Instance next, EngineState before) {
        shown = next;
        listener.changed(next, before);
        synchronized (changes) {
            announced = next;
            changes.notifyAll();
        }
    }

    /** Shows the same state with newer figures, which nobody waits for and no listener is told of. */
    void refresh(Instance next) {
        synchronized (changes) {
            shown = next;
            announced = next;
        }
    }

    /** Waits until it serves or rests, or the time is over. */
    Instance awaitReady(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        synchronized (changes) {
            while (!(announced.state().serves() || announced.state().resting())) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                TimeUnit.NANOSECONDS.timedWait(changes, left);
            }
            return announced;
        }
    }
}
