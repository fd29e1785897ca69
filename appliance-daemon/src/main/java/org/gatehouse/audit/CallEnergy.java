package org.gatehouse.audit;

import java.util.List;

/**
 * What GPUs took for a call, as far as it is shared out. Immutable.
 *
 * @param microWattHours energy, in millionths of a watt-hour
 * @param gpuMicros time of GPUs that were held for it, in microseconds of one GPU
 * @param costs what these two cost, one amount a currency; empty when no price says
 */
public record CallEnergy(long microWattHours, long gpuMicros, List<Cost> costs) {

    /** Copies the list. */
    public CallEnergy {
        costs = List.copyOf(costs);
    }
}
