package org.gatehouse.engines;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

import org.gatehouse.compute.GpuOwnership;
import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.supervisor.fleet.FleetView;

/**
 * Whose work runs on which GPU: deployments own what their engines' processes hold, and the GPUs that were promised to them alone. Made
 * before the engines are there; until then nobody owns anything. Thread-safe.
 */
public final class EngineOwners implements GpuOwnership {
    /** vLLM's workers are grandchildren of what was started, and a launcher may stand before it. */
    private static final int DEEPEST = 8;

    private volatile Known known = new Known(List::of, Map::of);

    /**
     * What is asked.
     *
     * @param deployments everything as it stands
     * @param roots the engines' first processes, with the deployments that they are of
     */
    private record Known(Supplier<List<FleetView.OfDeployment>> deployments, Supplier<Map<Long, String>> roots) {}

    /** From now on these are asked; both must answer from memory. */
    void follow(Supplier<List<FleetView.OfDeployment>> deployments, Supplier<Map<Long, String>> roots) {
        known = new Known(deployments, roots);
    }

    /** Whether a process belongs to an engine of this box. */
    boolean isOurs(long pid) {
        return ofPid(pid).isPresent();
    }

    private Optional<String> ofPid(long pid) {
        Map<Long, String> roots = known.roots().get();
        if (roots.isEmpty()) {
            return Optional.empty();
        }
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        for (int depth = 0; depth < DEEPEST && process.isPresent(); depth++) {
            String deployment = roots.get(process.get().pid());
            if (deployment != null) {
                return Optional.of(deployment);
            }
            process = process.get().parent();
        }
        return Optional.empty();
    }

    @Override
    public Optional<String> ofProcess(String node, Gpu gpu, GpuProcess process) {
        return ofPid(process.pid());
    }

    @Override
    public Optional<String> ofGpu(String node, Gpu gpu) {
        Set<String> holders = new HashSet<>();
        for (FleetView.OfDeployment deployment : known.deployments().get()) {
            boolean holds = deployment.replicas().stream().anyMatch(replica -> replica.memory().containsKey(gpu.uuid())
                    || gpu.instances().stream().anyMatch(part -> replica.memory().containsKey(part.uuid())));
            if (holds) {
                holders.add(deployment.wanted().name());
            }
        }
        // Of several nobody can tell whose it is.
        return holders.size() == 1 ? holders.stream().findFirst() : Optional.empty();
    }
}
