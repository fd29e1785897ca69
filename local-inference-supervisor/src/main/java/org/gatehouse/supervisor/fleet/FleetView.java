package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.Listen;

/**
 * Everything as it was at one moment. Immutable.
 *
 * @param at when
 * @param deployments by name
 * @param gpus by node and number
 */
public record FleetView(Instant at, List<OfDeployment> deployments, List<OfGpu> gpus) {
    /** Copies the lists. */
    public FleetView {
        deployments = List.copyOf(deployments);
        gpus = List.copyOf(gpus);
    }

    /**
     * One deployment.
     *
     * @param wanted what shall be
     * @param standing in one word
     * @param desired replicas that shall be in GPU memory now
     * @param ready replicas that serve
     * @param reason why it is not as it shall be; empty if it is
     * @param retryAfter when a caller would be told to come back; {@code null} if it serves
     * @param waiting callers that wait for it
     * @param replicas by id
     */
    public record OfDeployment(ModelDeployment wanted, Standing standing, int desired, int ready, String reason,
            @Nullable Duration retryAfter, int waiting, List<OfReplica> replicas) {
        /** Copies the list. */
        public OfDeployment {
            replicas = List.copyOf(replicas);
        }
    }

    /** How a deployment stands. */
    public enum Standing {
        /** As it shall be. */
        SERVING,
        /** Some replicas serve, others do not yet. */
        PARTIAL,
        /** Replicas are on their way. */
        LOADING,
        /** There is no room for it. */
        WAITING,
        /** Nobody calls it: unloaded or asleep, on purpose. */
        IDLE,
        /** It has no replicas on purpose. */
        SWITCHED_OFF,
        /** Somebody must look after it. */
        FAILED,
        /** It will be gone. */
        REMOVING
    }

    /**
     * One replica.
     *
     * @param id the instance's id
     * @param phase where it stands
     * @param since since when
     * @param stage what a loading engine says it does, such as {@code weights}; empty otherwise
     * @param percent of the whole load, 0 to 100
     * @param memory promised bytes by GPU identity
     * @param contextTokens the context that it was planned for
     * @param listen where it answers
     * @param calls calls in flight through leases
     * @param running sequences being computed, as the engine says; {@code null} if unknown
     * @param waiting sequences waiting in the engine; {@code null} if unknown
     * @param kvUsage share of its KV cache in use, 0 to 1; {@code null} if unknown
     * @param adapters names of the loaded adapters
     * @param restarts starts after crashes since it last was well for long
     * @param lastCause why it crashed or failed the last time, with advice; empty if never
     * @param explanation why it was placed so
     */
    public record OfReplica(String id, ReplicaPhase phase, Instant since, String stage, int percent,
            Map<String, Long> memory, int contextTokens, Listen listen, int calls, @Nullable Double running,
            @Nullable Double waiting, @Nullable Double kvUsage, List<String> adapters, int restarts, String lastCause,
            List<String> explanation) {
        /** Copies the collections. */
        public OfReplica {
            memory = Map.copyOf(memory);
            adapters = List.copyOf(adapters);
            explanation = List.copyOf(explanation);
        }
    }

    /**
     * One GPU.
     *
     * @param id its identity
     * @param totalBytes its memory
     * @param usedBytes in use by anybody
     * @param foreignBytes in use by strangers
     * @param promisedBytes promised to replicas
     * @param holders instances that were promised memory there
     * @param loading the instance that loads there now; empty if none
     * @param closed why nothing is started there; empty if something may be
     */
    public record OfGpu(String id, long totalBytes, long usedBytes, long foreignBytes, long promisedBytes,
            List<String> holders, String loading, String closed) {
        /** Copies the list. */
        public OfGpu {
            holders = List.copyOf(holders);
        }
    }
}
