package org.gatehouse.gpu.energy;

import java.util.Optional;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuProcess;

/** Says to whom work on a GPU belongs, such as the model that an engine serves. Must be quick; called at each snapshot. */
public interface GpuOwners {

    /** The owner of a process; empty for a foreign one. */
    Optional<String> ofProcess(String node, Gpu gpu, GpuProcess process);

    /** The owner of a whole GPU, asked when its processes cannot be seen or none of them is known. */
    Optional<String> ofGpu(String node, Gpu gpu);
}
