package org.gatehouse.supervisor.planning;

import java.util.List;
import java.util.Objects;

/**
 * Where one replica goes. Immutable.
 *
 * @param replica its number, from 0
 * @param shape how it is divided
 * @param gpus in the order of ranks: the tensor-parallel group of the first pipeline stage, then that of the next; ranks of one box
 *        stand together
 * @param memory what it is expected to take on each of them
 * @param utilisationPermille the share of a GPU to tell the engine, in thousandths; 0 for engines that take no pool
 * @param kvCacheFixed whether the engine must be told the size of its KV cache in bytes, because a share does not say it: GPUs of
 *        different sizes, or a MIG instance
 */
public record Placement(int replica, Shape shape, List<GpuCapacity> gpus, DeviceMemory memory, int utilisationPermille,
        boolean kvCacheFixed) {

    /** Copies the list and checks that there is a GPU for each rank. */
    public Placement {
        Objects.requireNonNull(memory, "memory");
        gpus = List.copyOf(gpus);
        if (gpus.size() != shape.devices()) {
            throw new IllegalArgumentException("a replica of " + shape + " needs " + shape.devices() + " GPUs");
        }
    }

    /** Memory to promise to the replica on each of its GPUs, in bytes. */
    public long reservedBytes() {
        return memory.total();
    }

    /** The boxes that it lies on, in the order of ranks. */
    public List<String> nodes() {
        return gpus.stream().map(GpuCapacity::node).distinct().toList();
    }

    /** Its GPUs of one box, in the order of ranks. */
    public List<GpuCapacity> gpusOf(String node) {
        return gpus.stream().filter(gpu -> gpu.node().equals(node)).toList();
    }
}
