package org.gatehouse.gpu;

import java.util.Objects;

/**
 * Which GPU it is. Text that the source could not read is empty, a number -1.
 *
 * @param index the driver's index, from 0; may move when the machine is booted again
 * @param uuid the vendor's stable identity, such as {@code GPU-5c4f…}; the key under which everybody remembers a GPU
 * @param pciBusId {@code 00000000:19:00.0}, domain in eight digits as NVML and DCGM write it
 * @param name the product name
 * @param minor the number of {@code /dev/nvidiaN}
 * @param serial the board's serial number
 * @param driverVersion the driver's version
 * @param computeCapability such as {@code 9.0}
 * @param numaNode the memory node next to the GPU
 */
public record GpuIdentity(int index, String uuid, String pciBusId, String name, int minor, String serial,
        String driverVersion, String computeCapability, int numaNode) {

    /** Checks that nothing is null and the key is there. */
    public GpuIdentity {
        Objects.requireNonNull(pciBusId, "pciBusId");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(serial, "serial");
        Objects.requireNonNull(driverVersion, "driverVersion");
        Objects.requireNonNull(computeCapability, "computeCapability");
        if (uuid.isEmpty() || index < 0) {
            throw new IllegalArgumentException(
                    "A GPU needs a uuid and an index from 0, not \"" + uuid + "\" and " + index);
        }
    }

    /** An identity of which only the essentials are known. */
    public static GpuIdentity of(int index, String uuid, String name) {
        return new GpuIdentity(index, uuid, "", name, -1, "", "", "", -1);
    }

    /** The same GPU next to another memory node. */
    public GpuIdentity onNumaNode(int node) {
        return new GpuIdentity(index, uuid, pciBusId, name, minor, serial, driverVersion, computeCapability, node);
    }
}
