package org.gatehouse.gpu.nvml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.sun.jna.Memory;

import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.nvml.NvmlDevices.Device;

import static org.gatehouse.gpu.nvml.NvmlAbi.OK;

/** The processes that hold memory of GPUs. For one thread at a time. */
final class NvmlProcesses implements AutoCloseable {
    private static final List<String> FUNCTIONS = List.of("nvmlDeviceGetComputeRunningProcesses_v3",
            "nvmlDeviceGetGraphicsRunningProcesses_v3", "nvmlDeviceGetMPSComputeRunningProcesses_v3");
    private static final int FIRST_SIZE = 64;
    private static final int MOST = 4096;

    private final NvmlSession session;
    private Memory buffer = NvmlSession.cleared((long) FIRST_SIZE * NvmlAbi.ProcessInfo.SIZE);
    private int capacity = FIRST_SIZE;

    NvmlProcesses(NvmlSession session) {
        this.session = session;
    }

    /** How it ended. */
    sealed interface Listing {
        record Listed(List<GpuProcess> processes) implements Listing {}

        record Unknown() implements Listing {}
    }

    private record Place(long pid, int gpuInstance) {}

    /** The processes of one GPU, each once for each of its instances, also if it does both compute and graphics. */
    Listing of(Device device) {
        Map<Place, GpuProcess> found = new LinkedHashMap<>();
        boolean known = false;
        for (String function : FUNCTIONS) {
            int count = list(function, device);
            known |= count >= 0;
            for (int i = 0; i < count; i++) {
                long at = (long) i * NvmlAbi.ProcessInfo.SIZE;
                long pid = buffer.getInt(at + NvmlAbi.ProcessInfo.PID) & 0xffffffffL;
                // Under MPS, in other containers and for other users the driver says -1: not available.
                long bytes = buffer.getLong(at + NvmlAbi.ProcessInfo.MEMORY);
                int instance = buffer.getInt(at + NvmlAbi.ProcessInfo.GPU_INSTANCE);
                found.merge(new Place(pid, instance), new GpuProcess(pid, bytes < 0 ? -1 : bytes, instance),
                        (one, other) -> one.bytes() >= other.bytes() ? one : other);
            }
        }
        return known ? new Listing.Listed(new ArrayList<>(found.values())) : new Listing.Unknown();
    }

    @Override
    public void close() {
        buffer.close();
    }

    /** How many processes are in the buffer now, or -1. The buffer is never null: NVML's own injection library crashes on that. */
    private int list(String function, Device device) {
        Memory scratch = session.scratch();
        for (int attempt = 0; attempt < 4; attempt++) {
            scratch.setInt(0, capacity);
            int outcome = session.call(function, device.handle(), scratch, buffer);
            if (outcome == OK) {
                return Math.clamp(scratch.getInt(0), 0, capacity);
            }
            if (outcome != NvmlAbi.INSUFFICIENT_SIZE || capacity >= MOST) {
                return -1;
            }
            capacity = Math.min(MOST, Math.max(capacity * 2, scratch.getInt(0) + 16));
            buffer.close();
            buffer = NvmlSession.cleared((long) capacity * NvmlAbi.ProcessInfo.SIZE);
        }
        return -1;
    }
}
