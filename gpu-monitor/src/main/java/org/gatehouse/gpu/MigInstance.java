package org.gatehouse.gpu;

import java.util.Objects;

/**
 * One GPU instance of a GPU that is cut into several (MIG).
 *
 * @param gpuInstanceId the driver's id of the instance on its GPU
 * @param profile such as {@code 3g.40gb}; empty when unknown
 * @param uuid {@code MIG-…}; empty when the source does not say (DCGM does not)
 * @param readings memory and activity of this instance alone
 */
public record MigInstance(int gpuInstanceId, String profile, String uuid, Readings readings) {

    /** Checks that nothing is null. */
    public MigInstance {
        Objects.requireNonNull(profile, "profile");
        Objects.requireNonNull(uuid, "uuid");
        Objects.requireNonNull(readings, "readings");
    }

    /**
     * The name of a profile as NVIDIA writes it, from what the driver says of an instance: memory is counted in eighths of the device,
     * rounded up, and told in whole GiB.
     *
     * @param slices compute slices of the instance
     * @param instanceMebibytes its memory
     * @param deviceMebibytes the memory of the whole device
     */
    public static String profileName(int slices, long instanceMebibytes, long deviceMebibytes) {
        if (slices <= 0 || instanceMebibytes <= 0 || deviceMebibytes <= 0) {
            return "";
        }
        double eighths = Math.ceil(instanceMebibytes * 8.0 / deviceMebibytes);
        long wholeGibibytes = (deviceMebibytes + 1023) / 1024;
        return slices + "g." + Math.round(eighths / 8 * wholeGibibytes) + "gb";
    }
}
