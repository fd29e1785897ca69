package org.gatehouse.daemon.demo;

import java.time.Clock;
import java.util.List;
import java.util.Optional;

import org.gatehouse.compute.GpuOwnership;
import org.gatehouse.compute.GpuPlan;
import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuProcess;

/** The demo's GPUs, which do not exist: one for each simulated engine. */
final class DemoGpus {
    private static final String NODE = "demo-box";
    private static final List<String> ENGINES = List.of("sim-small", "sim-large");

    private DemoGpus() {}

    static GpuPlan plan() {
        return GpuPlan.simulated(NODE, ENGINES.size(), new OneEngineEach(), Clock.systemUTC());
    }

    private static final class OneEngineEach implements GpuOwnership {
        @Override
        public Optional<String> ofProcess(String node, Gpu gpu, GpuProcess process) {
            return ofGpu(node, gpu);
        }

        @Override
        public Optional<String> ofGpu(String node, Gpu gpu) {
            return gpu.index() < ENGINES.size() ? Optional.of(ENGINES.get(gpu.index())) : Optional.empty();
        }
    }
}
