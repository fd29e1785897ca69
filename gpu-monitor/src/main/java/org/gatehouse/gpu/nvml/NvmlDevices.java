package org.gatehouse.gpu.nvml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

import org.gatehouse.gpu.GpuIdentity;
import org.gatehouse.gpu.MigInstance;
import org.gatehouse.gpu.NumaNodes;
import org.gatehouse.gpu.Readings;

import static org.gatehouse.gpu.nvml.NvmlAbi.OK;

/** Which GPUs and MIG instances the driver has. */
final class NvmlDevices {
    private static final int MOST_DEVICES = 64;
    private static final int MOST_INSTANCES = 16;

    private final NvmlSession session;

    NvmlDevices(NvmlSession session) {
        this.session = session;
    }

    /** A GPU: its handle, which stays good until NVML is shut down, and who it is. */
    record Device(Pointer handle, GpuIdentity identity) {}

    /** The GPUs that answer; one that has fallen off the bus cannot tell who it is, and is missing. */
    List<Device> devices(NumaNodes numaNodes) {
        Memory scratch = session.scratch();
        if (session.call("nvmlDeviceGetCount_v2", scratch) != OK) {
            return List.of();
        }
        int count = Math.clamp(scratch.getInt(0), 0, MOST_DEVICES);
        String driver = session.text("nvmlSystemGetDriverVersion", 80);
        List<Device> devices = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            if (session.call("nvmlDeviceGetHandleByIndex_v2", index, scratch) == OK) {
                Pointer handle = scratch.getPointer(0);
                String uuid = session.text("nvmlDeviceGetUUID", handle, 96);
                if (!uuid.isEmpty()) {
                    devices.add(new Device(handle, identity(index, handle, uuid, driver, numaNodes)));
                }
            }
        }
        return List.copyOf(devices);
    }

    /** Whether the GPU is cut into instances. */
    boolean migEnabled(Device device) {
        Memory scratch = session.scratch();
        return session.call("nvmlDeviceGetMigMode", device.handle(), scratch, scratch.share(4)) == OK
                && scratch.getInt(0) == 1;
    }

    /**
     * The GPU instances of a GPU with their memory. NVML lists compute instances; those of one GPU instance share its memory, so the
     * first stands for all. Handles go stale when an admin cuts the GPU anew, so they are looked up each time.
     */
    List<MigInstance> instances(Device device, long deviceMebibytes) {
        int most = Math.clamp(session.number("nvmlDeviceGetMaxMigDeviceCount", device.handle(), 0), 0, MOST_INSTANCES);
        Map<Integer, MigInstance> instances = new LinkedHashMap<>();
        Memory scratch = session.scratch();
        for (int index = 0; index < most; index++) {
            if (session.call("nvmlDeviceGetMigDeviceHandleByIndex", device.handle(), index, scratch) != OK) {
                continue;
            }
            Pointer handle = scratch.getPointer(0);
            int id = session.number("nvmlDeviceGetGpuInstanceId", handle, -1);
            if (id >= 0 && !instances.containsKey(id)) {
                String uuid = session.text("nvmlDeviceGetUUID", handle, 96);
                scratch.clear();
                boolean told = session.call("nvmlDeviceGetAttributes_v2", handle, scratch) == OK;
                String profile = told
                        ? MigInstance.profileName(scratch.getInt(NvmlAbi.Attributes.GPU_SLICES),
                                scratch.getLong(NvmlAbi.Attributes.MEMORY_MEBIBYTES), deviceMebibytes)
                        : "";
                Readings.Builder readings = new Readings.Builder();
                NvmlMemory.read(session, handle, readings);
                instances.put(id, new MigInstance(id, profile, uuid, readings.build()));
            }
        }
        return List.copyOf(instances.values());
    }

    private GpuIdentity identity(int index, Pointer handle, String uuid, String driver, NumaNodes numaNodes) {
        Memory scratch = session.scratch();
        scratch.clear();
        String bus = session.call("nvmlDeviceGetPciInfo_v3", handle, scratch) == OK ? NvmlSession.busId(scratch) : "";
        String name = session.text("nvmlDeviceGetName", handle, 96);
        String serial = session.text("nvmlDeviceGetSerial", handle, 30);
        int minor = session.number("nvmlDeviceGetMinorNumber", handle, -1);
        String capability = session.call("nvmlDeviceGetCudaComputeCapability", handle, scratch, scratch.share(4)) == OK
                ? scratch.getInt(0) + "." + scratch.getInt(4)
                : "";
        return new GpuIdentity(index, uuid, bus, name, minor, serial, driver, capability, numaNodes.of(bus));
    }
}
