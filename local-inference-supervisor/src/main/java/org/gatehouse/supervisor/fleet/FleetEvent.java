package org.gatehouse.supervisor.fleet;

import java.time.Instant;
import java.util.Objects;

/**
 * Something that happened to a deployment, an instance or a GPU. Immutable.
 *
 * @param at when
 * @param kind what, for programs
 * @param deployment whose; empty if it is about a GPU alone
 * @param instance which one; empty if it is about none
 * @param gpu which one; empty if it is about none
 * @param reason why, in words; never a secret
 */
public record FleetEvent(Instant at, Kind kind, String deployment, String instance, String gpu, String reason) {

    /** What can happen. */
    public enum Kind {
        /** The desired state changed. */
        APPLIED,
        /** The deployment shall be no more. */
        REMOVED,
        /** It shall run and there is no room for it. */
        WAITING_FOR_ROOM,
        /** GPU memory was promised to a replica. */
        PLACED,
        /** A process was started. */
        STARTED,
        /** An instance serves. */
        READY,
        /** An instance ended unasked; it is tried again. */
        CRASHED,
        /** An instance failed for good. */
        FAILED,
        /** An earlier failure is tried to be got round by a changed command. */
        REMEDIED,
        /** An instance of an earlier daemon was taken over. */
        ADOPTED,
        /** An instance takes no more calls and will be stopped. */
        DRAINING,
        /** Nothing is left of an instance. */
        STOPPED,
        /** An instance gave its GPU memory back and lives on. */
        ASLEEP,
        /** A sleeping instance serves again. */
        AWAKE,
        /** A sleeping or waking instance did not obey. */
        SLEEP_FAILED,
        /** An instance gives way to another deployment. */
        EVICTED,
        /** Nobody called it for long. */
        IDLE,
        /** An adapter can be called. */
        ADAPTER_LOADED,
        /** An adapter can be called no more. */
        ADAPTER_UNLOADED,
        /** An adapter could not be loaded or unloaded. */
        ADAPTER_FAILED,
        /** A changed deployment is being tried out. */
        ROLLOUT_BEGUN,
        /** A changed deployment has replaced the earlier one. */
        ROLLOUT_DONE,
        /** A changed deployment was worse or did not start; the earlier one serves. */
        ROLLED_BACK,
        /** A GPU's memory did not come back; nothing is started there. */
        GPU_QUARANTINED,
        /** It came back. */
        GPU_RELEASED
    }

    /** Checks that everything is there. */
    public FleetEvent {
        Objects.requireNonNull(at, "at");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(deployment, "deployment");
        Objects.requireNonNull(instance, "instance");
        Objects.requireNonNull(gpu, "gpu");
        Objects.requireNonNull(reason, "reason");
    }
}
