package org.gatehouse.supervisor.fleet;

import java.time.Duration;

/** What the gateway asks for. Thread-safe; called for every call to a local model. */
public interface Demand {

    /**
     * A place at a ready instance of this model, loading it if need be. The fewest calls decide among replicas, equal ones by their
     * ids. A model that is loaded already is had without waiting and without any lock.
     *
     * @param publicName a deployment's or an adapter's
     * @param wait how long this call may wait for the model to be loaded; zero to learn at once how it stands
     * @return a lease, which must be closed when the call has ended, or why there is none
     * @throws InterruptedException if interrupted while waiting
     */
    Admission acquire(String publicName, Duration wait) throws InterruptedException;

    /** The way to this model now; never waits, takes no lock. */
    Way way(String publicName);

    /** Somebody calls this model: what sleeps is woken, what is unloaded is loaded. */
    void want(String publicName);

    /**
     * Somebody waits for this model, which counts as a call for as long as the watch is open.
     *
     * @param action run whenever something may have changed, on the fleet's thread: must return at once
     */
    Way.Watch watch(String publicName, Runnable action);
}
