package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.Objects;

/** When a deployment's model shall be in GPU memory. Immutable. */
public sealed interface LoadMode {

    /** Always: it gives way to nobody. */
    record Pinned() implements LoadMode {}

    /**
     * When somebody calls it; it gives way to others when nobody does.
     *
     * @param idle it is unloaded after so long without a call; positive
     */
    record OnDemand(Duration idle) implements LoadMode {
        /** Checks that there is a duration. */
        public OnDemand {
            Objects.requireNonNull(idle, "idle");
        }
    }
}
