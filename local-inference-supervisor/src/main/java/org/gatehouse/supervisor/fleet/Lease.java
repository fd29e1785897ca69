package org.gatehouse.supervisor.fleet;

import java.util.concurrent.atomic.AtomicBoolean;

import org.gatehouse.supervisor.Listen;

/** A place at a ready instance. While it is held the instance is neither put to sleep nor evicted. Thread-safe. */
public final class Lease implements AutoCloseable {
    private final String deployment;
    private final String instance;
    private final Listen listen;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();

    Lease(String deployment, String instance, Listen listen, Runnable release) {
        this.deployment = deployment;
        this.instance = instance;
        this.listen = listen;
        this.release = release;
    }

    /** The deployment's name. */
    public String deployment() {
        return deployment;
    }

    /** The instance's id. */
    public String instance() {
        return instance;
    }

    /** Where it answers. */
    public Listen listen() {
        return listen;
    }

    /** Gives the place back. Any call after the first does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            release.run();
        }
    }
}
