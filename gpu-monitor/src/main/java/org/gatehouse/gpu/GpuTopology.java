package org.gatehouse.gpu;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the GPUs of a node hang together. Immutable. Tensor parallel engines belong inside one island.
 *
 * @param paths the known pairs; a pair that is missing is {@link Way#UNKNOWN}
 * @param numaNodes the memory node next to each GPU, by uuid; missing when unknown
 */
public record GpuTopology(List<Path> paths, Map<String, Integer> numaNodes) {

    /** The way between two GPUs, best first. */
    public enum Way {
        /** Two GPUs on one board. */
        BOARD,
        /** Behind one PCIe switch. */
        PCIE_SWITCH,
        /** Behind several PCIe switches. */
        PCIE_SWITCHES,
        /** Behind one PCIe host bridge. */
        HOST_BRIDGE,
        /** Behind one processor's memory node. */
        NUMA_NODE,
        /** Across processors. */
        SYSTEM,
        /** Not told. */
        UNKNOWN
    }

    /**
     * The way between two GPUs.
     *
     * @param first uuid
     * @param second uuid
     * @param way the way through PCIe
     * @param nvLinks how many NVLink links join them, directly or through switches; 0 for none
     */
    public record Path(String first, String second, Way way, int nvLinks) {}

    /** Copies the collections. */
    public GpuTopology {
        paths = List.copyOf(paths);
        numaNodes = Map.copyOf(numaNodes);
    }

    /** A topology of which nothing is known. */
    public static GpuTopology unknown() {
        return new GpuTopology(List.of(), Map.of());
    }

    /** The path between two GPUs, in either order. */
    public Path between(String first, String second) {
        for (Path path : paths) {
            if (path.first().equals(first) && path.second().equals(second)
                    || path.first().equals(second) && path.second().equals(first)) {
                return path;
            }
        }
        return new Path(first, second, Way.UNKNOWN, 0);
    }

    /** Groups of GPUs that reach each other by NVLink, in the order given; a GPU without NVLink is a group of its own. */
    public List<Set<String>> islands(Collection<String> uuids) {
        List<Set<String>> islands = new ArrayList<>();
        Set<String> left = new LinkedHashSet<>(uuids);
        while (!left.isEmpty()) {
            Set<String> island = new LinkedHashSet<>();
            grow(left.iterator().next(), left, island);
            islands.add(Set.copyOf(island));
        }
        return List.copyOf(islands);
    }

    private void grow(String uuid, Set<String> left, Set<String> island) {
        left.remove(uuid);
        island.add(uuid);
        for (String other : List.copyOf(left)) {
            if (left.contains(other) && between(uuid, other).nvLinks() > 0) {
                grow(other, left, island);
            }
        }
    }
}
