package org.gatehouse.engines;

import java.util.Objects;

import org.gatehouse.supervisor.SupervisorSettings;
import org.gatehouse.supervisor.fleet.FleetSettings;

/**
 * How a box keeps engines. Immutable.
 *
 * @param processes where their processes' state and output lie, and how they are run
 * @param fleet which programs there are, and the bounds of all engines together
 * @param endWithDaemon whether an orderly stop of the daemon ends the engines; those of a killed one go on in any case where they
 *        outlive it
 */
public record EnginePlan(SupervisorSettings processes, FleetSettings fleet, boolean endWithDaemon) {

    /** Checks what must be there. */
    public EnginePlan {
        Objects.requireNonNull(processes, "processes");
        Objects.requireNonNull(fleet, "fleet");
    }
}
