package org.gatehouse.gateway.upstream;

import java.util.concurrent.atomic.AtomicBoolean;

/** A call's place at an instance, until it is closed; closing it again does nothing. Thread-safe. */
public final class Berth implements AutoCloseable {
    private final LocalEngines.Instance instance;
    private final Runnable giveBack;
    private final AtomicBoolean closed = new AtomicBoolean();

    Berth(LocalEngines.Instance instance, Runnable giveBack) {
        this.instance = instance;
        this.giveBack = giveBack;
    }

    /** Where it is. */
    public LocalEngines.Instance instance() {
        return instance;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            giveBack.run();
        }
    }
}
