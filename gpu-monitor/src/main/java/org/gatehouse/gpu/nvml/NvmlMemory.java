package org.gatehouse.gpu.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.Readings;

import static org.gatehouse.gpu.nvml.NvmlAbi.OK;

/** How much memory a device or a MIG instance has, and has left. */
final class NvmlMemory {
    private NvmlMemory() {}

    /** Reads it with the newest function that the driver has; answers NVML's return code. */
    static int read(NvmlSession session, Pointer handle, Readings.Builder into) {
        Memory scratch = session.scratch();
        scratch.setInt(0, NvmlAbi.MemoryInfo2.VERSION);
        int outcome = session.call("nvmlDeviceGetMemoryInfo_v2", handle, scratch);
        if (outcome == OK) {
            into.put(GpuMetric.MEMORY_TOTAL, scratch.getLong(NvmlAbi.MemoryInfo2.TOTAL) >> 20)
                    .put(GpuMetric.MEMORY_FREE, scratch.getLong(NvmlAbi.MemoryInfo2.FREE) >> 20)
                    .put(GpuMetric.MEMORY_USED, scratch.getLong(NvmlAbi.MemoryInfo2.USED) >> 20)
                    .put(GpuMetric.MEMORY_RESERVED, scratch.getLong(NvmlAbi.MemoryInfo2.RESERVED) >> 20);
            return OK;
        }
        if (outcome != NvmlAbi.FUNCTION_NOT_FOUND && outcome != NvmlAbi.ARGUMENT_VERSION_MISMATCH
                && outcome != NvmlAbi.NOT_SUPPORTED) {
            return outcome;
        }
        int older = session.call("nvmlDeviceGetMemoryInfo", handle, scratch);
        if (older == OK) {
            into.put(GpuMetric.MEMORY_TOTAL, scratch.getLong(NvmlAbi.MemoryInfo.TOTAL) >> 20)
                    .put(GpuMetric.MEMORY_FREE, scratch.getLong(NvmlAbi.MemoryInfo.FREE) >> 20)
                    .put(GpuMetric.MEMORY_USED, scratch.getLong(NvmlAbi.MemoryInfo.USED) >> 20);
        }
        return older;
    }
}
