package org.gatehouse.compute;

import java.util.List;
import java.util.Optional;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuProcess;

/** Owners of whole GPUs by their index; a GPU behind the last owner is nobody's. */
public final class TestOwners implements GpuOwnership {
    private final List<String> owners;

    private TestOwners(List<String> owners) {
        this.owners = owners;
    }

    public static GpuOwnership byIndex(String... owners) {
        return new TestOwners(List.of(owners));
    }

    @Override
    public Optional<String> ofProcess(String node, Gpu gpu, GpuProcess process) {
        return ofGpu(node, gpu);
    }

    @Override
    public Optional<String> ofGpu(String node, Gpu gpu) {
        return gpu.index() < owners.size() ? Optional.of(owners.get(gpu.index())) : Optional.empty();
    }
}
