package org.gatehouse.compute;

import java.util.Optional;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.energy.GpuOwners;

/**
 * Who works on which GPU. An owner is the name of a local upstream, under which the gateway records its calls. Must be quick and
 * thread-safe: asked at each snapshot and each scrape.
 */
public interface GpuOwnership extends GpuOwners {

    /** Asks this one first and then another. */
    default GpuOwnership orElse(GpuOwnership other) {
        GpuOwnership first = this;
        return new GpuOwnership() {
            @Override
            public Optional<String> ofProcess(String node, Gpu gpu, GpuProcess process) {
                return first.ofProcess(node, gpu, process).or(() -> other.ofProcess(node, gpu, process));
            }

            @Override
            public Optional<String> ofGpu(String node, Gpu gpu) {
                return first.ofGpu(node, gpu).or(() -> other.ofGpu(node, gpu));
            }
        };
    }

    /** Nobody owns anything: a box without local engines. */
    static GpuOwnership none() {
        return new GpuOwnership() {
            @Override
            public Optional<String> ofProcess(String node, Gpu gpu, GpuProcess process) {
                return Optional.empty();
            }

            @Override
            public Optional<String> ofGpu(String node, Gpu gpu) {
                return Optional.empty();
            }
        };
    }
}
