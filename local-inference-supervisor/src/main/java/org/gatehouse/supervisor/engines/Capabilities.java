package org.gatehouse.supervisor.engines;

import java.util.Set;

/**
 * What an engine can do beyond answering. Immutable.
 *
 * @param unixSocket whether it can answer on a Unix socket
 * @param adapters when LoRA adapters can be loaded
 * @param sleepLevels in how many ways it can give memory back without ending: 1 keeps weights in the box's memory, 2 drops them
 * @param priorities whether calls may carry priorities
 * @param answersWhileLoading whether it answers with 503 before it is ready; otherwise connections are refused
 * @param loadsOnDemand whether it answers health checks before the model is loaded, so that only a real call shows readiness
 * @param keyByEnvironment whether its key can be given by environment instead of on the command line, which everybody can read
 */
public record Capabilities(boolean unixSocket, AdapterLoading adapters, Set<Integer> sleepLevels, boolean priorities,
        boolean answersWhileLoading, boolean loadsOnDemand, boolean keyByEnvironment) {

    /** When LoRA adapters can be loaded. */
    public enum AdapterLoading {
        /** Never. */
        NONE,
        /** With the model. */
        AT_START,
        /** At any time. */
        AT_RUN_TIME
    }

    /** Copies the set. */
    public Capabilities {
        sleepLevels = Set.copyOf(sleepLevels);
    }
}
