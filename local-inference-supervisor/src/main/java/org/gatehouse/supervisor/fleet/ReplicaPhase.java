package org.gatehouse.supervisor.fleet;

/** Where a replica stands. */
public enum ReplicaPhase {
    /** It has its GPU memory and waits until no other engine loads on these GPUs. */
    PLACED,
    /** Its model is looked over and its process is being started. */
    STARTING,
    /** The engine loads. */
    LOADING,
    /** It is asked for a real answer before it gets calls. */
    PROBING,
    /** Another engine, better or worse, is measured beside it before it gets calls. */
    ON_TRIAL,
    /** It gets calls. */
    READY,
    /** It is being put to sleep. */
    FALLING_ASLEEP,
    /** It lives without GPU memory. */
    ASLEEP,
    /** It takes its GPU memory again. */
    WAKING,
    /** It gets no more calls; those in flight may end. */
    DRAINING,
    /** Its process is being ended. */
    STOPPING,
    /** Its process is gone; its GPU memory is not yet seen to have come back. */
    RECLAIMING,
    /** It crashed and waits for its next start. */
    BACKING_OFF,
    /** It failed for good; somebody must look after it. */
    FAILED;

    /** Whether it serves or is on its way there. */
    boolean counts() {
        return switch (this) {
            case PLACED, STARTING, LOADING, PROBING, ON_TRIAL, READY, WAKING, BACKING_OFF -> true;
            case FALLING_ASLEEP, ASLEEP, DRAINING, STOPPING, RECLAIMING, FAILED -> false;
        };
    }
}
