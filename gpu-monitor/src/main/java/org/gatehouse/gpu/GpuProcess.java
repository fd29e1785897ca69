package org.gatehouse.gpu;

import java.util.OptionalLong;

/**
 * A process that holds device memory.
 *
 * @param pid the process id as the driver's namespace sees it
 * @param bytes device memory it holds, or -1 when the driver does not say (inside containers, under MPS)
 * @param gpuInstanceId the MIG instance it runs in, or -1
 */
public record GpuProcess(long pid, long bytes, int gpuInstanceId) {

    /** Device memory it holds, in bytes, when the driver says. */
    public OptionalLong memoryBytes() {
        return bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
    }
}
