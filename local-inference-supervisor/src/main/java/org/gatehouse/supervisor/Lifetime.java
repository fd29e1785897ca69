package org.gatehouse.supervisor;

/** Whether an engine ends with the daemon that started it. */
public enum Lifetime {
    /** A closed supervisor ends it, and the next one ends what a killed daemon left of it. */
    WITH_DAEMON,
    /**
     * It goes on while the daemon restarts: a closed supervisor leaves it running, and the next one adopts it when the same
     * deployment is asked for again. Loading a model takes minutes, a daemon's restart a second.
     */
    OUTLIVES_DAEMON
}
