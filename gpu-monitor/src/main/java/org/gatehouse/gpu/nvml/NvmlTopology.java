package org.gatehouse.gpu.nvml;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.sun.jna.Memory;

import org.gatehouse.gpu.GpuTopology;
import org.gatehouse.gpu.GpuTopology.Path;
import org.gatehouse.gpu.GpuTopology.Way;
import org.gatehouse.gpu.nvml.NvmlDevices.Device;

import static org.gatehouse.gpu.nvml.NvmlAbi.OK;

/** The paths between GPUs, from the driver. */
final class NvmlTopology {
    private final NvmlSession session;
    private final List<Device> devices;
    private final Map<String, Links> links = new HashMap<>();

    /** The active links of one GPU: how many lead to a switch, how many to each other bus id, how many slots there are. */
    private record Links(int toSwitch, Map<String, Integer> toBus, int slots) {}

    NvmlTopology(NvmlSession session, List<Device> devices) {
        this.session = session;
        this.devices = devices;
        devices.forEach(device -> links.put(device.identity().uuid(), linksOf(device)));
    }

    /** How many link numbers of this GPU are to be asked: 0 without NVLink. */
    int linkSlots(String uuid) {
        Links own = links.get(uuid);
        return own == null ? 0 : own.slots();
    }

    /** All pairs. */
    GpuTopology read() {
        List<Path> paths = new ArrayList<>();
        Map<String, Integer> numaNodes = new HashMap<>();
        for (int i = 0; i < devices.size(); i++) {
            Device first = devices.get(i);
            if (first.identity().numaNode() >= 0) {
                numaNodes.put(first.identity().uuid(), first.identity().numaNode());
            }
            for (Device second : devices.subList(i + 1, devices.size())) {
                paths.add(new Path(first.identity().uuid(), second.identity().uuid(), way(first, second),
                        linksBetween(first, second)));
            }
        }
        return new GpuTopology(paths, numaNodes);
    }

    private Way way(Device first, Device second) {
        Memory scratch = session.scratch();
        if (session.call("nvmlDeviceGetTopologyCommonAncestor", first.handle(), second.handle(), scratch) != OK) {
            return Way.UNKNOWN;
        }
        return switch (scratch.getInt(0)) {
            case 0 -> Way.BOARD;
            case 10 -> Way.PCIE_SWITCH;
            case 20 -> Way.PCIE_SWITCHES;
            case 30 -> Way.HOST_BRIDGE;
            case 40 -> Way.NUMA_NODE;
            case 50 -> Way.SYSTEM;
            default -> Way.UNKNOWN;
        };
    }

    /** Direct links, or, where both hang on switches, as many as the one with fewer has. */
    private int linksBetween(Device first, Device second) {
        Links ofFirst = links.getOrDefault(first.identity().uuid(), new Links(0, Map.of(), 0));
        Links ofSecond = links.getOrDefault(second.identity().uuid(), new Links(0, Map.of(), 0));
        int direct = ofFirst.toBus().getOrDefault(second.identity().pciBusId(), 0);
        return direct > 0 ? direct : Math.min(ofFirst.toSwitch(), ofSecond.toSwitch());
    }

    private Links linksOf(Device device) {
        Memory scratch = session.scratch();
        int toSwitch = 0;
        int slots = 0;
        Map<String, Integer> toBus = new HashMap<>();
        for (int link = 0; link < NvmlAbi.MAX_NVLINKS; link++) {
            if (session.call("nvmlDeviceGetNvLinkState", device.handle(), link, scratch) != OK) {
                break;
            }
            if (scratch.getInt(0) != 1) {
                continue;
            }
            slots = link + 1;
            boolean typed = session.call("nvmlDeviceGetNvLinkRemoteDeviceType", device.handle(), link, scratch) == OK;
            if (typed && scratch.getInt(0) == NvmlAbi.REMOTE_IS_SWITCH) {
                toSwitch++;
                continue;
            }
            scratch.clear();
            if (session.call("nvmlDeviceGetNvLinkRemotePciInfo_v2", device.handle(), link, scratch) == OK) {
                String bus = NvmlSession.busId(scratch);
                boolean another = devices.stream().anyMatch(other -> other.identity().pciBusId().equals(bus));
                toSwitch += another ? 0 : 1;
                if (another) {
                    toBus.merge(bus, 1, Integer::sum);
                }
            }
        }
        return new Links(toSwitch, toBus, slots);
    }
}
