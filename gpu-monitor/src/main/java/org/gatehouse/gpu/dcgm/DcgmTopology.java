package org.gatehouse.gpu.dcgm;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.sun.jna.Memory;

import org.gatehouse.gpu.GpuTopology;
import org.gatehouse.gpu.GpuTopology.Path;
import org.gatehouse.gpu.GpuTopology.Way;
import org.gatehouse.gpu.dcgm.DcgmAbi.Topology;
import org.gatehouse.gpu.dcgm.DcgmDevices.Device;

import static org.gatehouse.gpu.dcgm.DcgmAbi.OK;

/** The paths between GPUs, from the host engine. */
final class DcgmTopology {
    private DcgmTopology() {}

    /** Reads all pairs; those that the host engine does not tell are missing. */
    static GpuTopology read(DcgmSession session, List<Device> devices, Map<String, Integer> numaNodes) {
        Map<Integer, String> uuids = new LinkedHashMap<>();
        devices.forEach(device -> uuids.put(device.id(), device.identity().uuid()));
        Map<String, Path> paths = new LinkedHashMap<>();
        try (Memory memory = DcgmSession.cleared(Topology.SIZE)) {
            for (Device device : devices) {
                // 4.6 takes both revisions, older engines the first only.
                boolean second = ask(session, device, memory, Topology.VERSION);
                if (!second && !ask(session, device, memory, Topology.VERSION_V1)) {
                    continue;
                }
                int count = Math.clamp(memory.getInt(Topology.COUNT), 0, Topology.MAX_PATHS);
                for (int i = 0; i < count; i++) {
                    long at = second
                            ? Topology.PATHS + (long) i * Topology.PATH_SIZE
                            : Topology.PATHS_V1 + (long) i * Topology.PATH_SIZE_V1;
                    long bits = second
                            ? memory.getLong(at + Topology.PATH)
                            : memory.getInt(at + Topology.PATH_V1) & 0xffffffffL;
                    String other = uuids.get(memory.getInt(at));
                    String self = device.identity().uuid();
                    if (other != null && !other.equals(self)) {
                        String first = self.compareTo(other) < 0 ? self : other;
                        String last = first.equals(self) ? other : self;
                        paths.putIfAbsent(first + last, new Path(first, last, way(bits), nvLinks(bits)));
                    }
                }
            }
        }
        return new GpuTopology(List.copyOf(paths.values()), numaNodes);
    }

    private static boolean ask(DcgmSession session, Device device, Memory memory, int version) {
        memory.clear();
        memory.setInt(0, version);
        return session.call("dcgmGetDeviceTopology", device.id(), memory) == OK;
    }

    static Way way(long bits) {
        return switch ((int) (bits & 0xff)) {
            case 0x1 -> Way.BOARD;
            case 0x2 -> Way.PCIE_SWITCH;
            case 0x4 -> Way.PCIE_SWITCHES;
            case 0x8 -> Way.HOST_BRIDGE;
            case 0x10 -> Way.NUMA_NODE;
            case 0x20 -> Way.SYSTEM;
            default -> Way.UNKNOWN;
        };
    }

    /** n links are told by bit 8 + n - 1. */
    static int nvLinks(long bits) {
        return 64 - Long.numberOfLeadingZeros(bits >>> 8);
    }
}
